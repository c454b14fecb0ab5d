import { describe, expect, it } from 'vitest';
import { readJournal } from '#shared/contracts/journal.ts';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, INCIDENT_CANARY, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { rollbackService, type ServiceParts } from '#test/doubles/rollback-service.ts';
import { answers, fails, scriptedCluster, times } from '#test/doubles/scripted-cluster.ts';

const HOUR_MS = 3_600_000;
/** The default hold is an hour; a firing is remembered as having had its action for four. */
const HOLD_OVER_MS = 4 * HOUR_MS;

type Service = ReturnType<typeof rollbackService>;

function weights(service: Service): (number | undefined)[] {
  return (service.cluster.read(INCIDENT_NAME).spec.http?.[1]?.route ?? []).map(({ weight }) => weight);
}

/** Somebody applies the incident again. */
function putBack({ cluster }: Service): void {
  cluster.write(INCIDENT_NAME, (object) => {
    object.spec = aVirtualService().spec;
  });
}

function journal({ cluster }: Service) {
  return readJournal(parseVirtualService(cluster.read(INCIDENT_NAME)));
}

const told = async (service: Service) => (await service.events()).map(({ type }) => type);
const at = (ms: number) => new Date(ms).toISOString();

async function rolledBack(parts: ServiceParts = {}): Promise<Service> {
  const service = rollbackService(parts);
  await service.post();
  return service;
}

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
      history: [{ kind: 'reasserted', at: service.clock.now(), number: 1 }],
    });
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReasserted']);
    const [, event] = await service.events();
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
    expect(record?.history.map(({ kind }) => kind)).toEqual([...times(5, 'reasserted'), 'contested']);
    expect(await told(service)).toEqual(['RollbackCompleted', ...times(5, 'RollbackReasserted'), 'RollbackSuggested']);
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
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReasserted']);
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
    expect(record?.history).toMatchObject([1, 2, 3].map((number) => ({ kind: 'reasserted', number })));
    expect(await told(service)).toEqual(['RollbackCompleted', ...times(3, 'RollbackReasserted')]);
  });
});

describe('a new firing', () => {
  const again = (after: number) => aRawAlert({ startsAt: at(FIRED_AT + after) });

  it('acts, also where an earlier one of the same alert has had its rollback and the hold is over', async () => {
    const service = await rolledBack();
    putBack(service);
    service.clock.advance(HOLD_OVER_MS);

    const { results } = await service.post([again(HOLD_OVER_MS)]);

    expect(results).toMatchObject([{ outcome: 'rolled-back', slaMet: true }]);
    expect(weights(service)).toEqual([100, 0]);
    const [newer, older] = await service.records();
    expect(older).toMatchObject({ version: 1, history: [] });
    expect(newer?.episode?.id).toBe(newer?.id);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackCompleted']);
  });

  it('that finds the canary at zero links to the episode that took it there', async () => {
    const service = await rolledBack();
    service.clock.advance(120_000);

    const { results } = await service.post([again(90_000)]);

    expect(results).toMatchObject([{ outcome: 'already-zero', reason: 'at-zero' }]);
    const [later, first] = await service.records();
    expect(later).toMatchObject({ sla: { count: 'not-counted' }, episode: { id: first?.id, firedAt: FIRED_AT } });
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackSkipped']);
  });

  it('that began before the canary was at zero belongs to the same episode, and one that began later does not', async () => {
    const service = await rolledBack();
    putBack(service);
    const sameTime = aRawAlert({ fingerprint: 'latency', startsAt: at(FIRED_AT + 1000) });
    const later = aRawAlert({ fingerprint: 'errors', startsAt: at(FIRED_AT + 50_000) });

    service.clock.advance(60_000);
    await service.post([sameTime]);
    putBack(service);
    service.clock.advance(60_000);
    await service.post([later]);

    const episodes = new Map((await service.records()).map(({ alert, episode }) => [alert.fingerprint, episode?.id]));
    expect(episodes.get('latency')).toBe(episodes.get(aRawAlert().fingerprint));
    expect(episodes.get('errors')).not.toBe(episodes.get('latency'));
  });

  it('in the same delivery costs no second patch, and both have the times of the one', async () => {
    const service = rollbackService();

    const { results } = await service.post([aRawAlert(), aRawAlert({ fingerprint: 'latency' })]);

    expect(results.map(({ outcome, alertToZeroMs }) => ({ outcome, alertToZeroMs }))).toEqual(
      times(2, { outcome: 'rolled-back', alertToZeroMs: 4000 }),
    );
    expect(service.cluster.patches).toHaveLength(1);
    expect(journal(service).entries).toMatchObject([{ alerts: [expect.any(String), expect.any(String)] }]);
    expect(new Set((await service.records()).map(({ episode }) => episode?.id)).size).toBe(1);
  });

  it('beside one that may act no more is served, and the other stays with a person', async () => {
    const service = await rolledBack();
    putBack(service);
    service.clock.advance(HOLD_OVER_MS);

    const { results } = await service.post([aRawAlert(), again(HOLD_OVER_MS)]);

    expect(results).toMatchObject([{ reason: 'already-acted' }, { outcome: 'rolled-back' }]);
    expect(service.cluster.patches).toHaveLength(2);
  });
});

