import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { itemsOf, monthsOf } from '#shared/adapters/dynamodb/read-folds.ts';
import { BY_DAY_INDEX } from '#shared/adapters/dynamodb/table.ts';
import { dayFolder } from '#shared/domain/report/fold-day.ts';
import { DAY_MS, dayOf, parseWindow } from '#shared/domain/report/report-window.ts';
import { makeReport } from '#shared/steps/make-report.ts';
import { DAYS, FULL_DAY, FULL_DAY_AT, NOW, ROLLBACKS, SERVICES, TODAY } from './report-data.ts';
import type { BenchStore } from './report-store.ts';

const signal = new AbortController().signal;

type Work = (store: BenchStore) => Promise<number>;

/** What is measured, each beside the least that it can be: the same items, read by the same client and thrown away. */
export const WORK = { report, bareReport, fold, bareFold } as const satisfies Record<string, Work>;
export type WorkName = keyof typeof WORK;

async function report({ dayLog }: BenchStore): Promise<number> {
  const window = parseWindow('90d', NOW);
  if (window.kind === 'wrong') throw new Error(window.allowed);
  const question = { range: window.range, filter: {}, objective: 0.99, targetMs: 60_000, now: NOW };
  const { total, services } = await makeReport(question, dayLog, signal);
  if (total.rollbacks.total < ROLLBACKS * 0.98 || services.listed.length !== SERVICES)
    throw new Error(`The report is of ${total.rollbacks.total} rollbacks`);
  return total.rollbacks.total;
}

async function bareReport(store: BenchStore): Promise<number> {
  const days = { from: dayOf(TODAY - (2 * DAYS - 1) * DAY_MS), to: dayOf(TODAY) };
  const counts = await Promise.all(monthsOf(days).map((month) => bareQuery(store, itemsOf(month))));
  return sum(counts);
}

/** A day as guard folds it: its records read, counted, and stored in place of what was there. */
async function fold({ dayLog }: BenchStore): Promise<number> {
  const day = dayOf(FULL_DAY_AT);
  const seen = (await dayLog.folded({ from: day, to: day }, signal)).get(day);
  const folder = dayFolder();
  await dayLog.records(
    FULL_DAY_AT,
    FULL_DAY_AT + DAY_MS,
    (page) => {
      for (const record of page) folder.add(record);
    },
    signal,
  );
  const folded = folder.finish();
  if (folded.records !== FULL_DAY) throw new Error(`The fold is of ${folded.records} records`);
  await dayLog.store({ day, fold: folded, seen, taken: [] }, signal);
  return folded.records;
}

/** The day in quarters beside each other, what the fold wants of each record. */
async function bareFold(store: BenchStore): Promise<number> {
  const quarter = DAY_MS / 4;
  const counts = await Promise.all(
    [0, 1, 2, 3].map((part) => {
      const from = FULL_DAY_AT + part * quarter;
      return bareQuery(store, {
        IndexName: BY_DAY_INDEX,
        KeyConditionExpression: '#day = :day AND #received BETWEEN :from AND :to',
        ProjectionExpression: '#id, #cluster, #canary, #outcome, #timeline, #sla, #alert.#name',
        ExpressionAttributeNames: Object.fromEntries(NAMES.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ':day': dayOf(FULL_DAY_AT),
          ':from': new Date(from).toISOString(),
          ':to': new Date(from + quarter - 1).toISOString(),
        },
      });
    }),
  );
  if (sum(counts) < FULL_DAY * 0.999) throw new Error(`There are ${sum(counts)} records`);
  return sum(counts);
}

const NAMES = ['day', 'received', 'id', 'cluster', 'canary', 'outcome', 'timeline', 'sla', 'alert', 'name'];

/** Answers how many items it was. */
async function bareQuery(
  { client, table }: BenchStore,
  question: Omit<QueryCommandInput, 'TableName'>,
): Promise<number> {
  let items = 0;
  let from: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await client.send(new QueryCommand({ ...question, TableName: table, ExclusiveStartKey: from }));
    items += page.Items?.length ?? 0;
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, one) => total + one, 0);
}
