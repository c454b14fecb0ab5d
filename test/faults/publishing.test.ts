import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { unsentEvents } from '#test/doubles/unsent-events.ts';
import {
  answers,
  delays,
  everything,
  type Fault,
  hangs,
  resetsAfterSending,
  resetsBeforeSending,
  swallowsTheAnswer,
} from './proxy/faults.ts';
import { expectRollback } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import type { Kill } from './world/function-process.ts';
import { insist } from './world/insist.ts';
import { killAt, killPoints } from './world/kill-at.ts';
import { openPublishingWorld, type PublishingWorld } from './world/publishing-world.ts';
import { runGuard } from './world/run-guard.ts';
import { tally } from './world/tally.ts';
import { until } from './world/until.ts';

const stage = await openFaultStage();
const never = new AbortController().signal;
const FIRINGS = ['a', 'b', 'c'];

/** Every event is on the bus, under the one id that it has; none is left over. */
async function expectEachSent(world: PublishingWorld): Promise<void> {
  const ids = (await world.events()).map(({ id }) => id).sort();
  expect([...new Set(world.sentIds())].sort()).toEqual(ids);
  expect(await unsentEvents(world.store.outbox)).toEqual([]);
  expect(world.stream.discarded).toEqual([]);
}

/** What is in the dead letters: our own, and what Lambda gave up. */
const letters = (world: PublishingWorld): Record<string, unknown>[] =>
  world.queue.messages.map((message) => JSON.parse(message));
const reasonOf = ({ requestContext }: Record<string, unknown>): unknown => Condition.parse(requestContext).condition;
const Condition = z.object({ condition: z.string() });
/** Longer than the stream keeps a record, and than the mapping tries it. */
const DAY_AND_MORE_MS = 25 * 3_600_000;

const busError = (status: number, type: string) => answers(status, { __type: type, message: type });

const busFaults: readonly { readonly what: string; readonly fault: Fault | 'down'; readonly times?: number }[] = [
  { what: 'refuses connections', fault: 'down' },
  { what: 'resets connections', fault: resetsBeforeSending, times: 7 },
  { what: 'takes them and resets the connection', fault: resetsAfterSending, times: 7 },
  { what: 'takes them and never says so', fault: swallowsTheAnswer, times: 1 },
  { what: 'hangs', fault: hangs, times: 2 },
  { what: 'answers 500', fault: busError(500, 'InternalException'), times: 7 },
  { what: 'throttles', fault: busError(400, 'ThrottlingException'), times: 7 },
  { what: 'refuses our rights', fault: busError(400, 'AccessDeniedException'), times: 3 },
  { what: 'is 1 s late', fault: delays(1000) },
];

describe('a bus that', () => {
  const row = tally('EventBridge down, slow or throttling: rollback and record stand, events come when it is back');

  test.concurrent.for(busFaults)('$what delays events, and nothing else', async (variant, context) => {
    await row.hold(async () => {
      const world = await openPublishingWorld(stage, context.onTestFinished);
      if (variant.fault === 'down') await world.busProxy.down();
      else world.busProxy.inject(everything, variant.fault, variant.times);
      const alerts = FIRINGS.map((fingerprint) => world.alert({ fingerprint }));

      const delivered = await world.deliver(await world.start(), alerts);
      await expectRollback(world, row, alerts);
      if (variant.fault === 'down') {
        await until('the function was invoked twice', () => world.invoked.times >= 2);
        expect(world.bus.taken).toEqual([]);
        await world.busProxy.up();
      }
      await world.onBus(FIRINGS.length);
      await world.settled();

      expect(delivered.status).toBe(200);
      await expectEachSent(world);
      row.measure('times that an event was sent, under its one id:', world.bus.taken.length / FIRINGS.length);
    });
  });
});

describe('events that the stream gave up', () => {
  const row = tally('EventBridge down for longer than the stream keeps trying: guard sends what waits');

  test.concurrent('come by guard, each under the one id that it has, and once', async (context) => {
    await row.hold(async () => {
      const world = await openPublishingWorld(stage, context.onTestFinished);
      await world.busProxy.down();
      const alerts = FIRINGS.map((fingerprint) => world.alert({ fingerprint }));
      await insist(world, undefined, alerts);
      const ids = (await world.events()).map(({ id }) => id).sort();
      await until('the function was invoked twice', () => world.invoked.times >= 2);

      world.later(DAY_AND_MORE_MS);
      await until('the stream gave them up', () => world.stream.discarded.length === FIRINGS.length);
      const sent = await runGuard(world, context.onTestFinished);
      const again = await runGuard(world, context.onTestFinished);

      expect(letters(world).map(reasonOf)).toEqual(letters(world).map(() => 'RecordAgeExceeded'));
      expect(letters(world).length).toBeGreaterThan(0);
      expect(world.bus.taken).toEqual([]);
      expect(sent.map(({ Detail }) => JSON.parse(Detail).metadata.id).sort()).toEqual(ids);
      expect(ids).toHaveLength(FIRINGS.length);
      expect(again).toEqual([]);
    });
  });
});

