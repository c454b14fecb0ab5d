import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamodbNotificationLog } from '#shared/adapters/dynamodb/dynamodb-notification-log.ts';
import { CHANGED } from '#shared/adapters/dynamodb/keys.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';

const never = new AbortController().signal;
const delivery = { eventId: 'event-1', channel: 'slack' };

let dynoxide: Dynoxide;
let store: DynamodbStore;
beforeAll(async () => {
  dynoxide = await startDynoxide();
});
afterAll(() => dynoxide.stop());
beforeEach(async () => {
  store = await openDynamodbStore(dynoxide.endpoint);
});
afterEach(() => store.close());

function open() {
  const clock = fakeClock(Date.UTC(2026, 10, 21));
  return { clock, log: dynamodbNotificationLog(store.client, store.table, { now: clock.now }) };
}

describe('who was told of what', () => {
  it('is claimed by one at a time, of many who want it', async () => {
    const { log } = open();

    const claims = await Promise.all(Array.from({ length: 8 }, () => log.claim(delivery, never)));

    expect(claims.filter((claim) => claim === 'mine')).toHaveLength(1);
    expect(claims.filter((claim) => claim === 'taken')).toHaveLength(7);
  });

  it('is for each channel and each event apart', async () => {
    const { log } = open();
    await log.claim(delivery, never);

    expect(await log.claim({ ...delivery, channel: 'teams' }, never)).toBe('mine');
    expect(await log.claim({ ...delivery, eventId: 'event-2' }, never)).toBe('mine');
  });

  it('is done once it is done', async () => {
    const { log, clock } = open();
    await log.claim(delivery, never);

    await log.done(delivery, never);
    clock.advance(3_600_000);

    expect(await log.claim(delivery, never)).toBe('done');
  });

  it('may be claimed again when it was released, or by a claim that is too old to be alive', async () => {
    const { log, clock } = open();
    await log.claim(delivery, never);
    await log.release(delivery, never);

    const released = await log.claim(delivery, never);
    clock.advance(59_000);
    const alive = await log.claim(delivery, never);
    clock.advance(2000);
    const old = await log.claim(delivery, never);

    expect([released, alive, old]).toEqual(['mine', 'taken', 'mine']);
  });

  it('stays done where somebody who was late releases it', async () => {
    const { log } = open();
    await log.claim(delivery, never);
    await log.done(delivery, never);

    await log.release(delivery, never);

    expect(await log.claim(delivery, never)).toBe('done');
  });

  it('is in items that expire, and in none that the stream passes on as an event', async () => {
    const { log } = open();
    await log.claim(delivery, never);
    await log.memoryOf('slack').keep('a1b2c3', '1.2', never);

    const { events } = await store.outbox.unsent(Number.MAX_SAFE_INTEGER, { limit: 10 }, never);
    expect(events).toEqual([]);
  });

  it('cannot be asked of a table that there is not', async () => {
    const log = dynamodbNotificationLog(store.client, 'no-such-table');

    await expect(log.claim(delivery, never)).rejects.toThrow(StoreFault);
  });
});

describe('what a channel remembers of a rollback', () => {
  it('is what was kept first, and of that channel alone', async () => {
    const { log } = open();
    await log.memoryOf('slack').keep('a1b2c3', 'first', never);

    await log.memoryOf('slack').keep('a1b2c3', 'second', never);

    expect(await log.memoryOf('slack').read('a1b2c3', never)).toBe('first');
    expect(await log.memoryOf('other').read('a1b2c3', never)).toBeUndefined();
    expect(await log.memoryOf('slack').read('d4e5f6', never)).toBeUndefined();
  });

  it('is the latest of what was raised, in whatever order', async () => {
    const { log } = open();
    const memory = log.memoryOf('on-call');
    await memory.keep('a1b2c3', '2026-03-04T05:06:07.000Z', never);

    for (const time of ['2026-03-04T05:06:09.000Z', '2026-03-04T05:06:08.000Z']) {
      await memory.raise('a1b2c3', time, never);
      await memory.raise('d4e5f6', time, never);
    }

    expect(await memory.read('a1b2c3', never)).toBe('2026-03-04T05:06:09.000Z');
    expect(await memory.read('d4e5f6', never)).toBe('2026-03-04T05:06:09.000Z');
  });
});

describe('when people were first told of a rollback', () => {
  const record = aRollbackRecord();

  it('is noted at its record once', async () => {
    const { log } = open();
    await store.log.commit({ rollbacks: [record], remove: [], events: [] }, never);

    await log.noteNotified(record.id, 1000, never);
    await log.noteNotified(record.id, 2000, never);

    const { rollbacks } = await store.log.read([record.id], undefined, never);
    expect(rollbacks.get(record.id)?.timeline.notifiedAt).toBe(1000);
    expect(rollbacks.get(record.id)?.version).toBe(2);
  });

  it('is not lost to who read the record before: he has to read it again', async () => {
    const { log } = open();
    await store.log.commit({ rollbacks: [record], remove: [], events: [] }, never);
    await log.noteNotified(record.id, 1000, never);

    const answer = await store.log.commit({ rollbacks: [{ ...record, version: 2 }], remove: [], events: [] }, never);

    expect(answer).toBe('conflict');
  });

  it('has a day that is over folded again, and no other', async () => {
    const { log, clock } = open();
    const today = aRollbackRecord({ id: 'today' });
    const received = { ...today.timeline, firedAt: clock.now(), receivedAt: clock.now() };
    await store.log.commit({ rollbacks: [record], remove: [], events: [] }, never);
    await store.log.commit({ rollbacks: [{ ...today, timeline: received }], remove: [], events: [] }, never);
    const changes = () => changedKeys(store);
    const before = await changes();

    await log.noteNotified('today', clock.now(), never);
    const ofToday = await changes();
    await log.noteNotified(record.id, clock.now(), never);
    const ofOld = await changes();

    expect(ofToday).toEqual(before);
    expect(ofOld.filter((key) => !before.includes(key))).toEqual([expect.stringMatching(/^2026-03-04#.*#a1b2c3$/)]);
  });

  it('makes no record where there is none', async () => {
    const { log } = open();

    await log.noteNotified('nobody', 1000, never);

    const { rollbacks } = await store.log.read(['nobody'], undefined, never);
    expect(rollbacks.size).toBe(0);
  });
});

/** Which days are to be folded again. */
async function changedKeys({ client, table }: DynamodbStore): Promise<string[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :changed',
      ExpressionAttributeValues: { ':changed': CHANGED },
    }),
  );
  return Items.map((item) => String(item['sk']));
}