describe('a resolved alert', () => {
  const resolvedAt = FIRED_AT + 600_000;
  const resolved = aRawAlert({ status: 'resolved', endsAt: at(resolvedAt) });

  it('is noted on what is recorded of its firing, told once, and touches no VirtualService', async () => {
    const service = await rolledBack();
    service.clock.advance(600_000);
    const calls: string[] = [];
    const watched = () =>
      service.gated(async (what) => {
        calls.push(what);
      });

    const first = await service.post([resolved], watched());
    await service.post([resolved], watched());

    expect(first).toMatchObject({ status: 200, results: [{ outcome: 'skipped', reason: 'resolved' }] });
    expect(calls.filter((call) => /list|get|patch/.test(call))).toEqual([]);
    expect(await service.records()).toMatchObject([
      {
        version: 2,
        outcome: 'rolled-back',
        timeline: { alertResolvedAt: resolvedAt },
        history: [{ kind: 'resolved' }],
      },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'AlertResolved']);
  });

  it('makes no record of a firing that nobody has seen', async () => {
    const service = rollbackService();

    const { status } = await service.post([resolved]);

    expect(status).toBe(200);
    expect(await service.records()).toEqual([]);
    expect(await service.events()).toEqual([]);
  });

  it('ends an episode whose canary never was at zero', async () => {
    const service = rollbackService({ settings: { mode: 'suggest' } });
    await service.post();
    service.clock.advance(600_000);

    await service.post([resolved]);

    const known = await service.store.read(
      [],
      { cluster: 'production-eu', canary: INCIDENT_CANARY },
      new AbortController().signal,
    );
    expect(known.target?.episode).toMatchObject({ closedAt: resolvedAt, unresolved: [] });
  });

  it('in a mixed group is decided by itself', async () => {
    const service = rollbackService();
    const other = aRawAlert({ ...resolved, fingerprint: 'gone' });

    const { status, results } = await service.post([other, aRawAlert()]);

    expect(status).toBe(200);
    expect(results.map(({ outcome }) => outcome)).toEqual(['skipped', 'rolled-back']);
  });
});

