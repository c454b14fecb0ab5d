import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import type { StreamMapping } from '#cli/local/stream-delivery.ts';
import { pollStream, type StreamPoller } from '#cli/local/stream-poller.ts';
import { createPublishHandler } from '#functions/publish/create-handler.ts';
import { eventbridgeBus } from '#shared/adapters/eventbridge/eventbridge-bus.ts';
import { eventbridgeClient } from '#shared/adapters/eventbridge/eventbridge-client.ts';
import type { RollbackOutboxEvent } from '#shared/contracts/events.ts';
import type { DeadLetter } from '#shared/ports/dead-letters.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { aTargetRecord } from '#test/builders/target-record.ts';
import { deployedStream } from '#test/doubles/deployed-stream.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type PutEventsServer, startPutEventsServer } from '#test/doubles/put-events-server.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { unsentEvents } from '#test/doubles/unsent-events.ts';

const signal = new AbortController().signal;
const idOf = ({ Detail }: { Detail: string }): string => JSON.parse(Detail).metadata.id;

/** From the transaction over the table's stream to the bus, on every engine. */
export function describePublishing(name: string, endpoint: () => string): void {
  describe(`publishing (${name})`, () => {
    let store: DynamodbStore;
    let bus: PutEventsServer;
    let poller: StreamPoller | undefined;
    let letters: DeadLetter[];
    beforeEach(async () => {
      letters = [];
      store = await openDynamodbStore(endpoint());
      bus = await startPutEventsServer();
    });
    afterEach(async () => {
      await poller?.stop();
      poller = undefined;
      await bus.stop();
      await store.close();
    });

    function poll(mapping: StreamMapping = deployedStream()): StreamPoller {
      const publish = createPublishHandler({
        bus: eventbridgeBus(eventbridgeClient({ ...LOCAL_AWS, endpoint: bus.endpoint }), 'weightless'),
        outbox: store.outbox,
        deadLetters: {
          async put(sent) {
            letters.push(...sent);
          },
        },
        log: recordingLog(),
      });
      poller = pollStream({
        endpoint: endpoint(),
        streamArn: store.streamArn,
        ...mapping,
        invoke: (event) => publish(event, { signal }),
      });
      return poller;
    }
    const write = (...events: RollbackOutboxEvent[]) => store.log.commit({ rollbacks: [], remove: [], events }, signal);
    const unsentIds = async () =>
      (await unsentEvents(store.outbox)).map(({ id }) => id).sort((a, b) => a.localeCompare(b));

    it('brings the event of a recorded rollback to the bus, once, and clears its mark', async () => {
      const stream = poll();
      const event = anOutboxEvent();
      await store.log.commit(
        { rollbacks: [aRollbackRecord()], target: aTargetRecord(), remove: [], events: [event] },
        signal,
      );

      await bus.waitFor(1);
      await stream.idle();

      expect(bus.taken).toHaveLength(1);
      expect(bus.taken[0]).toMatchObject({ Source: 'weightless', DetailType: 'RollbackCompleted' });
      expect(JSON.parse(bus.taken[0]?.Detail ?? '')).toEqual(JSON.parse(JSON.stringify(event.detail)));
      expect(await unsentIds()).toEqual([]);
      expect(stream.discarded).toEqual([]);
    });

    it('sends again what the bus refused, until it takes it', async () => {
      let refusals = 0;
      bus.refuse((entry) => {
        if (idOf(entry) !== 'b' || refusals === 2) return undefined;
        refusals += 1;
        return 'ThrottlingException';
      });
      await write(anOutboxEvent({ id: 'a' }));
      await write(anOutboxEvent({ id: 'b' }));
      await write(anOutboxEvent({ id: 'c' }));

      const stream = poll();
      await stream.idle();

      expect([...new Set(bus.taken.map(idOf))].sort()).toEqual(['a', 'b', 'c']);
      expect(bus.taken.map(idOf).filter((id) => id === 'b')).toHaveLength(1);
      expect(await unsentIds()).toEqual([]);
      expect(stream.discarded).toEqual([]);
    });

    it('keeps the mark of what could never be sent, for others to find', async () => {
      bus.refuse((entry) => (idOf(entry) === 'b' ? 'InternalFailure' : undefined));
      await write(anOutboxEvent({ id: 'a' }));
      await write(anOutboxEvent({ id: 'b' }));

      const stream = poll({ ...deployedStream(), maximumRetryAttempts: 3 });
      await stream.idle();

      expect(await unsentIds()).toEqual(['b']);
      expect(stream.batches.filter((batch) => batch.length > 0).length).toBeGreaterThan(3);
      expect(stream.discarded.map(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S)).toContain('EVENT#b');
    });

    it('puts what the bus never takes with the dead letters, and sends what stands behind it in the stream', async () => {
      bus.refuse((entry) => (idOf(entry) === 'b' ? 'MalformedDetail' : undefined));
      for (const id of ['a', 'b', 'c']) await write(anOutboxEvent({ id }));

      const stream = poll();
      await stream.idle();

      expect(letters).toEqual([expect.objectContaining({ event: 'b', problem: expect.stringContaining('Malformed') })]);
      expect(bus.taken.map(idOf)).toEqual(['a', 'c']);
      expect(await unsentIds()).toEqual([]);
      expect(stream.discarded).toEqual([]);
    });

    it('does not publish the change of an event that is there', async () => {
      const stream = poll();
      await write(anOutboxEvent({ id: 'a' }));
      await bus.waitFor(1);

      await store.client.send(
        new UpdateCommand({
          TableName: store.table,
          Key: { pk: 'EVENT#a', sk: 'EVENT' },
          UpdateExpression: 'SET createdAt = :later',
          ExpressionAttributeValues: { ':later': 1 },
        }),
      );
      await stream.idle();

      expect(bus.taken).toHaveLength(1);
    });
  });
}
