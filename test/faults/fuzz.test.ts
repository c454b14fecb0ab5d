import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { httpFunction } from '#shared/runtime/http-function.ts';
import { DELIVERY_BUDGET_MS } from '#shared/steps/budget.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';
import { aContext } from '#test/builders/lambda-context.ts';
import { aVirtualService } from '#test/builders/virtual-service.ts';
import { incidentSurroundings } from '#test/doubles/incident-surroundings.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';
import { mutate } from './fuzz/mutate.ts';
import { randomOf } from './fuzz/random.ts';
import { tally } from './world/tally.ts';

const BODIES = 100_000;
/** FAULTS_SEED=… plays the same bodies again. */
const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000_000);
/** A cluster and a store forget what so many bodies left: what stays is the function's own. */
const BODIES_A_WORLD = 250;
/** Only what keeps something of every body comes near it: it would be over 1 KB a body. */
const MOST_HEAP_GROWTH_MB = 100;
/** Garbage and tests included; one body of a few hundred KB that is taken apart without bound would need more. */
const MOST_HEAP_MB = 512;
const TAKEN = new Set([200, 400, 413]);

const folder = new URL('../fixtures/alertmanager/', import.meta.url);
const real = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
const RECEIVED_AT = Date.parse('2026-11-21T11:41:00Z');

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** A delivery's budget holds a timer until it would end. */
async function heapMb(): Promise<number> {
  await sleep(DELIVERY_BUDGET_MS + 500);
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** The function with its whole middy stack, before a new cluster and a new store. */
function newFunction() {
  const service = rollbackService({
    objects: [aVirtualService()],
    at: RECEIVED_AT,
    surroundings: incidentSurroundings(),
  });
  return httpFunction(service.handler(), service.log);
}

function bodyOf(index: number): { body: string; base64: boolean } {
  const random = randomOf(seed, index);
  const body = mutate(random.pick(real) ?? '', random);
  const base64 = random.oneIn(2);
  return { body: base64 ? Buffer.from(body).toString('base64') : body, base64 };
}

/** The most that this process, tests and all, had at the end of any body; MB. */
function watchMemory() {
  const peak = { rss: 0, heap: 0 };
  return {
    peak,
    look() {
      peak.rss = Math.max(peak.rss, process.memoryUsage.rss() / 2 ** 20);
      peak.heap = Math.max(peak.heap, getHeapStatistics().used_heap_size / 2 ** 20);
    },
  };
}

type Sent = { readonly status: number; readonly ms: number; readonly characters: number; readonly answer: string };

async function send(rollback: ReturnType<typeof newFunction>, index: number): Promise<Sent> {
  const event = anHttpEvent(bodyOf(index));
  const started = performance.now();
  const { statusCode = 0, body = '' } = await rollback(event, aContext('rollback'));
  const ms = performance.now() - started;
  return { status: statusCode, ms, characters: event.body?.length ?? 0, answer: body.slice(0, 300) };
}

/** Heap in use, MB, after the first tenth and after the last body: what is loaded late is no leak. */
async function sendAll(each: (sent: Sent, index: number) => void): Promise<readonly [number, number]> {
  let rollback = newFunction();
  let early = 0;
  for (let index = 0; index < BODIES; index += 1) {
    if (index % BODIES_A_WORLD === 0) rollback = newFunction();
    if (index === BODIES / 10) early = await heapMb();
    each(await send(rollback, index), index);
  }
  return [early, await heapMb()];
}

describe('webhooks that nobody would send', () => {
  const row = tally('100,000 fuzzed bodies');

  test('are answered, each, and leave nothing behind', { timeout: 600_000 }, async () => {
    const statuses = new Map<number, number>();
    const wrong: (Sent & { index: number })[] = [];
    let worst: Sent & { index: number } = { status: 0, ms: 0, characters: 0, answer: '', index: 0 };
    const began = performance.now();
    const { peak, look } = watchMemory();

    const [early, late] = await sendAll((sent, index) => {
      look();
      statuses.set(sent.status, (statuses.get(sent.status) ?? 0) + 1);
      if (sent.ms > worst.ms) worst = { ...sent, index };
      const held = TAKEN.has(sent.status);
      row.count(held);
      if (!held) wrong.push({ ...sent, index });
    });

    const seconds = (performance.now() - began) / 1000;
    const counts = [...statuses].sort().map(([status, count]) => `${status}: ${count}`);
    row.note(`seed ${seed}; ${counts.join(', ')}; in ${seconds.toFixed(0)} s`);
    row.note(`worst: ${worst.ms.toFixed(0)} ms, body ${worst.index}, ${worst.characters} characters, ${worst.status}`);
    row.note(`memory at most: ${peak.rss.toFixed(0)} MB resident, ${peak.heap.toFixed(0)} MB of heap, tests and all`);
    row.note(`heap: ${(late - early).toFixed(1)} MB more after the last nine tenths`);
    expect(wrong).toEqual([]);
    expect(late - early).toBeLessThan(MOST_HEAP_GROWTH_MB);
    expect(peak.heap).toBeLessThan(MOST_HEAP_MB);
  });
});
