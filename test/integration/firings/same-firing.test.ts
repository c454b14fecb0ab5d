import { describe, expect, it } from 'vitest';
import { aRawAlert } from '#test/builders/alert.ts';
import { aVirtualService, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import {
  HOLD_OVER_MS,
  HOUR_MS,
  journal,
  putBack,
  rolledBack,
  type Service,
  told,
  weights,
} from '#test/doubles/incident-service.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';
import { times } from '#test/doubles/scripted-cluster.ts';

describe('the same firing again', () => {
  it('patches nothing while the canary is at zero, and answers what was recorded', async () => {
    const service = await rolledBack();
    const [first] = await service.records();
    service.clock.advance(60_000);

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({
      status: 200,
      results: [{ outcome: 'rolled-back', rollbackId: first?.id, alertToZeroMs: 4000, slaMet: true }],
    });
    expect(service.cluster.patches).toHaveLength(1);
    expect(await service.records()).toEqual([first]);
    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it('is answered with the rollback on record where only the record still knows of it', async () => {
    const service = await rolledBack();
    service.clock.advance(HOLD_OVER_MS);

    const { status, results } = await service.post();

    // The journal's entry is over, and the canary is at zero: by the object alone that is somebody's zero.
    expect({ status, results }).toMatchObject({
      status: 200,
      results: [{ outcome: 'rolled-back', alertToZeroMs: 4000, slaMet: true }],
    });
    expect(results[0]).not.toHaveProperty('reason');
    expect(await service.records()).toMatchObject([{ version: 1 }]);
  });

  it('takes a canary that was put back within the hold to zero again, and says so', async () => {
    const service = await rolledBack();
    const [before] = await service.records();
    putBack(service);
    service.clock.advance(HOUR_MS);

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({
      status: 200,
      results: [{ outcome: 'rolled-back', alertToZeroMs: 4000 }],
    });
    expect(weights(service)).toEqual([100, 0]);
    const [after] = await service.records();
    expect(after).toEqual({
      ...before,
      version: 2,
      history: [
        { kind: 'reverted', at: service.clock.now(), number: 1, pages: false },
        { kind: 'reasserted', at: service.clock.now(), number: 1 },
      ],
    });
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted']);
    const [, , event] = await service.events();
    expect(event?.detail.data).toMatchObject({ reassert: 1, outcome: 'rolled-back', pages: false });
    expect(journal(service).entries).toMatchObject([{ reasserts: 1, state: 'open' }]);
  });

  it('takes it to zero five times in one hold, then says contested once, pages, and writes no more', async () => {
    const service = await rolledBack();

    for (let round = 1; round <= 7; round += 1) {
      putBack(service);
      service.clock.advance(60_000);
      const { status, results } = await service.post();
      expect({ round, status, outcome: results[0]?.outcome, reason: results[0]?.reason }).toEqual(
        round <= 5
          ? { round, status: 200, outcome: 'rolled-back', reason: undefined }
          : { round, status: 200, outcome: 'suggested', reason: 'contested' },
      );
    }

    expect(service.cluster.patches).toHaveLength(6);
    expect(weights(service)).toEqual([1, 99]);
    const [record] = await service.records();
    expect(record).toMatchObject({ outcome: 'rolled-back', sla: { count: 'met' } });
    expect(record?.history.map(({ kind }) => kind)).toEqual([
      ...times(5, ['reverted', 'reasserted']).flat(),
      'contested',
    ]);
    expect(await told(service)).toEqual([
      'RollbackCompleted',
      ...times(5, ['RollbackReverted', 'RollbackReasserted']).flat(),
      'RollbackSuggested',
    ]);
    const last = (await service.events()).at(-1)?.detail.data;
    expect(last).toMatchObject({ reason: 'contested', pages: true });
  });

  it('leaves a canary that was put back after the hold to a person: told and paged once a record', async () => {
    const service = await rolledBack();
    putBack(service);
    service.clock.advance(HOLD_OVER_MS);

    const second = await service.post();
    service.clock.advance(HOUR_MS);
    const third = await service.post();

    for (const { status, results } of [second, third]) {
      expect({ status, results }).toMatchObject({
        status: 200,
        results: [
          { outcome: 'suggested', reason: 'already-acted', commands: [{ run: expect.stringContaining('kubectl') }] },
        ],
      });
    }
    expect(weights(service)).toEqual([1, 99]);
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back', history: [{ kind: 'already-acted' }] }]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackSuggested']);
    expect((await service.events())[1]?.detail.data).toMatchObject({
      reason: 'already-acted',
      pages: true,
      message: expect.stringContaining('its hold is over'),
      commands: [{ run: expect.stringContaining('kubectl') }],
    });
  });

  it.each(['closed', 'released', 'restored'] as const)(
    'leaves it to a person where the entry was %s within the hold',
    async (state) => {
      const service = await rolledBack();
      service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
        const annotations = metadata.annotations ?? {};
        const entries: object[] = JSON.parse(annotations['weightless/journal'] ?? '[]');
        annotations['weightless/journal'] = JSON.stringify(entries.map((entry) => ({ ...entry, state })));
      });
      putBack(service);

      const { results } = await service.post();

      expect(results).toMatchObject([{ outcome: 'suggested', reason: 'already-acted' }]);
      expect(weights(service)).toEqual([1, 99]);
    },
  );

  it('acts within the last millisecond of the hold, and not at its end', async () => {
    const inTime = await rolledBack();
    const tooLate = await rolledBack();
    const [entry] = journal(inTime).entries;
    for (const service of [inTime, tooLate]) putBack(service);
    inTime.clock.advance((entry?.holdUntil ?? 0) - inTime.clock.now() - 1);
    tooLate.clock.advance((entry?.holdUntil ?? 0) - tooLate.clock.now());

    const answers = [await inTime.post(), await tooLate.post()];

    expect(answers.map(({ results }) => results[0]?.outcome)).toEqual(['rolled-back', 'suggested']);
  });

  it('holds as long as the object’s own mark says', async () => {
    const annotations = { ...aVirtualService().metadata.annotations, 'weightless/hold': '10m' };
    const service = await rolledBack({ objects: [aVirtualService({ annotations })] });
    putBack(service);
    service.clock.advance(40 * 60_000);

    const { results } = await service.post();

    expect(results).toMatchObject([{ reason: 'already-acted' }]);
  });

  it('is not kept from acting by an entry that came with a copied manifest', async () => {
    const service = await rolledBack();
    putBack(service);
    service.cluster.write(INCIDENT_NAME, (object) => {
      object.metadata.uid = 'the-uid-of-a-copy';
    });
    service.clock.advance(HOLD_OVER_MS);

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(weights(service)).toEqual([100, 0]);
    expect(service.meter.totals.get('JournalEntriesIgnored')).toBe(1);
  });

  it('is never recorded as at zero before it was, where the first delivery died and the canary was put back', async () => {
    const service = rollbackService();
    const { promise: patched, resolve } = Promise.withResolvers<void>();
    const dies = service.gated(async (what, when) => {
      if (what !== 'patch') return;
      if (when === 'before') return service.clock.advance(400);
      resolve();
      await new Promise<never>(() => undefined);
    });
    void service.post([aRawAlert()], dies);
    await patched;
    const zeroAt = service.clock.now();
    putBack(service);
    service.clock.advance(30_000);

    await service.post();

    const [record] = await service.records();
    const { zeroedAt = Number.NaN, zeroedPrecision } = record?.timeline ?? {};
    expect(zeroedPrecision).toBe('journal');
    expect(zeroedAt).toBeGreaterThanOrEqual(zeroAt);
    expect(zeroedAt).toBeLessThanOrEqual(zeroAt + 1000);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted']);
  });
});

describe('the same firing about several VirtualServices', () => {
  const edge = 'production/edge';
  const again = (service: Service, name: string) =>
    service.cluster.write(name, (object) => {
      object.spec = aVirtualService().spec;
    });

  it('tells of each that was put back, in whichever it happens', async () => {
    const service = await rolledBack({
      objects: [aVirtualService(), aVirtualService({ name: 'edge', uid: 'edge-uid' })],
    });

    for (const name of [edge, INCIDENT_NAME, edge]) {
      again(service, name);
      service.clock.advance(60_000);
      await service.post();
    }

    const [record] = await service.records();
    expect(record?.history.map((entry) => ('number' in entry ? `${entry.kind} ${entry.number}` : entry.kind))).toEqual(
      [1, 2, 3].flatMap((number) => [`reverted ${number}`, `reasserted ${number}`]),
    );
    expect(await told(service)).toEqual([
      'RollbackCompleted',
      ...times(3, ['RollbackReverted', 'RollbackReasserted']).flat(),
    ]);
  });
});
