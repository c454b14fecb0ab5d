import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Posted } from '#test/doubles/receiver.ts';
import {
  answers,
  dynamodbError,
  everything,
  type Fault,
  hangs,
  resetsAfterSending,
  resetsBeforeSending,
  swallowsTheAnswer,
} from './proxy/faults.ts';
import type { OnEnd } from './world/fault-world.ts';
import { BEFORE_AND_AFTER, type KillPoint, killPoints } from './world/kill-at.ts';
import { type Killable, killInWorld, requestsOf } from './world/kill-in-world.ts';
import { CHANNELS, type ChannelName, fromTheBus, type NotifyWorld, openNotifyWorld } from './world/notify-world.ts';
import { type Tally, tally } from './world/tally.ts';

const names = CHANNELS.map(({ name }) => name);
const LEASE_MS = 60_000;
const MOST_TRIES = 6;
/** What telling a channel asks; the queue is told only of what comes again. */
const proxies = ({ dynamodb, services, secrets }: NotifyWorld) => [dynamodb, services, secrets];

const Queued = z.object({ delivery: z.object({ channel: z.string() }) });
const messagesFor = (world: NotifyWorld, channel: ChannelName) =>
  world.messages.filter((body) => Queued.parse(JSON.parse(body)).delivery.channel === channel);

/** The event is in the queue once for each channel. */
async function openFannedOut(onEnd: OnEnd): Promise<NotifyWorld> {
  const world = await openNotifyWorld(onEnd);
  expect(await world.bring([fromTheBus(world)])).toBe(0);
  expect(world.messages).toHaveLength(names.length);
  return world;
}

/** The queue brings it again while anything of it comes again: each time later, as the visibility time-out says. */
async function bringUntilDone(world: NotifyWorld, bodies: readonly string[], from = 2): Promise<void> {
  for (let attempt = from; attempt < from + MOST_TRIES; attempt += 1) {
    const failed = await world.bring(bodies, { attempt, clockMs: (attempt - 1) * LEASE_MS + 1000 });
    if (failed === 0) return;
  }
  throw new Error(`It still came again after ${MOST_TRIES} tries`);
}

const Body = z.looseObject({
  id: z.string().optional(),
  dedup_key: z.string().optional(),
  text: z.string().optional(),
});

/** What the service knows a repeated post by; of Slack, which knows none, its words. */
function idOf({ path, body }: Posted): string {
  const { id, dedup_key, text } = Body.parse(JSON.parse(body));
  return new URL(path, 'https://services').searchParams.get('requestId') ?? dedup_key ?? id ?? text ?? '';
}

/** Told, so often at most, and always as the same. */
function expectTold(world: NotifyWorld, channel: ChannelName, most: number, row: Tally): void {
  const posted = world.sentTo(channel);
  row.measure(`posts to ${channel}:`, posted.length);
  expect(posted.length, channel).toBeGreaterThanOrEqual(1);
  expect(posted.length, channel).toBeLessThanOrEqual(most + world.unnoted());
  expect(new Set(posted.map(idOf)).size, channel).toBe(1);
  expect(idOf(posted[0] ?? { method: '', path: '/', headers: {}, body: '{}' })).not.toBe('');
}

function others(channel: ChannelName): ChannelName[] {
  return names.filter((name) => name !== channel);
}

const telling = (channel: ChannelName): Killable<NotifyWorld> => ({
  async open(onEnd) {
    const world = await openFannedOut(onEnd);
    expect(await world.bring(others(channel).flatMap((name) => messagesFor(world, name)))).toBe(0);
    return world;
  },
  proxies,
  act: (world, spawned) => world.bring(messagesFor(world, channel), { spawned }),
});

/** They differ by what they ask beside the service: the moment at which the service has done it is the one for all. */
const MOMENTS_OF: Readonly<Record<ChannelName, readonly KillPoint['moment'][]>> = {
  pager: BEFORE_AND_AFTER,
  chat: ['done'],
  space: ['done'],
  audit: ['done'],
};

describe('a notify function that is killed (SIGKILL) while it tells one channel', async () => {
  const row = tally('SIGKILL of notify at every request, while it tells one channel; the queue brings it again');
  const kills: string[] = [];
  afterAll(() => row.note(`${kills.length} killed, at ${[...new Set(kills)].join(', ')}`));
  const cases: ({ readonly channel: ChannelName } & KillPoint)[] = [];
  for (const channel of names) {
    const points = killPoints(await requestsOf(telling(channel)), MOMENTS_OF[channel]);
    cases.push(...points.map((point) => ({ channel, ...point })));
  }

  test.concurrent.for(cases)(
    '$channel, at request $request, $moment: told at most once more, as the same, and no other channel',
    async ({ channel, ...point }, { onTestFinished: onEnd }) => {
      await row.hold(async () => {
        const { world, struck } = await killInWorld(telling(channel), point, { onEnd, row });

        await bringUntilDone(world, messagesFor(world, channel));
        await bringUntilDone(world, messagesFor(world, channel), 5);

        expectTold(world, channel, 2, row);
        for (const other of others(channel)) expectTold(world, other, 1, row);
        expect((await world.record())?.timeline.notifiedAt).toBeGreaterThan(0);
        kills.push(struck);
      });
    },
  );
});

