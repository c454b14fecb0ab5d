import { describe, expect, type TestContext, test } from 'vitest';
import {
  answers,
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
import { expectRollback, expectZero } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import { type Delivered, type FaultWorld, openWorld } from './world/fault-world.ts';
import { insist } from './world/insist.ts';
import { runGuard } from './world/run-guard.ts';
import { tally } from './world/tally.ts';

const stage = await openFaultStage();

type Variant = { readonly what: string; readonly match?: Match; readonly fault: Fault | 'down' };

const WRITE = targets('TransactWriteItems');
const throttled = (Code: string) =>
  dynamodbError(400, 'TransactionCanceledException', {
    CancellationReasons: [{ Code: 'None' }, { Code, Message: 'later' }],
  });

const wholeRollback: readonly Variant[] = [
  { what: 'refuses connections', fault: 'down' },
  { what: 'resets connections', fault: resetsBeforeSending },
  { what: 'never answers', fault: hangs },
  { what: 'answers 2.5 s late', fault: delays(2500) },
  { what: 'answers 500', fault: dynamodbError(500, 'InternalServerError') },
  { what: 'answers 503 without a word of DynamoDB’s', fault: answers(503, '<html>Service Unavailable</html>') },
  { what: 'throttles by account', fault: dynamodbError(400, 'ThrottlingException') },
  { what: 'throttles by table', fault: dynamodbError(400, 'ProvisionedThroughputExceededException') },
  { what: 'throttles by request rate', fault: dynamodbError(400, 'RequestLimitExceeded') },
  { what: 'cancels every write as throttled', match: WRITE, fault: throttled('ThrottlingError') },
  { what: 'cancels every write as in conflict', match: WRITE, fault: throttled('TransactionConflict') },
  { what: 'takes no writes', match: WRITE, fault: dynamodbError(500, 'InternalServerError') },
  { what: 'refuses our rights', fault: dynamodbError(400, 'AccessDeniedException') },
];

const forAMoment: readonly (Variant & { readonly times: number; readonly fault: Fault })[] = [
  { what: 'answers everything 700 ms late', fault: delays(700), times: 99 },
  { what: 'resets one connection', fault: resetsBeforeSending, times: 1 },
  { what: 'answers one 500', fault: dynamodbError(500, 'InternalServerError'), times: 1 },
  { what: 'throttles twice', fault: dynamodbError(400, 'ProvisionedThroughputExceededException'), times: 2 },
  { what: 'cancels two writes as in conflict', match: WRITE, fault: throttled('TransactionConflict'), times: 2 },
  { what: 'does one write and resets the connection', match: WRITE, fault: resetsAfterSending, times: 1 },
  { what: 'does one write and never says so', match: WRITE, fault: swallowsTheAnswer, times: 1 },
];

async function begin(world: FaultWorld, { match = everything, fault }: Variant): Promise<() => Promise<unknown>> {
  if (fault === 'down') {
    await world.dynamodb.down();
    return world.dynamodb.up;
  }
  const { lift } = world.dynamodb.inject(match, fault);
  return async () => lift();
}

/** The canary is at zero, as nothing of the store was waited for; nobody is told that it is recorded. */
async function expectUnrecorded(world: FaultWorld, { status, results }: Delivered): Promise<void> {
  const patched = world.kube.noted.find(({ method }) => method === 'PATCH');
  const asked = world.dynamodb.noted.filter(({ order }) => order < (patched?.order ?? 0));
  expect(asked).toEqual([]);
  await expectZero(world);
  expect({ status, outcomes: results.map(({ outcome }) => outcome) }).toEqual({
    status: 503,
    outcomes: ['rolled-back'],
  });
  expect(await world.records()).toEqual([]);
  expect(await world.events()).toEqual([]);
}

/** A rollback of which the store knows nothing; it is back by now. */
async function rolledBackUnrecorded(variant: Variant, { onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const world = await openWorld(stage, onTestFinished);
  const rollback = await world.start();
  const end = await begin(world, variant);
  await expectUnrecorded(world, await world.deliver(rollback));
  await end();
  return { world, rollback };
}

describe('DynamoDB that, for a whole rollback,', () => {
  const row = tally('DynamoDB down, slow or throttled for the whole rollback; the alert is sent again');

  test.concurrent.for(wholeRollback)('$what: at zero at once, 503, then one record', async (variant, context) => {
    await row.hold(async () => {
      const { world, rollback } = await rolledBackUnrecorded(variant, context);

      const second = await insist(world, rollback);
      const third = await insist(world, rollback);

      expect([second, third]).toMatchObject([
        { status: 200, results: [{ outcome: 'rolled-back' }] },
        { status: 200, results: [{ outcome: 'rolled-back' }] },
      ]);
      await expectRollback(world, row);
    });
  });
});

describe('DynamoDB that is back after the rollback, and no alert that is sent again:', () => {
  const row = tally('DynamoDB down, slow or throttled for the whole rollback; nobody sends again, guard runs');

  test.concurrent.for(wholeRollback)('$what: one record, by guard', async (variant, context) => {
    await row.hold(async () => {
      const { world, rollback } = await rolledBackUnrecorded(variant, context);

      await runGuard(world, context.onTestFinished);
      const [made] = await expectRollback(world, row);
      await runGuard(world, context.onTestFinished);
      await insist(world, rollback);

      const [still] = await expectRollback(world, row);
      expect(made?.timeline.zeroedPrecision).toBe('journal');
      expect(still?.timeline.zeroedAt).toBe(made?.timeline.zeroedAt);
    });
  });
});

describe('DynamoDB that, for a moment,', () => {
  const row = tally('DynamoDB down, slow or throttled for a moment');

  test.concurrent.for(forAMoment)('$what: one record in the same delivery', async (variant, context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const rollback = await world.start();
      world.dynamodb.inject(variant.match ?? everything, variant.fault, variant.times);

      const delivered = await world.deliver(rollback);

      expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectRollback(world, row);
    });
  });
});