describe('a record that is not yet good', () => {
  const denied = answers({ kind: 'denied-by-admission', message: 'frozen' });

  function failing(parts: { readonly denials: number }) {
    return rollbackService({
      clusters: (memory) => [scriptedCluster(memory, { patch: times(parts.denials, denied) })],
    });
  }

  it('is improved by a later rollback, and judged by its time', async () => {
    const inTime = failing({ denials: 1 });
    const tooLate = failing({ denials: 1 });

    for (const [service, pause] of [
      [inTime, 50_000],
      [tooLate, 60_000],
    ] as const) {
      await service.post();
      service.clock.advance(pause);
      await service.post();
    }

    expect(await inTime.records()).toMatchObject([
      {
        outcome: 'rolled-back',
        sla: { count: 'met', met: true, alertToZeroMs: 54_000 },
        timeline: { receivedAt: FIRED_AT + 4000, zeroedAt: FIRED_AT + 54_000 },
        history: [{ kind: 'improved', from: { outcome: 'failed', reason: 'denied-by-admission' } }],
      },
    ]);
    expect((await inTime.records())[0]?.reason).toBeUndefined();
    expect(await tooLate.records()).toMatchObject([
      { outcome: 'rolled-back', sla: { count: 'missed', met: false, alertToZeroMs: 64_000 } },
    ]);
    expect(await told(inTime)).toEqual(['RollbackFailed', 'RollbackCompleted']);
    expect(await told(tooLate)).toEqual(['RollbackFailed', 'RollbackCompleted', 'RollbackSlaBreached']);
  });

  it('stays a miss where somebody else took the canary to zero', async () => {
    const service = failing({ denials: 1 });
    await service.post();
    service.cluster.write(INCIDENT_NAME, ({ spec }) => {
      const [v1, v2] = spec.http?.[1]?.route ?? [];
      if (v1 && v2) Object.assign(v1, { weight: 100 }) && Object.assign(v2, { weight: 0 });
    });
    service.clock.advance(10_000);

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome: 'already-zero', reason: 'at-zero' }]);
    expect(await service.records()).toMatchObject([
      { outcome: 'already-zero', sla: { count: 'missed' }, pages: false },
    ]);
    expect(await told(service)).toEqual(['RollbackFailed', 'RollbackSkipped']);
  });

  it('is written once, however often the same failure comes again', async () => {
    const service = failing({ denials: 9 });

    for (let round = 0; round < 3; round += 1) {
      const { results } = await service.post();
      expect(results).toMatchObject([{ outcome: 'failed', reason: 'denied-by-admission' }]);
      service.clock.advance(60_000);
    }

    expect(await service.records()).toMatchObject([{ version: 1, outcome: 'failed' }]);
    expect(await told(service)).toEqual(['RollbackFailed']);
  });

  it('without a canary is deleted while pending, once its target is recorded', async () => {
    const service = rollbackService({
      clusters: (memory) => [scriptedCluster(memory, { list: [fails('unauthorized')] })],
    });

    await service.post();
    const pending = await service.records();
    await service.post();

    expect(pending).toMatchObject([
      { canary: '-', outcome: 'pending', alert: { fingerprint: aRawAlert().fingerprint } },
    ]);
    expect(await service.records()).toMatchObject([{ canary: INCIDENT_CANARY, outcome: 'rolled-back' }]);
    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it('without a canary is marked as superseded where it was final, and not told again', async () => {
    const service = rollbackService({ objects: [aVirtualService({ annotations: {} })] });
    const refused = await service.post();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      metadata.annotations = { 'weightless/canary': 'v2' };
    });

    await service.post();

    expect(refused.results).toMatchObject([{ outcome: 'refused', reason: 'ambiguous-canary' }]);
    const records = await service.records();
    const known = records.find(({ canary }) => canary === INCIDENT_CANARY);
    expect(known).toMatchObject({ outcome: 'rolled-back' });
    expect(records.find(({ canary }) => canary === '-')).toMatchObject({ outcome: 'refused', supersededBy: known?.id });
    expect(await told(service)).toEqual(['RollbackRefused', 'RollbackCompleted']);
  });

  it('that was superseded is not written again with what follows', async () => {
    const service = rollbackService({ objects: [aVirtualService({ annotations: {} })] });
    await service.post();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      metadata.annotations = { 'weightless/canary': 'v2' };
    });
    await service.post();
    putBack(service);

    await service.post();

    const versions = new Map((await service.records()).map(({ canary, version }) => [canary, version]));
    expect(versions).toEqual(
      new Map([
        ['-', 2],
        [INCIDENT_CANARY, 2],
      ]),
    );
  });

  it('is not made for a firing whose canary is known, where the cluster does not answer later', async () => {
    const service = await rolledBack();
    const away = scriptedCluster(service.cluster, { list: times(99, fails('unauthorized')) });

    const { status, results } = await service.post([aRawAlert()], service.handler({ clusters: async () => [away] }));

    expect({ status, results }).toMatchObject({ status: 503, results: [{ outcome: 'pending' }] });
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back', version: 1 }]);
  });
});

describe('times', () => {
  it('are held to the strictest target that a VirtualService of the canary says', async () => {
    const annotations = aVirtualService().metadata.annotations ?? {};
    const marked = (name: string, sla: string) =>
      aVirtualService({ name, uid: name, annotations: { ...annotations, 'weightless/sla': sla } });
    const service = rollbackService({ objects: [marked('a', '30s'), marked('b', '3s'), marked('c', '5m')] });

    await service.post();

    expect(await service.records()).toMatchObject([{ sla: { targetMs: 3000, met: false, count: 'missed' } }]);
  });

  it('are kept as they are where the alert comes from the future, and marked', async () => {
    const service = rollbackService({ at: FIRED_AT - 30_000 });

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome: 'rolled-back', alertToZeroMs: -30_000 }]);
    expect(await service.records()).toMatchObject([
      {
        timeline: { firedAt: FIRED_AT, receivedAt: FIRED_AT - 30_000 },
        sla: { clockSkew: true, alertToZeroMs: -30_000 },
      },
    ]);
  });

  it('count as a miss, with the age, where the alert was first received more than 15 minutes after it fired', async () => {
    const service = rollbackService({ at: FIRED_AT + 15 * 60_000 + 1 });

    await service.post();

    expect(await service.records()).toMatchObject([
      { outcome: 'rolled-back', sla: { late: true, met: false, count: 'missed', alertToZeroMs: 15 * 60_000 + 1 } },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackSlaBreached']);
  });
});
