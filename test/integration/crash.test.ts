import { describe, expect, it } from 'vitest';
import { aRawAlert, type RawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, type RawVirtualService, type VirtualServiceParts } from '#test/builders/virtual-service.ts';
import type { Gate } from '#test/doubles/gated.ts';
import { incidentSurroundings } from '#test/doubles/incident-surroundings.ts';
import { rollbackService, type ServiceParts } from '#test/doubles/rollback-service.ts';

/** What each effect on the outside takes. */
const LATENCY_MS = 7;
/** Alertmanager sends again after about this much. */
const RETRY_AFTER_MS = 700;
const RECEIVED_AT = FIRED_AT + 4000;

type Service = ReturnType<typeof rollbackService>;
type Case = { readonly name: string; readonly parts: ServiceParts; readonly alerts: readonly RawAlert[] };

const destination = (host: string, subset?: string) => ({ destination: { host, ...(subset ? { subset } : {}) } });
const repointed = (annotations: Record<string, string>, http: VirtualServiceParts['spec']): RawVirtualService =>
  aVirtualService({ annotations, ...(http ? { spec: http } : {}) });
const named = (service: string) =>
  aRawAlert({ labels: { ...aRawAlert().labels, destination_service_name: service }, fingerprint: service });

const cases: readonly Case[] = [
  { name: 'one VirtualService', parts: {}, alerts: [aRawAlert()] },
  {
    name: 'one VirtualService, with every optional read',
    parts: { surroundings: incidentSurroundings() },
    alerts: [aRawAlert()],
  },
  {
    name: 'one VirtualService for three alerts',
    parts: {},
    alerts: [aRawAlert(), aRawAlert({ fingerprint: 'b' }), aRawAlert({ fingerprint: 'c' })],
  },
  {
    name: 'two VirtualServices',
    parts: { objects: [aVirtualService(), aVirtualService({ name: 'payment-edge', uid: 'another' })] },
    alerts: [aRawAlert()],
  },
  {
    name: 'two targets',
    parts: {
      objects: [
        aVirtualService(),
        aVirtualService({
          name: 'orders',
          uid: 'another',
          spec: {
            hosts: ['orders'],
            http: [{ route: [{ ...destination('orders', 'v1') }, { ...destination('orders', 'v2'), weight: 5 }] }],
          },
        }),
      ],
    },
    alerts: [aRawAlert(), named('orders')],
  },
  {
    name: 'a route that only a subset serves, which thereby leaves the object',
    parts: {
      objects: [
        repointed(
          { 'weightless/canary': 'v2', 'weightless/stable': 'v1' },
          { hosts: ['payment-svc'], http: [{ route: [destination('payment-svc', 'v2')] }] },
        ),
      ],
    },
    alerts: [aRawAlert()],
  },
  {
    name: 'a route that only a host serves, which thereby leaves the object',
    parts: {
      objects: [
        repointed(
          { 'weightless/canary': 'payment-next', 'weightless/stable': 'payment-svc' },
          {
            hosts: ['gateway.example.com'],
            http: [{ route: [destination('payment-next')] }, { route: [destination('payment-svc')] }],
          },
        ),
      ],
    },
    alerts: [named('payment-next')],
  },
  {
    name: 'a mirror',
    parts: {
      objects: [
        repointed(
          { 'weightless/canary': 'v2', 'weightless/stable': 'v1' },
          {
            hosts: ['payment-svc'],
            http: [
              { route: [destination('payment-svc', 'v1'), { ...destination('payment-svc', 'v2'), weight: 5 }] },
              { route: [destination('payment-svc', 'v1')], mirror: { host: 'payment-svc', subset: 'v2' } },
            ],
          },
        ),
      ],
    },
    alerts: [aRawAlert()],
  },
];

