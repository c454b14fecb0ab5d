import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aRawAlert, type RawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, INCIDENT_SPEC } from '#test/builders/virtual-service.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';

const objects = [
  aVirtualService(),
  aVirtualService({ name: 'payment-edge', uid: 'edge' }),
  aVirtualService({
    name: 'orders',
    uid: 'orders',
    spec: {
      hosts: ['orders'],
      http: [{ route: ['v1', 'v2'].map((subset) => ({ destination: { host: 'orders', subset }, weight: 50 })) }],
    },
  }),
  aVirtualService({
    name: 'unmarked',
    uid: 'unmarked',
    annotations: {},
    spec: {
      hosts: ['unmarked'],
      http: [{ route: ['a', 'b'].map((subset) => ({ destination: { host: 'unmarked', subset }, weight: 50 })) }],
    },
  }),
];

const alert: fc.Arbitrary<RawAlert> = fc
  .record({
    service: fc.constantFrom('payment-svc', 'orders', 'unmarked', 'nowhere', '../etc'),
    severity: fc.constantFrom('critical', 'critical', 'page', 'ticket'),
    fingerprint: fc.constantFrom('a', 'b', 'c', 'd'),
    status: fc.constantFrom('firing', 'firing', 'firing', 'resolved'),
    version: fc.constantFrom(undefined, 'v1', 'v2'),
    age: fc.constantFrom(0, 1000),
  })
  .map(({ service, severity, fingerprint, status, version, age }) =>
    aRawAlert({
      status,
      // As Alertmanager does: the fingerprint is made of the labels.
      fingerprint: [service.replace(/\W/g, '_'), severity, version, fingerprint].join('-'),
      startsAt: new Date(FIRED_AT + age).toISOString(),
      labels: {
        ...aRawAlert().labels,
        destination_service_name: service,
        severity,
        ...(version ? { destination_version: version } : {}),
      },
    }),
  );

/** What is left of a delivery, in an order of its own. */
async function outcomeOf(alerts: readonly RawAlert[]) {
  const service = rollbackService({ objects });
  const { status, results } = await service.post(alerts);
  const records = await service.records();
  return {
    status,
    results: results
      .map(({ fingerprint, startsAt, outcome, reason }) => `${fingerprint} ${startsAt} ${outcome} ${reason}`)
      .sort(),
    specs: objects.map(({ metadata }) => service.cluster.read(`${metadata.namespace}/${metadata.name}`).spec),
    patches: service.cluster.patches.length,
    records: records
      .map(({ id, outcome, reason, weights, sla, pages, timeline }) => ({
        id,
        outcome,
        reason,
        weights,
        sla,
        pages,
        timeline,
      }))
      .sort((a, b) => a.id.localeCompare(b.id)),
    events: (await service.events()).map(({ id }) => id).sort(),
  };
}

describe('the alerts of one delivery', () => {
  it('come to the same in any order, and are answered in the order delivered', async () => {
    const deliveries = fc
      .uniqueArray(alert, {
        minLength: 1,
        maxLength: 8,
        selector: ({ fingerprint, startsAt }) => `${fingerprint}${startsAt}`,
      })
      .chain((alerts) => fc.tuple(fc.constant(alerts), fc.shuffledSubarray(alerts, { minLength: alerts.length })));

    await fc.assert(
      fc.asyncProperty(deliveries, async ([alerts, shuffled]) => {
        expect(await outcomeOf(shuffled)).toEqual(await outcomeOf(alerts));
        const { results } = await rollbackService({ objects }).post(shuffled);
        expect(results.map(({ fingerprint }) => fingerprint)).toEqual(shuffled.map(({ fingerprint }) => fingerprint));
      }),
      { numRuns: 150 },
    );
  });

  it('cost one patch for each VirtualService of a target, however many they are', async () => {
    const alerts = Array.from({ length: 200 }, (_, index) => aRawAlert({ fingerprint: `alert-${index}` }));
    const service = rollbackService({ objects });

    const { status, results } = await service.post(alerts);

    expect({ status, answered: results.length }).toEqual({ status: 200, answered: 200 });
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['rolled-back']));
    expect(service.cluster.patches.map(({ name }) => name).sort()).toEqual([
      'production/payment-edge',
      'production/payment-svc',
    ]);
    expect(await service.records()).toHaveLength(200);
  });

  it('are one where the same firing stands there twice', async () => {
    const service = rollbackService({ objects: [aVirtualService({ spec: INCIDENT_SPEC })] });

    const { results } = await service.post([aRawAlert(), aRawAlert()]);

    expect(results.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'rolled-back']);
    expect(await service.records()).toMatchObject([{ version: 1 }]);
    expect((await service.events()).map(({ type }) => type)).toEqual(['RollbackCompleted']);
  });
});
