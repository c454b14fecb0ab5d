import { randomUUID } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { foldPartition, receivedKey, rollbackKey } from '#shared/adapters/dynamodb/keys.ts';
import { dayFolder } from '#shared/domain/report/fold-day.ts';
import type { Report } from '#shared/domain/report/report.ts';
import { DAY_MS, dayOf, parseWindow } from '#shared/domain/report/report-window.ts';
import { makeReport } from '#shared/steps/make-report.ts';
import { someFacts } from '#test/builders/rollback-facts.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { startDynoxide } from '#test/doubles/dynoxide.ts';
import { printComparison } from './print-comparison.ts';

/**
 * A 90-day report over 1,000,000 rollbacks of 200 services, beside the bare query of the same folded items; and the fold
 * of a day of 100,000 records. `npm run bench:report`.
 */
const DAYS = 90;
const ROLLBACKS = 1_000_000;
const SERVICES = 200;
const FULL_DAY = 100_000;
const ROUNDS = 10;
const NOW = Date.UTC(2026, 8, 30, 12);

const signal = new AbortController().signal;
const options = { now: () => NOW };

/** Times as they come: most wait 30 s in Alertmanager, one of a hundred is late. */
function factsOf(index: number, receivedAt: number) {
  const service = index % SERVICES;
  const spread = ((index * 2654435761) % 1000) / 1000;
  const received = 2000 + spread * 35_000;
  const zeroed = received + 300 + spread * spread * 4000 + (index % 100 === 0 ? 40_000 : 0);
  return someFacts({
    id: randomUUID(),
    canary: `service-${service}.team-${service % 20}.svc.cluster.local/v2`,
    fired: receivedAt - received - FIRED_AT,
    received,
    zeroed,
    notified: zeroed + 900,
  });
}

async function fillDays(store: DynamodbStore): Promise<void> {
  const perDay = Math.ceil(ROLLBACKS / DAYS);
  for (let age = 1; age < 2 * DAYS; age += 1) {
    const start = Math.floor(NOW / DAY_MS) * DAY_MS - age * DAY_MS;
    const folder = dayFolder();
    for (let index = 0; index < perDay; index += 1) folder.add(factsOf(index + age, start + (index * DAY_MS) / perDay));
    await store.dayLog.store({ day: dayOf(start), fold: folder.finish(), seen: undefined, taken: [] }, signal);
  }
}

function report(store: DynamodbStore): Promise<Report> {
  const window = parseWindow('90d', NOW);
  if (window.kind === 'wrong') throw new Error(window.allowed);
  const question = { range: window.range, filter: {}, objective: 0.99, targetMs: 60_000, now: NOW };
  return makeReport(question, store.dayLog, signal);
}

/** The same items, read by the same client, month beside month, and thrown away. */
async function bareQuery({ client, table }: DynamodbStore): Promise<number> {
  const first = Math.floor(NOW / DAY_MS) * DAY_MS - (2 * DAYS - 1) * DAY_MS;
  const months = [...new Set(Array.from({ length: 2 * DAYS }, (_, day) => dayOf(first + day * DAY_MS).slice(0, 7)))];
  const counts = await Promise.all(
    months.map(async (month) => {
      let bytes = 0;
      let from: Record<string, unknown> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :month',
            ExpressionAttributeValues: { ':month': foldPartition(month) },
            ConsistentRead: true,
            ExclusiveStartKey: from,
          }),
        );
        for (const { numbers, keys, lists } of Items)
          bytes += (numbers?.length ?? 0) + (keys?.length ?? 0) + (lists?.length ?? 0);
        from = LastEvaluatedKey;
      } while (from);
      return bytes;
    }),
  );
  return counts.reduce((sum, one) => sum + one, 0);
}

/** A day of records as they are stored, of the size that they have. */
async function fillFullDay({ client, table }: DynamodbStore, day: number): Promise<void> {
  for (let from = 0; from < FULL_DAY; from += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const facts = factsOf(from + index, day + ((from + index) * DAY_MS) / FULL_DAY);
        const { supersededBy, episode, ...record } = aRollbackRecord();
        const { alert, timeline, ...more } = facts;
        const whole = { ...record, ...more, timeline: { ...record.timeline, ...timeline } };
        const Item = { ...whole, ...rollbackKey(whole.id), day: dayOf(day), received: receivedKey(whole) };
        return client.send(new PutCommand({ TableName: table, Item }));
      }),
    );
  }
}

async function foldFullDay(store: DynamodbStore, day: number): Promise<number> {
  const folder = dayFolder();
  await store.dayLog.records(
    day,
    day + DAY_MS,
    (page) => {
      for (const record of page) folder.add(record);
    },
    signal,
  );
  const fold = folder.finish();
  const seen = (await store.dayLog.folded({ from: dayOf(day), to: dayOf(day) }, signal)).get(dayOf(day));
  await store.dayLog.store({ day: dayOf(day), fold, seen, taken: [] }, signal);
  return fold.records;
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

async function measure(): Promise<void> {
  const endpoint = process.argv[2];
  const engine = endpoint ? { endpoint, stop: async () => undefined } : await startDynoxide();
  const store = await openDynamodbStore(engine.endpoint, options);
  try {
    const filled = await timed(() => fillDays(store));
    console.log(
      `${2 * DAYS - 1} days of ${Math.ceil(ROLLBACKS / DAYS)} rollbacks folded in ${Math.round(filled.ms)} ms`,
    );
    const [ours, bare]: [number[], number[]] = [[], []];
    let bytes = 0;
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    for (let round = -2; round < ROUNDS; round += 1) {
      const query = await timed(() => bareQuery(store));
      const made = await timed(() => report(store));
      bytes = query.result;
      if (made.result.total.rollbacks.total < ROLLBACKS * 0.98 || made.result.services.listed.length !== SERVICES)
        throw new Error(`The report is of ${made.result.total.rollbacks.total} rollbacks`);
      if (round >= 0) {
        ours.push(made.ms);
        bare.push(query.ms);
      }
    }
    clearInterval(watch);
    console.log(
      `${(bytes / 1024 / 1024).toFixed(1)} MB of folded items; resident at most ${Math.round(peak / 1024 / 1024)} MB`,
    );
    printComparison('90-day report; bare query', { ours, floor: bare });

    const day = Math.floor(NOW / DAY_MS) * DAY_MS - 200 * DAY_MS;
    const written = await timed(() => fillFullDay(store, day));
    console.log(`${FULL_DAY} records written in ${Math.round(written.ms)} ms`);
    const before = process.memoryUsage().rss;
    let most = before;
    const watchFold = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 5);
    const folded = await timed(() => foldFullDay(store, day));
    clearInterval(watchFold);
    console.log(
      `a day of ${folded.result} records folded in ${Math.round(folded.ms)} ms; resident ${Math.round(before / 1024 / 1024)} MB before, ${Math.round(most / 1024 / 1024)} MB at most`,
    );
  } finally {
    await store.close();
    await engine.stop();
  }
}

await measure();