const together: Killable<NotifyWorld> = {
  open: openFannedOut,
  proxies,
  act: (world, spawned) => world.bring(world.messages, { spawned }),
};

describe('a notify function that is killed (SIGKILL) while it tells all channels of one batch', async () => {
  const row = tally(
    'SIGKILL of notify at every request, while it tells all channels at once; the queue brings them again',
  );

  test.concurrent.for(killPoints(await requestsOf(together), BEFORE_AND_AFTER))(
    'at request $request, $moment: each is told, and at most once more, as the same',
    async (point, { onTestFinished: onEnd }) => {
      await row.hold(async () => {
        const { world } = await killInWorld(together, point, { onEnd, row });

        await bringUntilDone(world, world.messages);
        await bringUntilDone(world, world.messages, 5);

        for (const channel of names) expectTold(world, channel, 2, row);
        expect((await world.record())?.timeline.notifiedAt).toBeGreaterThan(0);
      });
    },
  );
});

const fanningOut: Killable<NotifyWorld> = {
  open: openNotifyWorld,
  proxies: ({ queue }) => [queue],
  act: (world, spawned) => world.bring([fromTheBus(world)], { spawned }),
};

describe('a notify function that is killed (SIGKILL) while it makes an event into one message a channel', async () => {
  const row = tally('SIGKILL of notify at every request, while it fans out; the queue brings the event again');

  test.concurrent.for(killPoints(await requestsOf(fanningOut)))(
    'at request $request, $moment: every channel is told once',
    async (point, { onTestFinished: onEnd }) => {
      await row.hold(async () => {
        const { world } = await killInWorld(fanningOut, point, { onEnd, row });

        await bringUntilDone(world, [fromTheBus(world)]);
        for (const body of [...world.messages]) expect(await world.bring([body])).toBe(0);

        for (const channel of names) expectTold(world, channel, 1, row);
      });
    },
  );
});

type Variant = {
  readonly what: string;
  /** Answers what ends it. */
  readonly begin: (world: NotifyWorld) => () => Promise<unknown>;
  /** Beside once for each time that it could not be noted. */
  readonly most: number;
};

/** The store answers nothing from when the service has been told. */
function breaksOnceTold({ services, dynamodb }: NotifyWorld, fault: Fault): () => Promise<unknown> {
  let isBroken = false;
  services.inject(everything, async (exchange) => {
    const answer = await exchange.forward();
    isBroken = true;
    await exchange.relay(answer);
  });
  const { lift } = dynamodb.inject(() => isBroken, fault);
  return async () => lift();
}

const answersLate500: Fault = async (exchange) => {
  await exchange.forward();
  await answers(500, {})(exchange);
};
const service = (what: string, fault: Fault): Variant => ({
  what: `its service ${what}`,
  most: 2,
  begin({ services }) {
    const { lift } = services.inject(everything, fault, 1);
    return async () => lift();
  },
});

const variants: readonly Variant[] = [
  {
    what: 'the store answers 500 from then on',
    most: 1,
    begin: (world) => breaksOnceTold(world, dynamodbError(500, 'InternalServerError')),
  },
  {
    what: 'the store throttles from then on',
    most: 1,
    begin: (world) => breaksOnceTold(world, dynamodbError(400, 'ProvisionedThroughputExceededException')),
  },
  {
    what: 'the store resets connections from then on',
    most: 1,
    begin: (world) => breaksOnceTold(world, resetsBeforeSending),
  },
  {
    what: 'the store notes it and resets the connection',
    most: 1,
    begin: (world) => breaksOnceTold(world, resetsAfterSending),
  },
  { what: 'the store is silent from then on', most: 1, begin: (world) => breaksOnceTold(world, hangs) },
  service('took it and reset the connection', resetsAfterSending),
  service('took it and never said so', swallowsTheAnswer),
  service('took it and answered 500', answersLate500),
];

/** One that joins what is sent twice, and one that does not. */
const TOLD: readonly ChannelName[] = ['pager', 'chat'];

describe('a channel that was told, and', () => {
  const row = tally('Notify: the store or the service fails between sending and noting; the queue brings it again');

  test.concurrent.for(variants.flatMap((variant) => TOLD.map((channel) => ({ channel, ...variant }))))(
    '$what ($channel): told at most once more, as the same, and no other channel',
    async ({ channel, most, begin }, { onTestFinished }) => {
      await row.hold(async () => {
        const world = await telling(channel).open(onTestFinished);
        const end = begin(world);
        await world.bring(messagesFor(world, channel));
        await end();

        await bringUntilDone(world, messagesFor(world, channel));
        await bringUntilDone(world, messagesFor(world, channel), 5);

        expectTold(world, channel, most, row);
        for (const other of others(channel)) expectTold(world, other, 1, row);
      });
    },
  );
});
