import { describe, expect, it } from 'vitest';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { DAY_MS, parseWindow } from '#shared/domain/report/report-window.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import { foldDays } from '#shared/steps/fold-days.ts';
import { makeReport } from '#shared/steps/make-report.ts';
import { aRecordReceivedAt } from '#test/builders/received-record.ts';
import { someFacts } from '#test/builders/rollback-facts.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';

const signal = new AbortController().signal;
const NOON = Date.UTC(2026, 2, 5, 12);

function world() {
  let now = NOON;
  const store = memoryRollbackLog({ now: () => now });
  const clock = { now: () => now, sleep: async () => undefined };
  return {
    store,
    pass: (ms: number) => {
      now += ms;
    },
    write: (id: string, receivedAt: number, overrides: Partial<RollbackRecord> = {}) => {
      const rollback = aRecordReceivedAt(id, receivedAt, overrides);
      return store.commit({ rollbacks: [rollback], remove: [], events: [] }, signal);
    },
    fold: () => foldDays({ dayLog: store.dayLog, clock }, signal),
    report: (window = '7d', dayLog: DayLog = store.dayLog) => {
      const parsed = parseWindow(window, now);
      if (parsed.kind === 'wrong') throw new Error(parsed.allowed);
      const question = { range: parsed.range, filter: {}, objective: 0.99, targetMs: 60_000, now };
      return makeReport(question, dayLog, signal);
    },
  };
}

describe('the making of a report', () => {
  it('is the same before its days are folded and after', async () => {
    const { write, fold, report } = world();
    for (const days of [0, 1, 2, 5, 8, 12]) await write(`r${days}`, NOON - 1 - days * DAY_MS);
    const before = await report();

    await fold();

    const after = await report();
    expect(after).toEqual(before);
    expect([after.total.episodes.met, after.before.total.episodes.met]).toEqual([4, 2]);
  });

  it('holds today up to now, and of the last 24 hours just these', async () => {
    const { write, fold, report } = world();
    await write('today', NOON - 1000);
    await write('yesterday', NOON - DAY_MS + 1);
    await write('before', NOON - DAY_MS - 1);
    await fold();

    const { total, before, days } = await report('24h');

    expect([total.episodes.met, before.total.episodes.met]).toEqual([2, 1]);
    expect(days.map(({ day, episodes }) => [day, episodes.met])).toEqual([
      ['2026-03-04', 1],
      ['2026-03-05', 1],
    ]);
  });

  it('tells of a late change once its day is folded again', async () => {
    const { write, fold, pass, report } = world();
    await write('a', NOON - DAY_MS);
    await fold();
    await write('late', NOON - DAY_MS);
    const early = await report();

    pass(60_000);
    await fold();

    expect(early.total.episodes.met).toBe(1);
    expect((await report()).total.episodes.met).toBe(2);
  });

  it('says which days it left out where there is too much that is not folded', async () => {
    const { report, store } = world();
    const many = Array.from({ length: 21_000 }, (_, index) => someFacts({ id: `${index}` }));
    const full: DayLog = {
      ...store.dayLog,
      records: async (from, _to, visit) => visit(from === Date.UTC(2026, 2, 4) ? many : []),
    };

    const { missingDays, total } = await report('7d', full);

    expect(total.episodes.met).toBe(21_000);
    expect(missingDays).toEqual(['2026-02-20', '2026-02-21', '2026-02-22', '2026-02-23', '2026-02-24']);
  });

  it('counts an episode that goes on past midnight once', async () => {
    const { write, fold, report } = world();
    const midnight = Date.UTC(2026, 2, 4);
    const episode = { id: 'a', firedAt: midnight - 5000, countedBy: 'a' };
    const { sla } = aRollbackRecord();
    await write('a', midnight - 1, {
      episode,
      outcome: 'failed',
      reason: 'forbidden',
      sla: { ...sla, count: 'missed' },
    });
    await write('b', midnight + 1, { episode });
    await fold();

    const { total, rollbacks } = { ...(await report()), rollbacks: (await report()).total.rollbacks.total };

    expect(total.episodes).toMatchObject({ met: 0, missed: 1 });
    expect(rollbacks).toBe(2);
  });
});
