import { describe, expect, test } from 'vitest';
import {
  delays,
  dynamodbError,
  everything,
  type Fault,
  hangs,
  type Match,
  resetsAfterSending,
  resetsBeforeSending,
  swallowsTheAnswer,
  targets,
} from './proxy/faults.ts';
import { openFaultStage } from './world/fault-stage.ts';
import { type FoldingWorld, openFoldingWorld } from './world/folding-world.ts';
import { BEFORE_AND_AFTER, killPoints } from './world/kill-at.ts';
import { type Killable, killInWorld, requestsOf } from './world/kill-in-world.ts';
import { tally } from './world/tally.ts';

const stage = await openFaultStage();
/** Whoever wrote the records has been quiet for a minute by then. */
const [FIRST_MS, NEXT_MS] = [120_000, 240_000];
const ALL = 8;

async function expectFolded(world: FoldingWorld): Promise<void> {
  await world.guardAgain(NEXT_MS);
  expect(await world.folded()).toEqual(world.expected);
  expect(await world.changed()).toEqual([]);
}

type Variant = { readonly what: string; readonly match?: Match; readonly fault: Fault | 'down' };

const variants: readonly Variant[] = [
  { what: 'refuses connections', fault: 'down' },
  { what: 'resets connections', fault: resetsBeforeSending },
  { what: 'does everything and resets connections', fault: resetsAfterSending },
  { what: 'never answers', fault: hangs },
  { what: 'does everything in silence', fault: swallowsTheAnswer },
  { what: 'answers 2.5 s late', fault: delays(2500) },
  { what: 'answers 500', fault: dynamodbError(500, 'InternalServerError') },
  { what: 'throttles', fault: dynamodbError(400, 'ProvisionedThroughputExceededException') },
  { what: 'lets nothing be read', match: targets('Query'), fault: dynamodbError(500, 'InternalServerError') },
  { what: 'takes no fold', match: targets('PutItem'), fault: dynamodbError(500, 'InternalServerError') },
  { what: 'takes every fold and resets the connection', match: targets('PutItem'), fault: resetsAfterSending },
  { what: 'takes every fold in silence', match: targets('PutItem'), fault: swallowsTheAnswer },
  { what: 'removes nothing', match: targets('DeleteItem'), fault: dynamodbError(500, 'InternalServerError') },
];

async function begin({ dynamodb }: FoldingWorld, { match = everything, fault }: Variant) {
  if (fault === 'down') {
    await dynamodb.down();
    return dynamodb.up;
  }
  const { lift } = dynamodb.inject(match, fault);
  return async () => lift();
}

describe('a store that, while guard folds days,', () => {
  const row = tally('The store down, slow or throttled while guard folds days: the next run folds, reports count them');

  test.concurrent.for(variants)('$what: counted all the same, and folded by the next run', async (variant, context) => {
    await row.hold(async () => {
      const world = await openFoldingWorld(stage, context.onTestFinished);
      const end = await begin(world, variant);

      // It may fail, and be ended by its time-out.
      await world.guard(FIRST_MS).catch(() => undefined);
      await end();
      const between = await world.counted();

      expect(between).toBe(ALL);
      await expectFolded(world);
      expect(await world.counted()).toBe(ALL);
    });
  });
});

const folding: Killable<FoldingWorld> = {
  open: (onEnd) => openFoldingWorld(stage, onEnd, true),
  proxies: ({ dynamodb }) => [dynamodb],
  act: (world, spawned) => world.guard(FIRST_MS, spawned),
};

describe('guard that is killed (SIGKILL) while it folds days again', async () => {
  const row = tally('SIGKILL of guard at every request, while it folds days again; the next run does');

  test.concurrent.for(killPoints(await requestsOf(folding), BEFORE_AND_AFTER))(
    'at request $request, $moment: folded by the next run',
    async (point, { onTestFinished: onEnd }) => {
      await row.hold(async () => {
        const { world } = await killInWorld(folding, point, { onEnd, row });

        await expectFolded(world);
      });
    },
  );
});
