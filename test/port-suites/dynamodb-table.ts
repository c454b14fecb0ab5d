import { DeleteTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTable } from '#shared/adapters/dynamodb/create-table.ts';
import { eventKey, rollbackKey, targetKey } from '#shared/adapters/dynamodb/keys.ts';
import { BY_DAY_INDEX, UNFINISHED_INDEX, UNSENT_INDEX } from '#shared/adapters/dynamodb/table.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { aTargetRecord } from '#test/builders/target-record.ts';
import type { DynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { unsentEvents } from '#test/doubles/unsent-events.ts';

const signal = new AbortController().signal;
const DAY = 24 * 60 * 60;
const NOW = Date.UTC(2026, 5, 1);

type Open = (options: { now: () => number; onUnreadable: (key: string) => void }) => Promise<DynamodbStore>;

/** What stands in the table itself, on every engine. */
export function describeDynamodbTable(name: string, open: Open): void {
  describe(`the table (${name})`, () => {
    let store: DynamodbStore;
    let unreadable: string[];
    beforeEach(async () => {
      unreadable = [];
      store = await open({ now: () => NOW, onUnreadable: (key) => unreadable.push(key) });
    });
    afterEach(() => store.close());

    const record = aRollbackRecord();
    const target = aTargetRecord();
    const event = anOutboxEvent();
    const commitAll = () => store.log.commit({ rollbacks: [record], target, remove: [], events: [event] }, signal);
    const scan = async (IndexName?: string) => {
      const { Items = [] } = await store.client.send(new ScanCommand({ TableName: store.table, IndexName }));
      return Items;
    };
    const set = (Key: Record<string, unknown>, attribute: string, value: unknown) =>
      store.client.send(
        new UpdateCommand({
          TableName: store.table,
          Key,
          UpdateExpression: 'SET #attribute = :value',
          ExpressionAttributeNames: { '#attribute': attribute },
          ExpressionAttributeValues: { ':value': value },
        }),
      );

    it('keeps rollbacks and firings 400 days, targets and notes of a change as long from then, events 7 days', async () => {
      await commitAll();

      const expiries = (await scan()).map(({ pk, expiresAt }) => [pk, expiresAt]);

      const received = Math.floor(record.timeline.receivedAt / 1000);
      expect(Object.fromEntries(expiries)).toEqual({
        'ROLLBACK#a1b2c3': received + 400 * DAY,
        'FIRING#5ef77f1f8a3ecfb8@2026-03-04T05:06:07.000Z': received + 400 * DAY,
        'TARGET#production-eu#payment-svc.production.svc.cluster.local/v2': NOW / 1000 + 400 * DAY,
        'EVENT#event-1': Math.floor(event.createdAt / 1000) + 7 * DAY,
        CHANGED: NOW / 1000 + 400 * DAY,
      });
    });

    it('expires items by that attribute', async () => {
      const { TimeToLiveDescription } = await store.client.send(
        new DescribeTimeToLiveCommand({ TableName: store.table }),
      );

      expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
    });

    it('indexes a rollback as unfinished by its keys alone, until it has ended', async () => {
      const { supersededBy, ...pending } = aRollbackRecord({ outcome: 'pending', reason: 'conflict', history: [] });
      const ended = { ...pending, version: 2, outcome: 'rolled-back', reason: undefined } as const;
      const write = (record: RollbackRecord) =>
        store.log.commit({ rollbacks: [record], remove: [], events: [] }, signal);

      await write(pending);
      const unfinished = await scan(UNFINISHED_INDEX);
      await write(ended);

      expect(unfinished).toEqual([
        {
          pk: 'ROLLBACK#a1b2c3',
          sk: 'ROLLBACK',
          unfinished: 'UNFINISHED',
          received: '2026-03-04T05:06:11.000Z#a1b2c3',
        },
      ]);
      expect(await scan(UNFINISHED_INDEX)).toEqual([]);
    });

    it('indexes rollbacks alone by day, and events alone until they are sent', async () => {
      await commitAll();

      const byDay = await scan(BY_DAY_INDEX);
      const unsent = await scan(UNSENT_INDEX);
      await store.outbox.markSent([event], signal);
      const afterwards = await scan(UNSENT_INDEX);

      expect(byDay.map(({ pk, day, received }) => [pk, day, received])).toEqual([
        ['ROLLBACK#a1b2c3', '2026-03-04', '2026-03-04T05:06:11.000Z#a1b2c3'],
      ]);
      expect(unsent.map(({ pk }) => pk)).toEqual(['EVENT#event-1']);
      expect(afterwards).toEqual([]);
      expect((await scan()).map(({ pk }) => pk)).toContain('EVENT#event-1');
    });

    it('holds nothing of a removed record, its firing included', async () => {
      await store.log.commit({ rollbacks: [record], remove: [], events: [] }, signal);

      const firing = '5ef77f1f8a3ecfb8@2026-03-04T05:06:07.000Z';
      await store.log.commit({ rollbacks: [], remove: [{ id: record.id, version: 1, firing }], events: [] }, signal);

      expect((await scan()).filter(({ pk }) => pk !== 'CHANGED')).toEqual([]);
    });

    it('is made once: making it again keeps what is there', async () => {
      await commitAll();

      const streamArn = await createTable(store.client, store.table);

      expect(streamArn).toBe(store.streamArn);
      expect(await scan()).toHaveLength(5);
    });

    it('keeps a field that a newer version wrote when this one writes the record again', async () => {
      await commitAll();
      await set(rollbackKey(record.id), 'verifiedAt', 42);
      await set(targetKey(target), 'canaryOwner', 'flagger');

      const known = await store.log.read([record.id], target, signal);
      const [seen] = known.rollbacks.values();
      if (!seen || !known.target) throw new Error('nothing read');
      await store.log.commit(
        { rollbacks: [{ ...seen, version: 2 }], target: { ...known.target, version: 2 }, remove: [], events: [] },
        signal,
      );

      const again = await store.log.read([record.id], target, signal);
      expect(again.rollbacks.get(record.id)).toMatchObject({ version: 2, verifiedAt: 42 });
      expect(again.target).toMatchObject({ version: 2, canaryOwner: 'flagger' });
    });

    it('leaves out of the list what does not parse, and tells its key', async () => {
      const receivedAt = NOW - 1000;
      const timeline = { ...record.timeline, receivedAt };
      const ids = ['a', 'b', 'c', 'd'];
      await store.log.commit(
        { rollbacks: ids.map((id) => aRollbackRecord({ id, timeline })), remove: [], events: [] },
        signal,
      );
      await set(rollbackKey('c'), 'outcome', 'levitated');

      const records = await store.log.recent(2, signal);

      expect(records.map(({ id }) => id)).toEqual(['d', 'b']);
      expect(unreadable).toEqual(['ROLLBACK#c']);
    });

    it('leaves out of the unsent what does not parse, and tells its key', async () => {
      await store.log.commit(
        { rollbacks: [], remove: [], events: [anOutboxEvent({ id: 'a' }), anOutboxEvent({ id: 'b' })] },
        signal,
      );
      await set(eventKey('a'), 'type', 'Levitated');

      const events = await unsentEvents(store.outbox);

      expect(events.map(({ id }) => id)).toEqual(['b']);
      expect(unreadable).toEqual(['EVENT#a']);
    });

    it('says which field of a record it cannot read, and that the table is where', async () => {
      await commitAll();
      await set(rollbackKey(record.id), 'weights', 'none');

      const attempt = store.log.read([record.id], undefined, signal);

      await expect(attempt).rejects.toThrow(StoreFault);
      await expect(attempt).rejects.toThrow(new RegExp(`table ${store.table}: an item is not what .*at weights`, 's'));
    });

    it('stops looking for the last ones after 30 days', async () => {
      const at = (days: number) => ({ ...record.timeline, receivedAt: NOW - days * DAY * 1000 });
      await store.log.commit(
        {
          rollbacks: [aRollbackRecord({ id: 'a', timeline: at(29) }), aRollbackRecord({ id: 'b', timeline: at(30) })],
          remove: [],
          events: [],
        },
        signal,
      );

      const records = await store.log.recent(10, signal);

      expect(records.map(({ id }) => id)).toEqual(['a']);
    });

    it('lists all of a day that takes more than one page', async () => {
      const timeline = { ...record.timeline, receivedAt: NOW };
      for (let page = 0; page < 12; page += 1) {
        const id = String(page).padStart(2, '0');
        // Twelve of these are over the 1 MB that one page holds.
        const large = aRollbackRecord({ id, timeline, message: 'x'.repeat(150_000) });
        await store.log.commit({ rollbacks: [large], remove: [], events: [] }, signal);
      }

      const records = await store.log.recent(100, signal);

      expect(records.map(({ id }) => id)).toEqual(
        Array.from({ length: 12 }, (_, index) => String(11 - index).padStart(2, '0')),
      );
    });

    it('reads records that are more than one answer holds', async () => {
      const ids = Array.from({ length: 60 }, (_, index) => `large-${index}`);
      for (const id of ids) {
        const large = aRollbackRecord({ id, message: 'x'.repeat(300_000) });
        await store.client.send(
          new PutCommand({
            TableName: store.table,
            Item: { ...large, ...rollbackKey(id), day: '2026-03-04', received: id },
          }),
        );
      }

      const known = await store.log.read(ids, undefined, signal);

      expect(known.rollbacks.size).toBe(60);
    });

    it('says what was too large', async () => {
      const attempt = store.log.commit(
        { rollbacks: [aRollbackRecord({ message: 'x'.repeat(420_000) })], remove: [], events: [] },
        signal,
      );

      await expect(attempt).rejects.toThrow(/Could not write a change in table .*size/i);
    });

    it('says that a transaction was too large', async () => {
      const ids = Array.from({ length: 15 }, (_, index) => `large-${index}`);
      const attempt = store.log.commit(
        {
          rollbacks: ids.map((id) => aRollbackRecord({ id, message: 'x'.repeat(300_000) })),
          remove: [],
          events: [],
        },
        signal,
      );

      await expect(attempt).rejects.toThrow(StoreFault);
    });

    it('names the table that is not there, and what to check', async () => {
      const gone = await open({ now: () => NOW, onUnreadable: () => undefined });
      await gone.client.send(new DeleteTableCommand({ TableName: gone.table }));

      const attempt = gone.log.read(['a'], undefined, signal);

      await expect(attempt).rejects.toThrow(`table ${gone.table}: ResourceNotFoundException`);
      await expect(attempt).rejects.toThrow('check the name of the table and the region');
      await gone.close();
    });
  });
}
