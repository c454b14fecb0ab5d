import { afterAll, describe, expect, test } from 'vitest';
import {
  afterwards,
  delays,
  dynamodbError,
  everything,
  type Fault,
  hangs,
  kubernetesError,
  type Match,
  requests,
  resetsAfterSending,
  resetsBeforeSending,
  swallowsTheAnswer,
  targets,
} from './proxy/faults.ts';
import { BY_HAND, type ByHandCase } from './world/by-hand.ts';
import { openFaultStage } from './world/fault-stage.ts';
import type { GuardedWorld } from './world/held-world.ts';
import { BEFORE_AND_AFTER, killPoints } from './world/kill-at.ts';
import { type Killable, killInWorld, requestsOf } from './world/kill-in-world.ts';
import { operate, operateAgain } from './world/operate.ts';
import { tally } from './world/tally.ts';

const stage = await openFaultStage();

const killable = (one: ByHandCase): Killable<GuardedWorld> => ({
  open: (onEnd) => one.open(stage, onEnd),
  proxies: ({ kube, dynamodb }) => [kube, dynamodb],
  act: async (world, spawned) => operate(world, await one.ask(world), spawned),
});

for (const one of BY_HAND) {
  const points = killPoints(await requestsOf(killable(one)), BEFORE_AND_AFTER);

  describe(`${one.what} whose process is killed (SIGKILL)`, () => {
    const again = tally(`SIGKILL at every request of ${one.what}; the same request is sent again`);
    const alone = tally(`SIGKILL at every request of ${one.what}; nobody sends again, guard runs`);
    const kills: string[] = [];
    afterAll(() => again.note(`${kills.length} killed, at ${[...new Set(kills)].join(', ')}`));

    test.concurrent.for(points)(
      'at request $request, $moment: sent again it comes to one outcome',
      async (point, { onTestFinished: onEnd }) => {
        await again.hold(async () => {
          const { world, struck } = await killInWorld(killable(one), point, { onEnd, row: again });

          const told = await operateAgain(world, await one.ask(world));

          one.expectAnswer(world, told);
          await one.expectDone(world, again);
          kills.push(struck);
        });
      },
    );

    test.concurrent.for(points.filter(({ moment }) => moment === 'done'))(
      'at request $request: done and told of by guard, or not begun',
      async (point, { onTestFinished: onEnd }) => {
        await alone.hold(async () => {
          const { world } = await killInWorld(killable(one), point, { onEnd, row: alone });
          const patches = world.kube.noted.filter(({ method, status }) => method === 'PATCH' && status === 200);
          const isDone = patches.some(({ body }) => /alice|manual-/.test(body));

          await world.guardAgain(2 * 60_000);

          await (isDone ? one.expectDone(world, alone) : one.expectUntouched(world));
        });
      },
    );
  });
}

type Variant = {
  readonly what: string;
  readonly at: 'kube' | 'dynamodb';
  readonly match: Match;
  readonly fault: (world: GuardedWorld) => Fault;
  /** How many requests meet it; all, for the whole of the first request, where it is absent. */
  readonly times?: number;
};

const PATCH = requests('PATCH', '/virtualservices/');
const WRITE = targets('TransactWriteItems');
const kube = (what: string, fault: Fault, times?: number): Variant => ({
  what: `the API server ${what}`,
  at: 'kube',
  match: PATCH,
  fault: () => fault,
  ...(times === undefined ? {} : { times }),
});
const store = (what: string, fault: Fault, match: Match = everything, times?: number): Variant => ({
  what: `the store ${what}`,
  at: 'dynamodb',
  match,
  fault: () => fault,
  ...(times === undefined ? {} : { times }),
});
const meddles = (world: GuardedWorld): Fault =>
  afterwards(() => world.merge({ metadata: { labels: { written: `at-${performance.now()}` } } }));

/** Gone before the answer has come: the same request has to find out what it did. */
const forAMoment: readonly Variant[] = [
  kube('does the patch and resets the connection', resetsAfterSending, 1),
  kube('does the patch and never says so', swallowsTheAnswer, 1),
  kube('resets before the patch', resetsBeforeSending, 1),
  kube('says 500', kubernetesError(500, 'InternalError'), 2),
  kube('says 429 and to wait 1 s', kubernetesError(429, 'TooManyRequests', 'later', { 'retry-after': '1' }), 1),
  { what: 'somebody else writes before the patch', at: 'kube', match: PATCH, fault: meddles, times: 2 },
  store('does the write and resets the connection', resetsAfterSending, WRITE, 1),
  store('does the write and never says so', swallowsTheAnswer, WRITE, 1),
  store('says 500', dynamodbError(500, 'InternalServerError'), WRITE, 1),
  store('is 400 ms late', delays(400), everything, 99),
];

const forTheWholeRequest: readonly Variant[] = [
  kube('does every patch and resets the connection', resetsAfterSending),
  kube('does every patch in silence', swallowsTheAnswer),
  kube('hangs at every patch', hangs),
  kube('says 503 to every patch', kubernetesError(503, 'ServiceUnavailable')),
  { what: 'somebody else writes before every patch', at: 'kube', match: PATCH, fault: meddles },
  store('takes no writes', dynamodbError(500, 'InternalServerError'), WRITE),
  store('does every write and resets the connection', resetsAfterSending, WRITE),
  store('does every write in silence', swallowsTheAnswer, WRITE),
  store('resets every connection', resetsBeforeSending),
  store('never answers', hangs),
  store('throttles', dynamodbError(400, 'ProvisionedThroughputExceededException')),
];

for (const one of BY_HAND) {
  describe(`${one.what}, where`, () => {
    const moment = tally(`${one.what}: API server and store fail for a moment`);
    const whole = tally(`${one.what}: API server or store fail for the whole request; it is sent again`);
    const lost = tally(`${one.what}: the answer is lost, and the same request sent again`);

    test.concurrent.for(forAMoment)('$what: done at once, and told so', async (variant, { onTestFinished }) => {
      await moment.hold(async () => {
        const world = await one.open(stage, onTestFinished);
        const asked = await one.ask(world);
        world[variant.at].inject(variant.match, variant.fault(world), variant.times);

        const told = await operate(world, asked);

        one.expectAnswer(world, told);
        expect(told.body).not.toMatchObject({ released: false });
        await one.expectDone(world, moment);
      });
    });

    test.concurrent.for(forTheWholeRequest)('$what: 503, or done; then one outcome', async (variant, context) => {
      await whole.hold(async () => {
        const world = await one.open(stage, context.onTestFinished);
        const asked = await one.ask(world);
        const { lift } = world[variant.at].inject(variant.match, variant.fault(world));
        const first = await operate(world, asked);
        lift();

        const told = await operateAgain(world, asked);

        expect([200, 503]).toContain(first.status);
        if (first.status === 503) expect(first.body).toMatchObject({ error: expect.stringMatching(/again/i) });
        one.expectAnswer(world, told);
        await one.expectDone(world, whole);
      });
    });

    test('nobody hears the answer: the same request again comes to the same', async ({ onTestFinished }) => {
      await lost.hold(async () => {
        const world = await one.open(stage, onTestFinished);
        const asked = await one.ask(world);
        await operateAgain(world, asked);

        const told = await operateAgain(world, asked);

        one.expectAnswer(world, told);
        await one.expectDone(world, lost);
      });
    });
  });
}