/** Stops everything at the nth gate, as a process that dies there does: whoever waits, waits for ever. */
function crashAt(number: number, { clock }: Service): { readonly gate: Gate; readonly crashed: Promise<void> } {
  let passed = 0;
  const { promise: crashed, resolve: crash } = Promise.withResolvers<void>();
  return {
    crashed,
    async gate(_what, when) {
      passed += 1;
      if (when === 'before') clock.advance(LATENCY_MS);
      if (passed < number) return;
      crash();
      await new Promise<never>(() => undefined);
    },
  };
}

type Point = { readonly number: number; readonly what: string };

/** Every place where the process can die: right before and right after each effect on the outside. */
async function pointsOf({ parts, alerts }: Case): Promise<Point[]> {
  const points: Point[] = [];
  const service = rollbackService(parts);
  const noting: Gate = async (what, when) => {
    points.push({ number: points.length + 1, what: `${when} ${what}` });
  };
  await service.post(alerts, service.gated(noting));
  return points;
}

/** One patch an object, one record a firing, one event of each, and times that are never early. */
async function expectExactlyOnce(service: Service, { parts, alerts }: Case): Promise<void> {
  const names = (parts.objects ?? [aVirtualService()]).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  expect(service.cluster.patches.map(({ name }) => name).sort()).toEqual(names.sort());
  const records = await service.records();
  expect(records.map(({ alert }) => alert.fingerprint).sort()).toEqual(alerts.map((one) => one.fingerprint).sort());
  const events = await service.events();
  expect(events.map(({ type, rollbackId }) => `${type} ${rollbackId}`).sort()).toEqual(
    records.map(({ id }) => `RollbackCompleted ${id}`).sort(),
  );
  for (const { outcome, sla, timeline, virtualServices } of records) {
    expect({ outcome, count: sla.count }).toEqual({ outcome: 'rolled-back', count: 'met' });
    const patches = service.cluster.patches.filter(({ name }) => virtualServices.includes(name));
    const lateMs = (timeline.zeroedAt ?? Number.NaN) - Math.max(...patches.map(({ at }) => at));
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(timeline.zeroedPrecision === 'observed' ? 0 : 1000);
  }
}

for (const one of cases) {
  const { name, parts, alerts } = one;
  const points = await pointsOf(one);

  describe(`a crash while ${name} is rolled back`, () => {
    it.each(points)('at $number, $what, leaves everything to the retry exactly once', async ({ number }) => {
      const service = rollbackService(parts);
      const { gate, crashed } = crashAt(number, service);
      void service.post(alerts, service.gated(gate));
      await crashed;
      const patchedBefore = service.cluster.patches.map((patch) => patch.name);
      service.clock.advance(RETRY_AFTER_MS);

      const retried = await service.post(alerts);

      expect(retried.status).toBe(200);
      expect(retried.results.map(({ outcome }) => outcome)).toEqual(alerts.map(() => 'rolled-back'));
      await expectExactlyOnce(service, one);
      // It was received when the delivery was that did a part of it.
      const begun = (await service.records()).filter((record) =>
        record.virtualServices.some((virtualService) => patchedBefore.includes(virtualService)),
      );
      for (const { timeline } of begun) expect(timeline.receivedAt).toBe(RECEIVED_AT);
    });
  });
}

describe('a crash of the delivery, and of the retry, too', () => {
  it('leaves everything to the third delivery exactly once, wherever the two ended', async () => {
    const one: Case = { name: 'one', parts: {}, alerts: [aRawAlert()] };
    const points = await pointsOf(one);
    for (const first of points) {
      for (let second = 1; second <= points.length; second += 1) {
        const service = rollbackService();
        for (const number of [first.number, second]) {
          const { gate, crashed } = crashAt(number, service);
          await Promise.race([crashed, service.post(one.alerts, service.gated(gate))]);
          service.clock.advance(RETRY_AFTER_MS);
        }

        const { status, results } = await service.post();

        expect({ status, outcome: results[0]?.outcome }).toEqual({ status: 200, outcome: 'rolled-back' });
        await expectExactlyOnce(service, one);
      }
    }
  });
});
