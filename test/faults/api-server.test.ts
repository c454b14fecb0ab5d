import { describe, expect, test } from 'vitest';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { Asked } from './proxy/exchange.ts';
import {
  afterwards,
  delays,
  type Fault,
  hangs,
  kubernetesError,
  type Match,
  requests,
  resetsAfterSending,
  resetsBeforeSending,
  swallowsTheAnswer,
} from './proxy/faults.ts';
import { expectRollback } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import { type FaultWorld, type OnEnd, openWorld } from './world/fault-world.ts';
import { insist } from './world/insist.ts';
import { tally } from './world/tally.ts';

const stage = await openFaultStage();

const LIST = requests('GET', '/virtualservices?labelSelector=');
const PATCH = requests('PATCH', '/virtualservices/');
const anyRequest: Match = ({ path }) => path !== '/version';

const internal = kubernetesError(500, 'InternalError');
const unavailable = kubernetesError(503, 'ServiceUnavailable');
const throttledFor = (seconds: number) =>
  kubernetesError(429, 'TooManyRequests', 'later', { 'retry-after': String(seconds) });
/** Somebody else was first: the conflict is the API server's own. */
const meddles = (world: FaultWorld): Fault =>
  afterwards(() => world.merge({ metadata: { labels: { written: `at-${performance.now()}` } } }));

type Moment = { readonly what: string; readonly match: Match; readonly times: number } & (
  | { readonly fault: Fault }
  | { readonly faultIn: (world: FaultWorld) => Fault }
);

const both = (what: string, fault: Fault, times = 1): Moment[] => [
  { what: `${what} at the LIST`, match: LIST, fault, times },
  { what: `${what} at the patch`, match: PATCH, fault, times },
];

const mended: readonly Moment[] = [
  ...both('resets before it was sent', resetsBeforeSending),
  ...both('resets after it was sent', resetsAfterSending),
  ...both('resets after it was sent, twice,', resetsAfterSending, 2),
  ...both('says 500', internal),
  ...both('says 500, three times,', internal, 3),
  ...both('says 503', unavailable),
  ...both('says 429 and to wait 1 s', throttledFor(1)),
  ...both('hangs', hangs),
  ...both('does it and never says so', swallowsTheAnswer),
  ...both('is 1.5 s late', delays(1500)),
  { what: 'answers 409, as somebody writes before the patch', match: PATCH, faultIn: meddles, times: 1 },
  { what: 'answers 409 four times', match: PATCH, faultIn: meddles, times: 4 },
];

type Lasting = {
  readonly what: string;
  readonly match: Match;
  readonly reason: string;
} & ({ readonly fault: Fault | 'down' } | { readonly faultIn: (world: FaultWorld) => Fault });

const lasting: readonly Lasting[] = [
  { what: 'refuses connections', match: anyRequest, fault: 'down', reason: 'cluster-unreachable' },
  { what: 'resets everything', match: anyRequest, fault: resetsBeforeSending, reason: 'cluster-unreachable' },
  { what: 'hangs', match: anyRequest, fault: hangs, reason: 'cluster-unreachable' },
  { what: 'says 500', match: anyRequest, fault: internal, reason: 'cluster-error' },
  { what: 'says 503', match: anyRequest, fault: unavailable, reason: 'cluster-error' },
  { what: 'says 429 and to wait 1 s', match: anyRequest, fault: throttledFor(1), reason: 'cluster-throttled' },
  { what: 'says 429 and to wait 30 s', match: anyRequest, fault: throttledFor(30), reason: 'cluster-throttled' },
  { what: 'resets every patch before', match: PATCH, fault: resetsBeforeSending, reason: 'cluster-unreachable' },
  { what: 'resets every patch after', match: PATCH, fault: resetsAfterSending, reason: 'cluster-unreachable' },
  { what: 'does every patch in silence', match: PATCH, fault: swallowsTheAnswer, reason: 'cluster-unreachable' },
  { what: 'hangs at every patch', match: PATCH, fault: hangs, reason: 'cluster-unreachable' },
  { what: 'says 500 to every patch', match: PATCH, fault: internal, reason: 'cluster-error' },
  { what: 'says 429 to every patch', match: PATCH, fault: throttledFor(30), reason: 'cluster-throttled' },
  { what: 'answers 409 to every patch', match: PATCH, faultIn: meddles, reason: 'conflict' },
];

