import { describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './proxy/fault-proxy.ts';
import {
  delays,
  everything,
  type Fault,
  hangs,
  resetsAfterSending,
  resetsBeforeSending,
  swallowsTheAnswer,
} from './proxy/faults.ts';
import { expectZero } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import type { OnEnd } from './world/fault-world.ts';
import { expectTold, type GuardedWorld, openHeldWorld } from './world/held-world.ts';
import { type PrometheusServer, startPrometheusServer, vector } from './world/prometheus-server.ts';
import { type Tally, tally } from './world/tally.ts';

const stage = await openFaultStage();
const MINUTE_MS = 60_000;

type World = GuardedWorld & { readonly prometheus: PrometheusServer; readonly asked: FaultProxy };

async function openMeasuredWorld(onEnd: OnEnd): Promise<World> {
  const prometheus = await startPrometheusServer();
  const asked = await startFaultProxy({ url: prometheus.url });
  onEnd(async () => {
    await asked.stop();
    await prometheus.stop();
  });
  const world = await openHeldWorld(stage, onEnd, { cluster: { prometheus: { url: asked.url } } });
  return { ...world, prometheus, asked };
}

const says =
  (body: string, status = 200): Fault =>
  (exchange) =>
    exchange.relay({ status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) });
const data = (resultType: string, result: unknown) =>
  JSON.stringify({ status: 'success', data: { resultType, result } });

type Variant = { readonly what: string; readonly fault: Fault | 'down' };

/** An answer that is none, and one that says that it knows nothing: neither is a claim. */
const variants: readonly Variant[] = [
  { what: 'refuses connections', fault: 'down' },
  { what: 'resets connections', fault: resetsBeforeSending },
  { what: 'resets connections instead of answering', fault: resetsAfterSending },
  { what: 'never answers', fault: hangs },
  { what: 'is asked and never says so', fault: swallowsTheAnswer },
  { what: 'answers 7 s late', fault: delays(7000) },
  { what: 'answers 500', fault: says('{"status":"error","errorType":"internal","error":"no"}', 500) },
  { what: 'answers 503 with a page', fault: says('<html>Service Unavailable</html>', 503) },
  { what: 'answers 429', fault: says('slow down', 429) },
  { what: 'answers 401', fault: says('who are you?', 401) },
  { what: 'sends elsewhere', fault: says('', 302) },
  { what: 'answers 200 with a page', fault: says('<html>Sign in</html>') },
  { what: 'answers nothing', fault: says('') },
  { what: 'answers half a document', fault: says(vector(0).slice(0, -9)) },
  { what: 'answers that the query failed', fault: says('{"status":"error","errorType":"execution","error":"no"}') },
  { what: 'answers a scalar', fault: says(data('scalar', [1, '0'])) },
  { what: 'answers a matrix', fault: says(data('matrix', [{ metric: {}, values: [[1, '0']] }])) },
  { what: 'answers no series', fault: says(data('vector', [])) },
  { what: 'answers NaN', fault: says(vector('NaN')) },
  { what: 'answers +Inf', fault: says(vector('+Inf')) },
  { what: 'answers an empty value', fault: says(vector('')) },
  { what: 'answers words for a value', fault: says(vector('none')) },
  { what: 'answers fewer than none', fault: says(vector(-1)) },
  {
    what: 'answers 2 MB',
    fault: says(
      data(
        'vector',
        Array.from({ length: 20_000 }, () => ({ metric: { x: 'x'.repeat(80) } })),
      ),
    ),
  },
];

async function begin({ asked }: World, { fault }: Variant): Promise<() => Promise<unknown>> {
  if (fault === 'down') {
    await asked.down();
    return asked.up;
  }
  const { lift } = asked.inject(everything, fault);
  return async () => lift();
}

async function expectNothingClaimed(world: World, kinds: readonly string[]): Promise<void> {
  const { timeline, history, outcome } = await world.record();
  expect({ outcome, verifiedAt: timeline.verifiedAt, kinds: history.map(({ kind }) => kind) }).toEqual({
    outcome: 'rolled-back',
    verifiedAt: undefined,
    kinds,
  });
}

const REASSERTED = ['reverted', 'reasserted'] as const;

/** What is measured once it answers again: requests that go on wake a person, once, and that they stopped is noted. */
async function expectMeasured(world: World, row: Tally): Promise<void> {
  world.prometheus.tell(12.5);
  await world.guardAgain(6 * MINUTE_MS);
  await world.guardAgain(7 * MINUTE_MS);
  world.prometheus.tell(0);
  await world.guardAgain(9 * MINUTE_MS);
  // No stream carries the events here: what the run before told, guard sends a minute later.
  await world.guardAgain(11 * MINUTE_MS);

  const { timeline, history } = await world.record();
  expect(history.map(({ kind }) => kind)).toEqual([...REASSERTED, 'unverified', 'verified']);
  expect(timeline.verifiedAt).toBeGreaterThan(timeline.zeroedAt ?? Number.NaN);
  const asserted = ['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted'] as const;
  await expectTold(world, row, [...asserted, 'RollbackUnverified', 'RollbackVerified']);
  const page = (await world.events()).find(({ type }) => type === 'RollbackUnverified');
  expect(page?.detail.data).toMatchObject({ pages: true, requestsPerSecond: 12.5 });
}

describe('a Prometheus that', () => {
  const row = tally('Prometheus down, slow or garbage: rollback and reassert as ever, nothing claimed, then measured');

  test.concurrent.for(variants)('$what: nothing is claimed, and nothing waits for it', async (variant, context) => {
    await row.hold(async () => {
      const world = await openMeasuredWorld(context.onTestFinished);
      const asked = () => world.asked.noted.length;
      expect(asked(), 'a rollback asks no Prometheus').toBe(0);
      const end = await begin(world, variant);

      await world.guardAgain(2 * MINUTE_MS);
      await expectNothingClaimed(world, []);
      await world.putBack();
      await world.guardAgain(3 * MINUTE_MS);
      await expectZero(world);
      await world.guardAgain(5 * MINUTE_MS);
      await expectNothingClaimed(world, REASSERTED);
      if (variant.fault !== 'down') expect(asked()).toBeGreaterThan(1);
      await end();

      await expectMeasured(world, row);
    });
  });
});

describe('a Prometheus that takes its time', () => {
  const row = tally('Prometheus slow, and in time: measured all the same');

  test.concurrent.for([500, 2000])('%d ms for each answer is believed', async (ms, context) => {
    await row.hold(async () => {
      const world = await openMeasuredWorld(context.onTestFinished);
      world.asked.inject(everything, delays(ms));

      await world.guardAgain(2 * MINUTE_MS);

      const { timeline, history } = await world.record();
      expect(history.map(({ kind }) => kind)).toEqual(['verified']);
      expect(timeline.verifiedAt).toBeGreaterThan(timeline.zeroedAt ?? Number.NaN);
    });
  });
});
