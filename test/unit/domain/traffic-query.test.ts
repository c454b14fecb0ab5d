import { describe, expect, it } from 'vitest';
import { trafficQueries } from '#shared/domain/traffic-query.ts';

const spans = { windowMs: 60_000, seenMs: 900_001 };
const host = 'payments.shop.svc.cluster.local';
const ask = (canary: { host: string; subset?: string }, podLabels?: Record<string, string>, clusterLabels = {}) =>
  trafficQueries({ canary, podLabels, clusterLabels }, spans);

describe('the queries for a canary’s requests', () => {
  it('name a subset by the version of its pods', () => {
    expect(ask({ host, subset: 'canary' }, { app: 'payments', version: 'v2' })).toEqual({
      rate: 'max(sum by (reporter) (rate(istio_requests_total{destination_service_namespace="shop",destination_service_name="payments",destination_version="v2"}[60s])))',
      seen: 'count(last_over_time(istio_requests_total{destination_service_namespace="shop",destination_service_name="payments",destination_version="v2"}[901s]))',
      alive: 'count(rate(istio_requests_total{destination_service_namespace="shop"}[60s]))',
    });
  });

  it.each([
    ['service.istio.io/canonical-revision', 'destination_canonical_revision="v2"'],
    ['app.kubernetes.io/version', 'destination_canonical_revision="v2"'],
  ])('know a subset by its label %s as well', (label, matcher) => {
    expect(ask({ host, subset: 'canary' }, { [label]: 'v2' })?.rate).toContain(matcher);
  });

  it('name a host by its service, whatever its pods are', () => {
    const queries = ask({ host: 'payments-canary.shop.svc.cluster.local' }, { version: 'v2' });

    expect(queries?.rate).toContain('destination_service_name="payments-canary"}');
  });

  it('tell the cluster’s series from those of others', () => {
    const queries = ask({ host }, undefined, { cluster: 'production-eu' });

    for (const query of Object.values(queries ?? {})) expect(query).toContain('{cluster="production-eu",');
  });

  it('cannot be written by whoever names a version', () => {
    const queries = ask({ host, subset: 'v2' }, { version: '"} or vector(0) #\\\n' });

    expect(queries?.rate).toContain('destination_version="\\"} or vector(0) #\\\\\\n"}');
  });

  it.each([
    ['a host that is no service', { host: 'api.example.com' }, {}],
    ['a subset whose rule is not known', { host, subset: 'v2' }, undefined],
    ['a subset whose labels Istio does not tell', { host, subset: 'v2' }, { track: 'canary' }],
  ])('are none for %s', (_, canary, podLabels) => {
    expect(ask(canary, podLabels)).toBeUndefined();
  });
});
