import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import * as z from 'zod';
import { foldKey } from '#shared/adapters/dynamodb/keys.ts';
import { addPacked } from '#shared/domain/report/packed-cells.ts';
import { DAY_MS, dayOf, daysBetween, MAX_DAYS, startOfDay } from '#shared/domain/report/report-window.ts';
import { emptyTally } from '#shared/domain/report/tally.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import type { DynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { READ_TOKEN } from '#test/doubles/operate-service.ts';
import type { FaultStage } from './fault-stage.ts';
import type { OnEnd } from './fault-world.ts';
import { type GuardedWorld, openGuardedWorld } from './held-world.ts';

/** A world in which two days are over, and neither is folded. */
export type FoldingWorld = GuardedWorld & {
  /** How many rollbacks the deployed report function counts in seven days; it asks the store past the proxy. */
  counted(): Promise<number>;
  /** By day, the rollbacks in the folds that are stored. */
  folded(): Promise<Readonly<Record<string, number>>>;
  /** What all is to be, once it is folded. */
  readonly expected: Readonly<Record<string, number>>;
  /** Days with changes that no fold has taken in. */
  changed(): Promise<readonly string[]>;
};

const never = new AbortController().signal;
const Answer = z.object({ statusCode: z.literal(200), body: z.string() });
const Report = z.object({ total: z.object({ rollbacks: z.object({ total: z.number() }) }) });
const AT_ONCE = 25;

/** `again`: they were folded before these rollbacks were written, as those of a delivery that was late. */
export async function openFoldingWorld(stage: FaultStage, onEnd: OnEnd, again = false): Promise<FoldingWorld> {
  const world = await openGuardedWorld(stage, onEnd, { daysUnfolded: !again });
  const { store } = world;
  const today = startOfDay(Date.now());
  const [before, yesterday] = [dayOf(today - 2 * DAY_MS), dayOf(today - DAY_MS)] as const;
  if (!again) await storeHeads(store, daysBetween(today - (2 * MAX_DAYS + 3) * DAY_MS, today - 2 * DAY_MS));
  await writeRecords(store, before, 3);
  await writeRecords(store, yesterday, 5);

  return {
    ...world,
    expected: { [before]: 3, [yesterday]: 5 },
    async counted() {
      const report = await world.start('report', { AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint') });
      const asked = anHttpEvent({
        method: 'GET',
        path: '/v1/report',
        headers: { authorization: `Bearer ${READ_TOKEN}` },
      });
      const event = { ...asked, queryStringParameters: { window: '7d' } };
      const { body } = Answer.parse(await report.invoke(event));
      await report.stop();
      return Report.parse(JSON.parse(body)).total.rollbacks.total;
    },
    async folded() {
      const counts: Record<string, number> = {};
      await store.dayLog.read(
        { from: before, to: yesterday },
        ({ day, cells }) => {
          const tally = emptyTally();
          for (const part of cells) addPacked(part, () => [tally]);
          counts[day] = [...tally.rollbacks.values()].reduce((sum, count) => sum + count, 0);
        },
        never,
      );
      return counts;
    },
    changed: () => store.dayLog.changedDays(10, never),
  };
}

/** The days are folded, and nothing happened on them. */
async function storeHeads({ client, table }: DynamodbStore, days: readonly string[]): Promise<void> {
  const items = days.map((day) => ({ ...foldKey(day), run: 'long ago', parts: 0, records: 0, foldedAt: 1 }));
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const puts = items.slice(start, start + AT_ONCE).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
  }
}

async function writeRecords({ log }: DynamodbStore, day: string, count: number): Promise<void> {
  const { supersededBy: _, episode: __, reason: ___, ...record } = aRollbackRecord({ outcome: 'rolled-back' });
  const rollbacks = Array.from({ length: count }, (_one, index) => {
    const receivedAt = Date.parse(day) + 12 * 3_600_000 + index;
    const times = { receivedAt, targetedAt: receivedAt + 10, zeroedAt: receivedAt + 20, recordedAt: receivedAt + 30 };
    return { ...record, id: `${day}-${index}`, timeline: { firedAt: receivedAt - 4000, ...times } };
  });
  await log.commit({ rollbacks, remove: [], events: [] }, never);
}
