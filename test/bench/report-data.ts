import { randomUUID } from 'node:crypto';
import { receivedKey, rollbackKey } from '#shared/adapters/dynamodb/keys.ts';
import { dayFolder } from '#shared/domain/report/fold-day.ts';
import { DAY_MS, dayOf } from '#shared/domain/report/report-window.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import { someFacts } from '#test/builders/rollback-facts.ts';
import { aRollbackRecord, FIRED_AT } from '#test/builders/rollback-record.ts';

/** 1,000,000 rollbacks of 200 services in 90 days, and as many in the 90 before; and a day of 100,000. */
export const DAYS = 90;
export const ROLLBACKS = 1_000_000;
export const SERVICES = 200;
export const FULL_DAY = 100_000;
export const NOW = Date.UTC(2026, 8, 30, 12);
export const TODAY = Math.floor(NOW / DAY_MS) * DAY_MS;
/** Outside of the report's window and of the one before. */
export const FULL_DAY_AT = TODAY - 200 * DAY_MS;

/** Times as they come: most wait up to 35 s in Alertmanager, one of a hundred is too late. Hardly two are the same. */
export function factsOf(index: number, receivedAt: number) {
  const service = index % SERVICES;
  const spread = mixed(index);
  const received = Math.round(2000 + spread * 35_000);
  const late = index % 101 === 0 ? 40_000 : 0;
  const zeroed = received + 300 + Math.round(mixed(index + 7) ** 2 * 4000) + late;
  return someFacts({
    id: randomUUID(),
    canary: `service-${service}.team-${service % 20}.svc.cluster.local/v2`,
    fired: receivedAt - received - FIRED_AT,
    received,
    zeroed,
    notified: zeroed + 900,
  });
}

/** From 0 to 1, and no two neighbours alike. */
function mixed(index: number): number {
  const first = Math.imul(index ^ (index >>> 15), 0x2c1b3c6d);
  const second = Math.imul(first ^ (first >>> 12), 0x297a2d39);
  return ((second ^ (second >>> 15)) >>> 0) / 2 ** 32;
}

/** The folds of all days that are over, as guard stores them. */
export async function fillDays(dayLog: DayLog, signal: AbortSignal): Promise<void> {
  const perDay = Math.ceil(ROLLBACKS / DAYS);
  for (let age = 1; age < 2 * DAYS; age += 1) {
    const start = TODAY - age * DAY_MS;
    const folder = dayFolder();
    for (let index = 0; index < perDay; index += 1) {
      folder.add(factsOf(age * perDay + index, start + (index * DAY_MS) / perDay));
    }
    await dayLog.store({ day: dayOf(start), fold: folder.finish(), seen: undefined, taken: [] }, signal);
  }
}

/** A day of records as they are stored, of the size that they have, in the order in which they were received. */
export function dayItems(): Record<string, unknown>[] {
  return Array.from({ length: FULL_DAY }, (_, index) => {
    const { alert, timeline, ...facts } = factsOf(index, FULL_DAY_AT + Math.floor((index * DAY_MS) / FULL_DAY));
    const { supersededBy, episode, ...record } = aRollbackRecord();
    const whole = { ...record, ...facts, timeline: { ...record.timeline, ...timeline } };
    return { ...whole, ...rollbackKey(whole.id), day: dayOf(FULL_DAY_AT), received: receivedKey(whole) };
  });
}
