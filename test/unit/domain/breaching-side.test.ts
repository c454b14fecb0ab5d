import { describe, expect, it } from 'vitest';
import { alertVersion, breachingSide } from '#shared/domain/breaching-side.ts';
import type { DestinationRule } from '#shared/domain/surroundings.ts';
import { anAlert } from '#test/builders/alert.ts';

const host = 'pay.prod.svc.cluster.local';
const canary = { host, subset: 'next' };
const stable = { host, subset: 'current' };
const other = { host, subset: 'shadow' };
const destinations = [canary, stable, other];

function rule(labels: Record<string, Record<string, string>>): DestinationRule[] {
  const subsets = Object.entries(labels).map(([name, one]) => ({ name, labels: one }));
  return [{ namespace: 'prod', name: 'pay', host, subsets }];
}

const versions = rule({ next: { version: 'v2' }, current: { version: 'v1' }, shadow: { version: 'v3' } });

describe('the side that an alert is about', () => {
  it.each<[Record<string, string>, DestinationRule[], string]>([
    // By the labels of the DestinationRule's subsets.
    [{ destination_version: 'v2' }, versions, 'canary'],
    [{ version: 'v1' }, versions, 'stable'],
    [{ version: 'v3' }, versions, 'other'],
    [{ version: 'v9' }, versions, 'other'],
    [
      { destination_canonical_revision: 'v2' },
      rule({ next: { 'service.istio.io/canonical-revision': 'v2' } }),
      'canary',
    ],
    [{ version: 'v1' }, rule({ next: { version: 'v1' }, current: { version: 'v1' } }), 'unknown'],
    [{ version: 'v9' }, rule({ current: { version: 'v1' } }), 'unknown'],
    // Else by the subset's own name.
    [{ version: 'next' }, [], 'canary'],
    [{ version: 'current' }, [], 'stable'],
    [{ version: 'shadow' }, [], 'other'],
    [{ version: 'v2' }, [], 'unknown'],
    [{ version: 'next' }, rule({ next: { tier: 'web' } }), 'canary'],
    // Else by a workload that is called exactly so.
    [{ destination_workload: 'pay-next' }, [], 'canary'],
    [{ workload: 'pay-current' }, [], 'stable'],
    [{ workload: 'pay-other' }, [], 'unknown'],
    [{ destination_version: 'unknown', workload: 'pay-next' }, [], 'canary'],
    [{}, versions, 'unknown'],
  ])('by %j is the expected one (%#)', (labels, rules, side) => {
    expect(breachingSide({ alert: anAlert({ labels }), canary, stable, destinations, rules })).toBe(side);
  });

  it('of a canary with a host of its own is told by its workload', () => {
    const hosts = { canary: { host: 'pay-canary.prod.svc.cluster.local' }, stable: { host: 'external.example.com' } };
    const ask = (workload: string) =>
      breachingSide({ alert: anAlert({ labels: { workload } }), ...hosts, destinations: [], rules: [] });

    expect(ask('pay-canary')).toBe('canary');
    expect(ask('external.example.com')).toBe('stable');
    expect(ask('pay')).toBe('unknown');
  });

  it('of hosts without subsets is not told by a version that no subset carries', () => {
    const question = { canary: { host: 'pay-canary.prod.svc.cluster.local' }, stable: { host }, destinations: [] };

    expect(breachingSide({ ...question, rules: versions, alert: anAlert({ labels: { version: 'v2' } }) })).toBe(
      'unknown',
    );
  });

  it('is unknown by workload where stable is not known and it is not the canary', () => {
    const question = { canary, destinations: [canary], rules: [] };

    expect(breachingSide({ ...question, alert: anAlert({ labels: { workload: 'pay-current' } }) })).toBe('unknown');
    expect(breachingSide({ ...question, alert: anAlert({ labels: { version: 'current' } }) })).toBe('unknown');
  });
});

describe('the version of an alert', () => {
  it.each<[Record<string, string>, string | undefined]>([
    [{ destination_version: 'v2', version: 'v1' }, 'v2'],
    [{ destination_version: 'unknown', version: 'v1' }, 'v1'],
    // What Istio writes where nobody set a revision.
    [{ destination_canonical_revision: 'latest', revision: 'r7' }, 'r7'],
    [{ revision: 'latest' }, 'latest'],
    [{}, undefined],
  ])('%j', (labels, version) => {
    expect(alertVersion(anAlert({ labels }))).toBe(version);
  });
});
