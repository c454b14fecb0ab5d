import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { Outbox } from '#shared/ports/event-bus.ts';
import { type RollbackChange, type RollbackLog, StoreFault } from '#shared/ports/rollback-log.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { aTargetRecord } from '#test/builders/target-record.ts';
import { unsentEvents } from '#test/doubles/unsent-events.ts';

export type OpenStore = {
  readonly log: RollbackLog;
  readonly outbox: Outbox;
  close(): Promise<void>;
};

const signal = new AbortController().signal;
const DAY_MS = 24 * 60 * 60 * 1000;
const aChange = (parts: Partial<RollbackChange>): RollbackChange => ({
  rollbacks: [],
  remove: [],
  events: [],
  ...parts,
});

/** A pending record, received so many ms after the others. */
function anUnfinishedRecord(overrides: Partial<RollbackRecord> = {}, later = 0): RollbackRecord {
  const { supersededBy, timeline, ...record } = aRollbackRecord();
  const { alertResolvedAt, ...times } = timeline;
  return {
    ...record,
    outcome: 'pending',
    reason: 'cluster-unreachable',
    timeline: { ...times, receivedAt: times.receivedAt + later },
    history: [],
    ...overrides,
  };
}

/** What is found in all pages from one on. */
async function pagesOf<T>(
  from: string | undefined,
  read: (from: string) => Promise<{ readonly found: readonly T[]; readonly next?: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let at = from; at !== undefined; ) {
    const { found, next } = await read(at);
    all.push(...found);
    at = next;
  }
  return all;
}

