import type { DynamoDBRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPublishHandler } from '#functions/publish/create-handler.ts';
import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { DeadLetter } from '#shared/ports/dead-letters.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { aRecordOf, aStreamRecord } from '#test/builders/stream-record.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';

const [a, b, c] = [
  anOutboxEvent({ id: 'a' }),
  anOutboxEvent({ id: 'b', type: 'RollbackRefused' }),
  anOutboxEvent({ id: 'c', type: 'AlertResolved' }),
];
const poison = (id: string) =>
  aRecordOf({ ...anOutboxEvent({ id }), type: 'Levitated', pk: `EVENT#${id}`, sk: 'EVENT' }, `seq-${id}`);

describe('the publish function', () => {
  const signal = new AbortController().signal;
  let published: { events: readonly OutboxEvent[]; signal: AbortSignal }[];
  let marked: string[];
  let refusedIds: string[];
  let final: boolean;
  let letters: DeadLetter[];
  let lettersFault: Error | undefined;
  let busFault: Error | undefined;
  let storeFault: Error | undefined;
  let log: ReturnType<typeof recordingLog>;

  beforeEach(() => {
    published = [];
    marked = [];
    refusedIds = [];
    final = false;
    letters = [];
    lettersFault = undefined;
    busFault = undefined;
    storeFault = undefined;
    log = recordingLog();
  });

  async function publish(...Records: DynamoDBRecord[]): Promise<string[]> {
    const handler = createPublishHandler({
      bus: {
        async publish(events, given) {
          published.push({ events, signal: given });
          if (busFault) throw busFault;
          const refused = events.filter(({ id }) => refusedIds.includes(id));
          return refused.map((event) => ({ event, message: 'no room', final }));
        },
      },
      outbox: {
        async markSent(events) {
          if (storeFault) throw storeFault;
          marked.push(...events.map(({ id }) => id));
        },
        unsent: async () => ({ events: [] }),
      },
      deadLetters: {
        async put(sent, given) {
          expect(given).toBe(signal);
          if (lettersFault) throw lettersFault;
          letters.push(...sent);
        },
      },
      log,
    });
    const { batchItemFailures } = await handler({ Records }, { signal });
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }

  it('puts the written events on the bus in one go, as they were written, and clears their marks', async () => {
    const failures = await publish(aStreamRecord(a), aStreamRecord(b), aStreamRecord(c));

    expect(failures).toEqual([]);
    expect(published).toEqual([{ events: [a, b, c], signal }]);
    expect(marked).toEqual(['a', 'b', 'c']);
  });

  it('passes over all but new events', async () => {
    const rollback = aRecordOf({ ...aRollbackRecord(), pk: 'ROLLBACK#a1b2c3', sk: 'ROLLBACK' }, 'seq-rollback');
    const cleared = aStreamRecord(a, { eventName: 'MODIFY' });
    const expired = aStreamRecord(b, { eventName: 'REMOVE', dynamodb: { SequenceNumber: 'seq-b' } });

    const failures = await publish(rollback, cleared, expired);

    expect(failures).toEqual([]);
    expect(published).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  it('puts an item that does not parse with the dead letters, and sends the others', async () => {
    const failures = await publish(aStreamRecord(a), poison('p'), aStreamRecord(c));

    expect(failures).toEqual([]);
    expect(letters).toEqual([
      {
        problem: expect.stringContaining('The outbox item cannot be read: '),
        item: 'EVENT#p',
        sequenceNumber: 'seq-p',
      },
    ]);
    expect(marked).toEqual(['a', 'c']);
    expect(log.lines).toContainEqual({
      level: 'error',
      message: 'An outbox item cannot be read: its event is not sent',
      fields: { at: 'seq-p', item: 'EVENT#p', problem: expect.stringContaining('at type') },
    });
  });

  it('puts an item without an image with the dead letters', async () => {
    const record = aStreamRecord(a);
    delete record.dynamodb?.NewImage;

    expect(await publish(record)).toEqual([]);
    expect(letters).toEqual([expect.objectContaining({ item: 'EVENT#a', sequenceNumber: 'seq-a' })]);
  });

  it('reports what the bus does not take now, with its words in the log, and does not clear its mark', async () => {
    refusedIds = ['b'];

    const failures = await publish(aStreamRecord(a), aStreamRecord(b), aStreamRecord(c));

    expect(failures).toEqual(['seq-b']);
    expect(marked).toEqual(['a', 'c']);
    expect(log.lines).toContainEqual({
      level: 'error',
      message: 'An event was not sent',
      fields: { event: 'b', rollbackId: b?.rollbackId, type: 'RollbackRefused', detail: 'no room' },
    });
  });

  it('puts what the bus never takes with the dead letters, whole, and clears its mark, as nobody can send it', async () => {
    refusedIds = ['b'];
    final = true;

    const failures = await publish(aStreamRecord(a), aStreamRecord(b), aStreamRecord(c));

    expect(failures).toEqual([]);
    expect(letters).toEqual([
      {
        problem: 'The event bus never takes it: no room',
        event: 'b',
        type: 'RollbackRefused',
        rollbackId: b?.rollbackId,
        sequenceNumber: 'seq-b',
        detail: b?.detail,
      },
    ]);
    expect([...marked].sort()).toEqual(['a', 'b', 'c']);
  });

  it('reports what it could not put with the dead letters, and does not clear its mark', async () => {
    refusedIds = ['b'];
    final = true;
    lettersFault = new Error('no queue');

    const failures = await publish(aStreamRecord(a), aStreamRecord(b), poison('p'));

    expect([...failures].sort()).toEqual(['seq-b', 'seq-p']);
    expect(marked).toEqual(['a']);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'error', fields: { error: lettersFault } }));
  });

  it('reports all where the bus is down, and clears no mark', async () => {
    busFault = new Error('no bus');

    const failures = await publish(aStreamRecord(a), aStreamRecord(b), poison('p'));

    expect([...failures].sort()).toEqual(['seq-a', 'seq-b']);
    expect(marked).toEqual([]);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'error', fields: { error: busFault } }));
  });

  it('reports nothing where only the mark could not be cleared, and warns that the event may come twice', async () => {
    storeFault = new StoreFault('no store');

    const failures = await publish(aStreamRecord(a));

    expect(failures).toEqual([]);
    expect(published).toHaveLength(1);
    expect(log.lines).toContainEqual({
      level: 'warn',
      message: 'Events were sent and stay marked as unsent: they may be sent again',
      fields: { events: ['a'], error: storeFault },
    });
  });

  it('asks for the whole batch where a record that failed has no sequence number', async () => {
    refusedIds = ['b'];
    const records = [aStreamRecord(a), aStreamRecord(b)];
    for (const record of records) delete record.dynamodb?.SequenceNumber;

    const failures = await publish(...records);

    expect(failures).toEqual(['']);
    expect(marked).toEqual(['a']);
  });

  it('does nothing for an empty batch', async () => {
    expect(await publish()).toEqual([]);
    expect(published).toEqual([]);
  });
});
