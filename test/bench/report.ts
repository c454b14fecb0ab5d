import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startDynoxide } from '#test/doubles/dynoxide.ts';
import { startChild } from '#test/real/engines/start-child.ts';
import { printComparison } from './print-comparison.ts';
import { DAYS, fillDays, ROLLBACKS, SERVICES } from './report-data.ts';
import { measurePages } from './report-pages.ts';
import { type BenchStore, benchStore, newBenchStore } from './report-store.ts';
import { WORK, type WorkName } from './report-work.ts';

/**
 * `npm run bench:report`: the page of a report; the 90-day report over 1,000,000 rollbacks of 200 services beside the bare
 * query of the same folded items; the fold of a day of 100,000 records beside the bare query of these. The folded
 * days are in dynoxide; the records are told by an engine of the bench's own (day-engine.ts says why).
 */
type Pair = { readonly title: string; readonly ours: WorkName; readonly bare: WorkName; readonly rounds: number };
type Engine = { readonly endpoint: string; stop(): Promise<void> };

const REPORT: Pair = { title: '90-day report; bare query', ours: 'report', bare: 'bareReport', rounds: 20 };
const FOLD: Pair = { title: 'fold of a day; bare query', ours: 'fold', bare: 'bareFold', rounds: 5 };
/** Not measured: the first ones are slow, with us and without. */
const WARM_UP = 2;

const run = promisify(execFile);

measurePages();
await inStore(startDynoxide, async (store) => {
  await told(`${2 * DAYS - 1} days of ${Math.ceil(ROLLBACKS / DAYS)} rollbacks of ${SERVICES} services`, () =>
    fillDays(store.dayLog, new AbortController().signal),
  );
  await compare(REPORT, store);
});
const engine = await startChild('The engine of the day', process.execPath, ['test/bench/day-engine.ts']);
const day = benchStore(engine.url, 'a-day');
try {
  await compare(FOLD, day);
} finally {
  day.close();
  await engine.stop();
}

async function inStore(start: () => Promise<Engine>, work: (store: BenchStore) => Promise<void>): Promise<void> {
  const engine = await start();
  const store = await newBenchStore(engine.endpoint);
  try {
    await work(store);
  } finally {
    store.close();
    await engine.stop();
  }
}

async function compare({ title, ours, bare, rounds }: Pair, store: BenchStore): Promise<void> {
  const wall: Record<'ours' | 'floor', number[]> = { ours: [], floor: [] };
  const cpu: Record<'ours' | 'floor', number[]> = { ours: [], floor: [] };
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const floor = await timed(() => WORK[bare](store));
    const own = await timed(() => WORK[ours](store));
    if (round < 0) continue;
    wall.floor.push(floor.ms);
    wall.ours.push(own.ms);
    cpu.floor.push(floor.cpuMs);
    cpu.ours.push(own.cpuMs);
  }
  printComparison(title, wall);
  printComparison('the same, CPU', cpu);
  const [most, least] = [await residentOf(ours, store), await residentOf(bare, store)];
  console.log(`resident at most, in a process of its own: ${most} MB; bare query ${least} MB`);
}

async function residentOf(name: WorkName, { endpoint, table }: BenchStore): Promise<number> {
  const script = ['test/bench/report-alone.ts', name, endpoint, table];
  const { stdout } = await run(process.execPath, [...process.execArgv, ...script]);
  return Math.round(Number(stdout) / 1024);
}

async function told(what: string, work: () => Promise<void>): Promise<void> {
  const { ms } = await timed(work);
  console.log(`\n${what}: written in ${(ms / 1000).toFixed(1)} s`);
}

async function timed(work: () => Promise<unknown>): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}