const RESIDUAL = 'the LIST after the patch';
/** A machine that is busy keeps more reads from their answer than a test broke: then it is tried again. */
const MOST_WORLDS = 5;
const reads = [
  ...['rollouts', 'destinationrules', 'endpointslices'].map((what) => ({ what, match: requests('GET', `/${what}`) })),
  { what: RESIDUAL, match: requests('GET', '/virtualservices?resourceVersion=0') },
];
const optional = reads.filter(({ what }) => what !== RESIDUAL);
const unhelpful = [
  ...reads.map(({ what, match }) => ({ what, match, broken: [what] })),
  {
    what: 'every optional read',
    match: (asked: Asked) => optional.some(({ match }) => match(asked)),
    broken: optional.map(({ what }) => what),
  },
].flatMap(({ what, match, broken }) => [
  { what: `never answers ${what}`, match, broken, fault: hangs },
  { what: `says 500 to ${what}`, match, broken, fault: internal },
  { what: `resets ${what}`, match, broken, fault: resetsAfterSending },
  { what: `says 403 to ${what}`, match, broken, fault: kubernetesError(403, 'Forbidden') },
]);

async function begin(world: FaultWorld, variant: Lasting): Promise<() => Promise<void>> {
  const fault = 'fault' in variant ? variant.fault : variant.faultIn(world);
  if (fault === 'down') {
    await world.kube.down();
    return world.kube.up;
  }
  const { lift } = world.kube.inject(variant.match, fault);
  return async () => lift();
}

describe('the API server that, for a moment,', () => {
  const row = tally('API server: reset, 409 × 4, 429, 5xx, hang, silence, for a moment');

  test.concurrent.for(mended)('$what: rolled back in the same delivery', async (variant, context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const rollback = await world.start();
      const fault = 'fault' in variant ? variant.fault : variant.faultIn(world);
      const injected = world.kube.inject(variant.match, fault, variant.times);

      const delivered = await world.deliver(rollback);

      expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      expect(injected.hits()).toBeGreaterThan(0);
      await expectRollback(world, row);
    });
  });
});

describe('the API server that, for a whole delivery,', () => {
  const row = tally('API server: down, reset, 409, 429, 5xx, hang, silence, for a whole delivery');

  test.concurrent.for(lasting)('$what: pending, 503, and rolled back by the retry', async (variant, context) => {
    await row.hold(async () => {
      const world = await openWorld(stage, context.onTestFinished);
      const rollback = await world.start();
      const end = await begin(world, variant);

      const first = await world.deliver(rollback);
      const recorded = await world.records();
      const told = await world.events();
      await end();
      const second = await insist(world, rollback);

      expect(first).toMatchObject({ status: 503, results: [{ outcome: 'pending', reason: variant.reason }] });
      expect(recorded).toMatchObject([{ outcome: 'pending', reason: variant.reason }]);
      expect(told).toEqual([]);
      expect(second).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
      await expectRollback(world, row);
    });
  });
});

/** What the record says it does not know, by the names of the reads. */
function unknownTo(world: FaultWorld, record: RollbackRecord | undefined): string[] {
  const unread = (record?.unknowns ?? []).map((one) => one.replace(` of ${world.namespace}`, ''));
  return record?.residual === 'unknown' ? [...unread, RESIDUAL] : unread;
}

describe('the API server that, whenever it is asked,', () => {
  const row = tally('API server: optional reads, and the LIST after the patch, fail');

  /** One delivery to a world of its own; answers what its record does not know. */
  async function deliverBroken({ match, fault }: (typeof unhelpful)[number], onEnd: OnEnd): Promise<string[]> {
    const world = await openWorld(stage, onEnd);
    const rollback = await world.start();
    world.kube.inject(match, fault);

    const delivered = await world.deliver(rollback);

    expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
    const [record] = await expectRollback(world, row);
    return unknownTo(world, record);
  }

  // One after the other: beside each other they keep one another's reads from their answers, too.
  test.for(unhelpful)(
    '$what: rolled back all the same, and the record names what it does not know',
    async (variant, context) => {
      await row.hold(async () => {
        let unknown: string[] = [];
        for (let worlds = 1; worlds <= MOST_WORLDS; worlds += 1) {
          unknown = await deliverBroken(variant, context.onTestFinished);
          expect(unknown).toEqual(expect.arrayContaining(variant.broken));
          if (unknown.length === variant.broken.length) break;
        }

        expect(new Set(unknown)).toEqual(new Set(variant.broken));
      });
    },
  );
});
