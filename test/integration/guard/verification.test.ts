import { describe, expect, it } from 'vitest';
import { type Traffic, TrafficFault, type TrafficQuestion } from '#shared/ports/traffic.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { runGuardOf } from '#test/doubles/guard-runs.ts';
import { putBack, type Service, told } from '#test/doubles/incident-service.ts';
import { incidentSurroundings } from '#test/doubles/incident-surroundings.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';

const MINUTE = 60_000;

/** A Prometheus that gives these answers in turn, and the last one from then on. */
function traffic(...rates: (number | undefined | Error)[]): Traffic & { readonly asked: TrafficQuestion[] } {
  const asked: TrafficQuestion[] = [];
  return {
    windowMs: MINUTE,
    asked,
    async requestsPerSecond(question) {
      asked.push(question);
      const rate = rates[Math.min(asked.length, rates.length) - 1];
      if (rate instanceof Error) throw rate;
      return rate;
    },
  };
}

async function rolledBackWith(measured: Traffic): Promise<Service> {
  const service = rollbackService({
    surroundings: incidentSurroundings(),
    clusters: (memory) => [{ ...memory, traffic: measured }],
  });
  await service.post();
  return service;
}

async function guardAfter(service: Service, ...waits: number[]): Promise<void> {
  for (const wait of waits) {
    service.clock.advance(wait);
    await runGuardOf(service);
  }
}

const last = async (service: Service) => (await service.events()).at(-1)?.detail.data;

describe('guard, where a Prometheus is configured', () => {
  it('writes down when the canary’s requests had stopped, and makes no event of it', async () => {
    const measured = traffic(0);
    const service = await rolledBackWith(measured);

    await guardAfter(service, MINUTE, MINUTE);

    expect(await service.records()).toMatchObject([
      {
        timeline: { zeroedAt: FIRED_AT + 4000, verifiedAt: FIRED_AT + 4000 + MINUTE },
        history: [{ kind: 'verified', at: FIRED_AT + 4000 + MINUTE }],
      },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted']);
    expect(measured.asked).toHaveLength(1);
    expect(measured.asked[0]).toMatchObject({ canary: { subset: 'v2' }, podLabels: { version: 'v2' } });
  });

  it('looks at nothing of before the rollback', async () => {
    const measured = traffic(0);
    const service = await rolledBackWith(measured);

    await guardAfter(service, MINUTE - 1);

    expect(measured.asked).toEqual([]);
  });

  it('pages once where the canary still gets requests, and says what can still reach it', async () => {
    const service = await rolledBackWith(traffic(12.3456));

    await guardAfter(service, MINUTE, MINUTE, MINUTE);

    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackUnverified']);
    expect(await last(service)).toMatchObject({
      pages: true,
      requestsPerSecond: 12.3,
      message: expect.stringMatching(/still gets 12.3 requests a second, 120 s after .* route testers/),
      residual: [{ kind: 'header-route' }],
      commands: [{ run: expect.stringContaining('kubectl') }],
    });
    expect(service.meter.totals.get('RollbacksUnverified cluster=production-eu')).toBe(1);
  });

  it('writes down that they stopped after all', async () => {
    const service = await rolledBackWith(traffic(5, 0));

    await guardAfter(service, 2 * MINUTE, MINUTE);

    const [record] = await service.records();
    expect(record?.history.map(({ kind }) => kind)).toEqual(['unverified', 'verified']);
    expect(record?.timeline.verifiedAt).toBe(FIRED_AT + 4000 + 3 * MINUTE);
  });

  it('tells whoever was woken that they stopped, once', async () => {
    const service = await rolledBackWith(traffic(5, 0));

    await guardAfter(service, 2 * MINUTE, MINUTE, MINUTE);

    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackUnverified', 'RollbackVerified']);
    expect(await last(service)).toMatchObject({
      pages: false,
      timeline: { verifiedAt: new Date(FIRED_AT + 4000 + 3 * MINUTE).toISOString() },
      message: expect.stringMatching(/v2 in production-eu gets no requests any more, 180 s after/),
      commands: [],
    });
  });

  it('wakes nobody for requests of the seconds in which a new weight takes effect', async () => {
    const service = await rolledBackWith(traffic(5));

    await guardAfter(service, MINUTE + 29_999);

    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it.each([
    ['90 s, with the window of 60 s', 60_000, 90_000],
    ['60 s, with one of 30 s', 30_000, 60_000],
  ])('wakes somebody for requests that go on after those seconds: at %s', async (_, windowMs, at) => {
    const before = await rolledBackWith({ ...traffic(5), windowMs });
    const then = await rolledBackWith({ ...traffic(5), windowMs });

    await guardAfter(before, at - 1);
    await guardAfter(then, at);

    expect(await told(before)).toEqual(['RollbackCompleted']);
    expect(await told(then)).toEqual(['RollbackCompleted', 'RollbackUnverified']);
  });

  it.each([
    ['is down', new TrafficFault('no answer'), 1],
    ['cannot tell', undefined, undefined],
  ])('claims nothing where it %s', async (_, answer, faults) => {
    const service = await rolledBackWith(traffic(answer));

    await guardAfter(service, 2 * MINUTE);

    expect(await service.records()).toMatchObject([{ version: 1, history: [] }]);
    expect(service.meter.totals.get('PrometheusFaults cluster=production-eu')).toBe(faults);
  });

  it('begins anew where the canary was put back', async () => {
    const measured = traffic(5);
    const service = await rolledBackWith(measured);
    service.clock.advance(10 * MINUTE);
    putBack(service);

    await guardAfter(service, MINUTE, MINUTE - 1);

    expect(measured.asked).toEqual([]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted']);
  });

  it('asks once for a canary, however many firings hold it', async () => {
    const measured = traffic(0);
    const service = rollbackService({
      surroundings: incidentSurroundings(),
      clusters: (memory) => [{ ...memory, traffic: measured }],
    });
    await service.post(['a', 'b', 'c'].map((fingerprint) => aRawAlert({ fingerprint })));

    await guardAfter(service, 2 * MINUTE);

    expect(measured.asked).toHaveLength(1);
    const times = (await service.records()).map(({ timeline }) => timeline.verifiedAt);
    expect(times).toEqual([service.clock.now(), service.clock.now(), service.clock.now()]);
  });
});