describe('a publish function that is killed (SIGKILL)', () => {
  const row = tally('SIGKILL of the publish function at every request; the stream delivers again');
  // PutEvents, and one mark for each event.
  const points = killPoints(1 + FIRINGS.length);

  test.concurrent.for(points)('at request $request, $moment, loses no event', async (point, context) => {
    await row.hold(async () => {
      let kill: Kill = async () => false;
      const world = await openPublishingWorld(stage, context.onTestFinished, (how) => {
        kill = how;
      });
      const events = FIRINGS.map((id) => anOutboxEvent({ id }));
      killAt([world.busProxy, world.dynamodb], point).arm(() => kill());

      await world.store.log.commit({ rollbacks: [], remove: [], events }, never);
      await world.onBus(FIRINGS.length);
      await world.settled();

      await expectEachSent(world);
      expect(world.invoked.killed).toBe(1);
    });
  });
});

describe('a record in the stream that can never be sent', () => {
  const row = tally('Poison stream record: the others go on, it lands in the dead letters');

  async function writeBetween(world: PublishingWorld, poison: () => Promise<unknown>): Promise<void> {
    await world.store.log.commit({ rollbacks: [], remove: [], events: [anOutboxEvent({ id: 'before' })] }, never);
    await poison();
    await world.store.log.commit({ rollbacks: [], remove: [], events: [anOutboxEvent({ id: 'after' })] }, never);
  }
  const write = (world: PublishingWorld, item: Record<string, unknown>) =>
    world.store.client.send(new PutCommand({ TableName: world.store.table, Item: item }));

  const items = [
    { what: 'an item of keys and nothing else', item: {} },
    { what: 'an item of another type', item: { id: 7, type: ['RollbackCompleted'], detail: 'none' } },
    { what: 'an item with a type that nobody knows', item: { ...anOutboxEvent({ id: 'poison' }), type: 'Exploded' } },
    {
      what: 'an item whose detail is another event’s',
      item: { ...anOutboxEvent(), id: 'poison', detail: { metadata: 1 } },
    },
  ];

  test.concurrent.for(items)('$what goes to the dead letters, the others to the bus', async ({ item }, context) => {
    await row.hold(async () => {
      const world = await openPublishingWorld(stage, context.onTestFinished);
      const keys = { pk: 'EVENT#poison', sk: 'EVENT' };

      await writeBetween(world, () => write(world, { ...item, ...keys }));
      await world.onBus(2);
      await world.settled();

      expect(new Set(world.sentIds())).toEqual(new Set(['before', 'after']));
      expect(letters(world)).toMatchObject([
        { item: 'EVENT#poison', problem: expect.stringContaining('cannot be read') },
      ]);
      expect(world.stream.discarded).toEqual([]);
    });
  });

  test.concurrent.for([
    { what: 'as malformed', code: 'MalformedDetail' },
    { what: 'as an invalid argument', code: 'InvalidArgument' },
  ])('an event that the bus rejects $what goes there, too', async ({ code }, context) => {
    await row.hold(async () => {
      const world = await openPublishingWorld(stage, context.onTestFinished);
      world.bus.refuse(({ Detail }) => (JSON.parse(Detail).metadata.id === 'poison' ? code : undefined));
      const poison = anOutboxEvent({ id: 'poison' });

      await writeBetween(world, () => world.store.log.commit({ rollbacks: [], remove: [], events: [poison] }, never));
      await world.onBus(2);
      await world.settled();

      expect(new Set(world.sentIds())).toEqual(new Set(['before', 'after']));
      expect(letters(world)).toMatchObject([{ event: 'poison', problem: expect.stringContaining(code) }]);
      expect(world.stream.discarded).toEqual([]);
    });
  });

  test.concurrent.for([
    { what: 'refuses connections', fault: 'down' as const },
    { what: 'answers 500', fault: busError(500, 'InternalError') },
    { what: 'takes it and resets the connection', fault: resetsAfterSending },
  ])('and dead letters whose queue $what: tried again, and nothing is lost', async ({ fault }, context) => {
    await row.hold(async () => {
      const world = await openPublishingWorld(stage, context.onTestFinished);
      if (fault === 'down') await world.queueProxy.down();
      else world.queueProxy.inject(everything, fault, 3);

      await writeBetween(world, () => write(world, { pk: 'EVENT#poison', sk: 'EVENT' }));
      if (fault === 'down') {
        // What comes behind it in the stream may have to wait for it.
        await until('the function was invoked twice', () => world.invoked.times >= 2);
        await world.queueProxy.up();
      }
      await world.onBus(2);
      await world.settled();

      expect(new Set(world.sentIds())).toEqual(new Set(['before', 'after']));
      expect(new Set(letters(world).map(({ item }) => item))).toEqual(new Set(['EVENT#poison']));
      expect(world.stream.discarded).toEqual([]);
    });
  });
});
