import { randomUUID } from 'node:crypto';
import * as z from 'zod';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Guard folds a day again a minute after its last change. */
const NOTED_AGO_MS = 120_000;

const Item = z.looseObject({
  sk: z.string(),
  id: z.string(),
  timeline: z.record(z.string(), z.union([z.number(), z.string()])),
});

/** An item of a rollback as if it had been made some days ago, and the note that its day changed since it was folded. */
export function agedRecord(written: unknown, days: number) {
  const { timeline, episode: _, ...record } = Item.parse(written);
  const age = days * DAY_MS;
  const times = Object.entries(timeline).map(([name, at]) => [name, typeof at === 'number' ? at - age : at]);
  const receivedAt = new Date(Number(timeline['receivedAt']) - age).toISOString();
  const id = randomUUID();
  const day = receivedAt.slice(0, 10);
  const item = {
    ...record,
    pk: `ROLLBACK#${id}`,
    sk: record.sk,
    id,
    timeline: Object.fromEntries(times),
    day,
    received: `${receivedAt}#${id}`,
  };
  const notedAt = new Date(Date.now() - NOTED_AGO_MS).toISOString();
  return { item, note: { pk: 'CHANGED', sk: `${day}#${notedAt}#${id}` }, day };
}