/** What every RollbackLog with its Outbox does. `open` gives an empty one each time. */
export function describeRollbackLog(name: string, open: () => Promise<OpenStore>): void {
  describe(`the rollback log (${name})`, () => {
    let store: OpenStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const commit = (parts: Partial<RollbackChange>) => store.log.commit(aChange(parts), signal);
    const readOne = async (id: string) => (await store.log.read([id], undefined, signal)).rollbacks.get(id);
    const unsentIds = async () => (await unsentEvents(store.outbox)).map((event) => event.id);

    it('reads back a record, a target and an event as they were written', async () => {
      const record = aRollbackRecord();
      const target = aTargetRecord();
      const event = anOutboxEvent();

      const result = await commit({ rollbacks: [record], target, events: [event] });

      expect(result).toBe('written');
      const known = await store.log.read([record.id], target, signal);
      expect([...known.rollbacks]).toEqual([[record.id, record]]);
      expect(known.target).toEqual(target);
      expect(await unsentEvents(store.outbox)).toEqual([event]);
    });

    it('reads back what has only its obligatory fields', async () => {
      const { reason, episode, supersededBy, ...record } = aRollbackRecord({ residual: 'unknown', history: [] });
      const { holdUntil, ...target } = aTargetRecord({ canary: '-' });

      await commit({ rollbacks: [record], target });

      const known = await store.log.read([record.id], target, signal);
      expect(known.rollbacks.get(record.id)).toEqual(record);
      expect(known.target).toEqual(target);
    });

    it('takes a field that is undefined, at any depth, for one that is absent', async () => {
      const { sla, timeline } = aRollbackRecord();
      const record = aRollbackRecord({
        reason: undefined,
        sla: { ...sla, met: undefined },
        timeline: { ...timeline, zeroedAt: undefined },
      });

      await commit({ rollbacks: [record] });

      expect(await readOne(record.id)).toEqual(record);
    });

    it('keeps a record whose alert holds names and text that few stores can hold', async () => {
      const labels: Record<string, string> = JSON.parse(
        '{"__proto__":"x","":"y","constructor":"c","toString":"s","kept":"z","nul":"\\u0000"}',
      );
      const alert = { ...aRollbackRecord().alert, labels, annotations: { half: 'a\ud800b' } };

      const result = await commit({ rollbacks: [aRollbackRecord({ alert })], events: [anOutboxEvent()] });

      expect(result).toBe('written');
      expect((await readOne('a1b2c3'))?.alert.labels).toMatchObject({ constructor: 'c', kept: 'z', nul: '\0' });
      expect((await readOne('a1b2c3'))?.alert.annotations['half']).toMatch(/^a.b$/u);
    });

    it('keeps a record whose weights are more than can be counted, which the CRD lets in', async () => {
      const share = (weight: number) => [{ to: 'payment-svc', weight }];
      const weights = [{ virtualService: 'a/b', route: 'users', before: share(2 ** 63), after: share(-1e300) }];

      const result = await commit({ rollbacks: [aRollbackRecord({ weights })] });

      expect(result).toBe('written');
      expect((await readOne('a1b2c3'))?.weights[0]?.before[0]?.weight).toBeGreaterThanOrEqual(Number.MAX_SAFE_INTEGER);
    });

    it('answers nothing for what it does not know, and for no question', async () => {
      await commit({ rollbacks: [aRollbackRecord({ id: 'known' })] });

      const known = await store.log.read(['known', 'unknown', 'known'], aTargetRecord(), signal);
      const nothing = await store.log.read([], undefined, signal);

      expect([...known.rollbacks.keys()]).toEqual(['known']);
      expect(known.target).toBeUndefined();
      expect(nothing.rollbacks.size).toBe(0);
    });

    it('reads more records at once than one call of the store takes', async () => {
      const ids = Array.from({ length: 120 }, (_, index) => `many-${index}`);
      for (let from = 0; from < ids.length; from += 20) {
        await commit({ rollbacks: ids.slice(from, from + 20).map((id) => aRollbackRecord({ id })) });
      }

      const known = await store.log.read(ids, aTargetRecord(), signal);

      expect([...known.rollbacks.keys()].sort()).toEqual([...ids].sort());
    });

    it('replaces a record under the version that was seen', async () => {
      await commit({ rollbacks: [aRollbackRecord()] });
      const better = aRollbackRecord({ version: 2, outcome: 'rolled-back', reason: undefined });

      const result = await commit({ rollbacks: [better] });

      expect(result).toBe('written');
      expect(await readOne(better.id)).toEqual(better);
    });

    it.each([
      ['a first version of what exists', { rollbacks: [aRollbackRecord({ id: 'held', message: 'other' })] }],
      ['a version that skips one', { rollbacks: [aRollbackRecord({ id: 'held', version: 3, message: 'other' })] }],
      ['a second version of what does not exist', { rollbacks: [aRollbackRecord({ id: 'new', version: 2 })] }],
      ['a first version of a target that exists', { target: aTargetRecord({ firings: [] }) }],
      ['a target version that skips one', { target: aTargetRecord({ version: 3, firings: [] }) }],
      ['the removal of another version', { remove: [{ id: 'held', version: 2, firing: 'f@x' }] }],
      ['the removal of what does not exist', { remove: [{ id: 'new', version: 1, firing: 'f@x' }] }],
      ['an event that was written before', { events: [anOutboxEvent({ id: 'held-event', createdAt: 1 })] }],
    ])('is in conflict over %s, and writes nothing of that change', async (_what, parts: Partial<RollbackChange>) => {
      const held = aRollbackRecord({ id: 'held' });
      const target = aTargetRecord();
      await commit({ rollbacks: [held], target, events: [anOutboxEvent({ id: 'held-event' })] });

      const result = await commit({
        ...parts,
        rollbacks: [...(parts.rollbacks ?? []), aRollbackRecord({ id: 'beside' })],
        events: [...(parts.events ?? []), anOutboxEvent({ id: 'beside-event' })],
      });

      expect(result).toBe('conflict');
      const known = await store.log.read(['held', 'new', 'beside'], target, signal);
      expect([...known.rollbacks]).toEqual([['held', held]]);
      expect(known.target).toEqual(target);
      expect(await unsentIds()).toEqual(['held-event']);
    });

    it('lets exactly one of two racing changes through, whole', async () => {
      await commit({ target: aTargetRecord() });
      const racing = ['one', 'two'].map((who) =>
        aChange({
          rollbacks: [aRollbackRecord({ message: who }), aRollbackRecord({ id: `only-${who}` })],
          target: aTargetRecord({ version: 2, firings: [who] }),
          events: [anOutboxEvent({ id: `event-${who}` })],
        }),
      );

      const results = await Promise.all(racing.map((change) => store.log.commit(change, signal)));

      expect([...results].sort()).toEqual(['conflict', 'written']);
      const winner = results[0] === 'written' ? 'one' : 'two';
      const known = await store.log.read(['a1b2c3', 'only-one', 'only-two'], aTargetRecord(), signal);
      expect([...known.rollbacks.keys()].sort()).toEqual(['a1b2c3', `only-${winner}`]);
      expect(known.rollbacks.get('a1b2c3')?.message).toBe(winner);
      expect(known.target?.firings).toEqual([winner]);
      expect(await unsentIds()).toEqual([`event-${winner}`]);
    });

    it('takes many racing changes of different targets', async () => {
      const changes = Array.from({ length: 12 }, (_, index) =>
        aChange({
          rollbacks: [aRollbackRecord({ id: `r${index}` })],
          target: aTargetRecord({ canary: `c${index}` }),
          events: [anOutboxEvent({ id: `e${index}` })],
        }),
      );

      const results = await Promise.all(changes.map((change) => store.log.commit(change, signal)));

      expect(new Set(results)).toEqual(new Set(['written']));
    });

    it('writes a change without parts', async () => {
      expect(await commit({})).toBe('written');
    });

    it('takes the most records that one change may have, each with two events', async () => {
      const ids = Array.from({ length: 20 }, (_, index) => `most-${index}`);

      const result = await commit({
        rollbacks: ids.map((id) => aRollbackRecord({ id })),
        target: aTargetRecord(),
        events: ids.flatMap((id) => [anOutboxEvent({ id: `${id}-a` }), anOutboxEvent({ id: `${id}-b` })]),
      });

      expect(result).toBe('written');
    });

    it('removes a record, and its firing no longer names it', async () => {
      const pending = aRollbackRecord({ id: 'pending', canary: '-', outcome: 'pending', reason: 'cluster-error' });
      const firing = '5ef77f1f8a3ecfb8@2026-03-04T05:06:07.000Z';
      await commit({ rollbacks: [pending] });

      const result = await commit({
        rollbacks: [aRollbackRecord({ id: 'known' })],
        remove: [{ id: 'pending', version: 1, firing }],
      });

      expect(result).toBe('written');
      expect(await readOne('pending')).toBeUndefined();
      expect((await store.log.ofFiring(firing, signal)).map(({ id }) => id)).toEqual(['known']);
    });

    it('finds the records of one firing, each as it was written last', async () => {
      const firedAt = aRollbackRecord().timeline.firedAt;
      const later = { ...aRollbackRecord().timeline, firedAt: firedAt + 1 };
      await commit({
        rollbacks: [
          aRollbackRecord({ id: 'one' }),
          aRollbackRecord({ id: 'two', canary: 'other' }),
          aRollbackRecord({ id: 'later', timeline: later }),
        ],
      });
      await commit({ rollbacks: [aRollbackRecord({ id: 'one', version: 2, message: 'second' })] });

      const records = await store.log.ofFiring('5ef77f1f8a3ecfb8@2026-03-04T05:06:07.000Z', signal);
      const unknown = await store.log.ofFiring('5ef77f1f8a3ecfb8@2020-01-01T00:00:00.000Z', signal);

      expect(records.map(({ id, version }) => `${id} ${version}`).sort()).toEqual(['one 2', 'two 1']);
      expect(unknown).toEqual([]);
    });

    it('lists the last ones received, newest first, across days', async () => {
      const now = Date.now();
      const ages = [
        ['three-days', 3 * DAY_MS],
        ['now', 0],
        ['yesterday', DAY_MS],
        ['before', 1],
      ] as const;
      for (const [id, age] of ages) {
        const timeline = { ...aRollbackRecord().timeline, receivedAt: now - age };
        await commit({ rollbacks: [aRollbackRecord({ id, timeline })] });
      }

      const all = await store.log.recent(10, signal);
      const two = await store.log.recent(2, signal);

      expect(all.map(({ id }) => id)).toEqual(['now', 'before', 'yesterday', 'three-days']);
      expect(all[0]?.timeline.receivedAt).toBe(now);
      expect(two.map(({ id }) => id)).toEqual(['now', 'before']);
    });

    it('lists nothing of an empty log', async () => {
      expect(await store.log.recent(10, signal)).toEqual([]);
    });

    it('lists unsent events, oldest first, older than asked for, until they are marked as sent', async () => {
      const [old, older, young] = [2000, 1000, 3000].map((createdAt) =>
        anOutboxEvent({ id: `at-${createdAt}`, createdAt }),
      );
      if (!old || !older || !young) throw new Error('three events');
      await commit({ events: [old, older, young] });

      const before = await store.outbox.unsent(3000, { limit: 10 }, signal);
      const oldest = await store.outbox.unsent(3000, { limit: 1 }, signal);
      await store.outbox.markSent([older], signal);

      expect(before.events).toEqual([older, old]);
      expect(oldest.events).toEqual([older]);
      expect(await unsentIds()).toEqual(['at-2000', 'at-3000']);
    });

    it('pages through unsent events, oldest first, past those that stay unsent', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e'];
      await commit({ events: ids.map((id, place) => anOutboxEvent({ id, createdAt: 1000 + Math.floor(place / 2) })) });

      const first = await store.outbox.unsent(5000, { limit: 2 }, signal);
      await store.outbox.markSent(first.events.slice(0, 1), signal);
      const rest = await pagesOf(first.next, async (from) => {
        const { events, next } = await store.outbox.unsent(5000, { limit: 2, from }, signal);
        return { found: events.map(({ id }) => id), next };
      });
      const none = await store.outbox.unsent(1000, { limit: 2 }, signal);

      expect(first.events.map(({ createdAt }) => createdAt)).toEqual([1000, 1000]);
      expect([...first.events.map(({ id }) => id), ...rest].sort()).toEqual(ids);
      expect(none.events).toEqual([]);
    });

    const unfinishedIds = () =>
      pagesOf('', async (from) => {
        const { records, next } = await store.log.unfinished({ limit: 2, ...(from ? { from } : {}) }, signal);
        return { found: records.map(({ id }) => id), next };
      });

    it('pages through unfinished records, the first received first', async () => {
      const ids = ['e', 'c', 'a', 'd', 'b'];
      for (const [age, id] of ids.entries()) await commit({ rollbacks: [anUnfinishedRecord({ id }, age)] });

      expect(await unfinishedIds()).toEqual(ids);
    });

    it('lists as unfinished what a later write of the same record leaves so, as it was written last', async () => {
      const records = ['ended', 'resolved', 'replaced', 'given-up', 'failed'].map((id) => anUnfinishedRecord({ id }));
      await commit({ rollbacks: records });
      const { timeline } = anUnfinishedRecord();
      const changes: Record<string, Partial<RollbackRecord>> = {
        ended: { outcome: 'refused', reason: 'ambiguous-canary' },
        resolved: { outcome: 'failed', reason: 'forbidden', timeline: { ...timeline, alertResolvedAt: 1 } },
        replaced: { outcome: 'failed', reason: 'unreachable', supersededBy: 'other' },
        'given-up': { outcome: 'failed', reason: 'unreachable', history: [{ kind: 'given-up', at: 1 }] },
        failed: { outcome: 'failed', reason: 'unreachable' },
      };

      await commit({ rollbacks: records.map((one) => ({ ...one, ...changes[one.id], version: 2 })) });

      const { records: left } = await store.log.unfinished({ limit: 10 }, signal);
      expect(left).toEqual([{ ...anUnfinishedRecord({ id: 'failed' }), ...changes['failed'], version: 2 }]);
    });

    it('lists as unfinished no record that was removed, and none that was good from the beginning', async () => {
      const firing = '5ef77f1f8a3ecfb8@2026-03-04T05:06:07.000Z';
      await commit({ rollbacks: [anUnfinishedRecord({ id: 'removed' }), aRollbackRecord({ id: 'good' })] });

      await commit({ remove: [{ id: 'removed', version: 1, firing }] });

      expect(await unfinishedIds()).toEqual([]);
    });

    it('marks an event as sent again, or one that it does not know, without making one', async () => {
      await commit({ events: [anOutboxEvent({ id: 'sent' })] });

      await store.outbox.markSent([anOutboxEvent({ id: 'sent' })], signal);
      await store.outbox.markSent([anOutboxEvent({ id: 'sent' }), anOutboxEvent({ id: 'unknown' })], signal);

      expect(await unsentIds()).toEqual([]);
      expect(await commit({ events: [anOutboxEvent({ id: 'unknown' })] })).toBe('written');
      expect(await commit({ events: [anOutboxEvent({ id: 'sent' })] })).toBe('conflict');
    });

    it('says in a StoreFault that an item is too large, and writes nothing of the change', async () => {
      const large = aRollbackRecord({ id: 'large', message: 'x'.repeat(420_000) });

      const attempt = commit({ rollbacks: [large, aRollbackRecord({ id: 'small' })] });

      await expect(attempt).rejects.toThrow(StoreFault);
      expect(await readOne('small')).toBeUndefined();
    });

    it.each<[string, (store: OpenStore, aborted: AbortSignal) => Promise<unknown>]>([
      ['read', ({ log }, aborted) => log.read(['a'], undefined, aborted)],
      ['commit', ({ log }, aborted) => log.commit(aChange({ rollbacks: [aRollbackRecord()] }), aborted)],
      ['ofFiring', ({ log }, aborted) => log.ofFiring('f@x', aborted)],
      ['recent', ({ log }, aborted) => log.recent(1, aborted)],
      ['unsent', ({ outbox }, aborted) => outbox.unsent(1, { limit: 1 }, aborted)],
      ['unfinished', ({ log }, aborted) => log.unfinished({ limit: 1 }, aborted)],
      ['markSent', ({ outbox }, aborted) => outbox.markSent([anOutboxEvent()], aborted)],
    ])('ends %s with a StoreFault when the time is over', async (_name, call) => {
      await expect(call(store, AbortSignal.abort())).rejects.toThrow(StoreFault);

      expect(await readOne('a1b2c3')).toBeUndefined();
    });
  });
}
