import { describe, expect, it } from 'vitest';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { DAY_MS, parseWindow } from '#shared/domain/report/report-window.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import { makeReport } from '#shared/steps/make-report.ts';
import { tellWeek, type WeekPolicy } from '#shared/steps/tell-week.ts';
import { someFacts } from '#test/builders/rollback-facts.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import { unsentEvents } from '#test/doubles/unsent-events.ts';

const signal = new AbortController().signal;
const HOUR_MS = 3_600_000;
/** A Monday, at 8. */
const MONDAY = Date.UTC(2026, 2, 9, 8);
const POLICY: WeekPolicy = {
  weekly: { day: 'monday', hour: 8 },
  objective: 0.99,
  targetMs: 60_000,
  pageUrl: 'https://weightless.example.com/',
};

/** A service that was there the week before: its clock is an hour before the report is due. */
async function world() {
  const clock = fakeClock(MONDAY - 7 * DAY_MS);
  const store = memoryRollbackLog({ now: clock.now });
  const deps = { dayLog: store.dayLog, weekLog: store.weekLog, clock };
  const run = (policy: Partial<WeekPolicy> = {}, dayLog: DayLog = store.dayLog) =>
    tellWeek({ ...POLICY, ...policy }, { ...deps, dayLog }, signal);
  await run();
  clock.advance(7 * DAY_MS - HOUR_MS);
  const write = (id: string, receivedAt: number) => {
    const { supersededBy, episode, ...record } = aRollbackRecord({ outcome: 'rolled-back', reason: undefined });
    const times = { firedAt: receivedAt - 4000, targetedAt: receivedAt, zeroedAt: receivedAt + 1000 };
    const timeline = { ...times, receivedAt, recordedAt: receivedAt };
    return store.commit({ rollbacks: [{ ...record, id, timeline }], remove: [], events: [] }, signal);
  };
  return { clock, store, run, write, told: () => unsentEvents(store.outbox) };
}

describe('the weekly report', () => {
  it('is told at its hour, once, however often it is asked for', async () => {
    const { clock, run, told } = await world();
    const early = await run();
    clock.advance(HOUR_MS);

    const ends = [await run(), await run()];

    expect([early, ...ends]).toEqual(['not-due', 'told', 'not-due']);
    expect((await told()).map(({ type, createdAt }) => [type, createdAt])).toEqual([['SlaReported', MONDAY]]);
  });

  it('is told once by two runs at the same time', async () => {
    const { clock, run, told } = await world();
    clock.advance(HOUR_MS);

    const ends = await Promise.all([run(), run()]);

    expect(ends.toSorted()).toEqual(['lost', 'told']);
    expect(await told()).toHaveLength(1);
  });

  it('is made up for later in the week, and of several weeks the last is told', async () => {
    const { clock, run, told } = await world();
    clock.advance(HOUR_MS + 24 * DAY_MS);

    const end = await run();

    expect(end).toBe('told');
    expect((await told()).map(({ detail }) => detail.data)).toMatchObject([
      { window: { from: '2026-03-23T00:00:00.000Z', to: '2026-03-30T00:00:00.000Z' } },
    ]);
  });

  it.each([
    ['at that hour', MONDAY],
    ['on that day before it', MONDAY - HOUR_MS],
    ['on another day', MONDAY + 3 * DAY_MS],
  ])('is not told of a week that was over when the service began, %s', async (_when, at) => {
    const clock = fakeClock(at);
    const { dayLog, weekLog, outbox } = memoryRollbackLog({ now: clock.now });
    const run = () => tellWeek(POLICY, { dayLog, weekLog, clock }, signal);

    const first = await Promise.all([run(), run()]);
    clock.advance(HOUR_MS);
    const second = await run();

    expect([...first.toSorted(), second]).toEqual(['begun', 'lost', 'not-due']);
    expect(await unsentEvents(outbox)).toEqual([]);
  });

  it('is not told where the settings say so', async () => {
    const { clock, run, told } = await world();
    clock.advance(HOUR_MS);

    expect(await run({ weekly: 'off' })).toBe('off');
    expect(await told()).toEqual([]);
  });

  it('is not told again for another hour of the same day, and is for another day', async () => {
    const { clock, run, told } = await world();
    clock.advance(HOUR_MS);
    await run();
    clock.advance(2 * DAY_MS);

    const hour = await run({ weekly: { day: 'monday', hour: 9 } });
    const earlier = await run({ weekly: { day: 'sunday', hour: 9 } });
    const later = await run({ weekly: { day: 'tuesday', hour: 9 } });

    expect([hour, earlier, later]).toEqual(['not-due', 'not-due', 'told']);
    expect((await told()).map(({ detail }) => detail.data)).toMatchObject([
      { window: { to: '2026-03-09T00:00:00.000Z' } },
      { window: { from: '2026-03-03T00:00:00.000Z', to: '2026-03-10T00:00:00.000Z' } },
    ]);
  });

  it('tells what the page of just that week shows, and where that is', async () => {
    const { clock, store, run, write, told } = await world();
    for (const days of [1, 2, 7, 8, 14]) await write(`r${days}`, MONDAY - 8 * HOUR_MS - days * DAY_MS);
    await write('today', MONDAY - HOUR_MS);
    clock.advance(HOUR_MS);

    await run();

    const [event] = await told();
    const data = event?.detail.data;
    const window = new URL(String(data?.['page'])).searchParams.get('window') ?? '';
    const parsed = parseWindow(window, clock.now());
    if (parsed.kind === 'wrong') throw new Error(parsed.allowed);
    const question = { range: parsed.range, filter: {}, objective: 0.99, targetMs: 60_000, now: clock.now() };
    const shown = await makeReport(question, store.dayLog, signal);
    expect(window).toBe('2026-03-02/2026-03-08');
    expect(data).toMatchObject({ total: shown.total, before: shown.before, objective: 0.99, targetMs: 60_000 });
    expect([shown.total.episodes.met, shown.before.total.episodes.met]).toEqual([3, 2]);
  });

  it('names no page where it is not known where that is', async () => {
    const { clock, run, told } = await world();
    clock.advance(HOUR_MS);

    await run({ pageUrl: undefined });

    expect((await told())[0]?.detail.data).not.toHaveProperty('page');
  });

  it('waits an hour for days that are still to be folded, and then says which it lacks', async () => {
    const { clock, store, run, told } = await world();
    const many = Array.from({ length: 21_000 }, (_, index) => someFacts({ id: `${index}` }));
    const full: DayLog = {
      ...store.dayLog,
      records: async (from, _to, visit) => visit(from === Date.UTC(2026, 2, 8) ? many : []),
    };
    clock.advance(HOUR_MS);

    const first = await run({}, full);
    clock.advance(HOUR_MS);
    const second = await run({}, full);

    expect([first, second]).toEqual(['waits', 'told']);
    expect((await told())[0]?.detail.data['missingDays']).toContain('2026-02-23');
  });
});
