import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '#shared/domain/report/report-window.ts';
import { WEEK_MS, WEEKDAYS, type Weekday, weekDue } from '#shared/domain/report/weekly.ts';

const at = (text: string) => Date.parse(text);
const weekAt = (day: Weekday, hour: number, now: string) => {
  const { from, to, dueAt } = weekDue({ day, hour }, at(now));
  return [from, to, dueAt].map((time) => new Date(time).toISOString().slice(0, 16)).join(' ');
};

describe('the week that is due', () => {
  // 2026-03-09 is a Monday.
  it.each<[string, Weekday, number, string, string]>([
    ['from its hour on', 'monday', 8, '2026-03-09T08:00:00.000Z', '2026-03-02T00:00 2026-03-09T00:00 2026-03-09T08:00'],
    ['not before it', 'monday', 8, '2026-03-09T07:59:59.999Z', '2026-02-23T00:00 2026-03-02T00:00 2026-03-02T08:00'],
    ['later that day', 'monday', 8, '2026-03-09T23:59:59.999Z', '2026-03-02T00:00 2026-03-09T00:00 2026-03-09T08:00'],
    ['all week', 'monday', 8, '2026-03-15T23:59:00.000Z', '2026-03-02T00:00 2026-03-09T00:00 2026-03-09T08:00'],
    ['of Sunday', 'sunday', 8, '2026-03-09T08:00:00.000Z', '2026-03-01T00:00 2026-03-08T00:00 2026-03-08T08:00'],
    ['of Tuesday', 'tuesday', 8, '2026-03-09T08:00:00.000Z', '2026-02-24T00:00 2026-03-03T00:00 2026-03-03T08:00'],
    ['at 23', 'monday', 23, '2026-03-09T22:59:59.999Z', '2026-02-23T00:00 2026-03-02T00:00 2026-03-02T23:00'],
    ['over a year', 'friday', 0, '2027-01-01T12:00:00.000Z', '2026-12-25T00:00 2027-01-01T00:00 2027-01-01T00:10'],
  ])('is, %s: the seven days before the day of the schedule', (_when, day, hour, now, week) => {
    expect(weekAt(day, hour, now)).toBe(week);
  });

  it('waits in the first hour until the day before is settled', () => {
    expect(weekAt('monday', 0, '2026-03-09T00:09:59.999Z')).toMatch(/^2026-02-23/);
    expect(weekAt('monday', 0, '2026-03-09T00:10:00.000Z')).toMatch(/^2026-03-02/);
  });

  it('is over by then, of seven whole days, ends on the day of the schedule, and is due for a week', () => {
    const days = fc.constantFrom(...WEEKDAYS);
    const hours = fc.integer({ min: 0, max: 23 });
    const times = fc.integer({ min: at('2020-01-01'), max: at('2100-01-01') });
    fc.assert(
      fc.property(days, hours, times, (day, hour, now) => {
        const { from, to, dueAt } = weekDue({ day, hour }, now);

        expect([to - from, to % DAY_MS, WEEKDAYS[new Date(to).getUTCDay()]]).toEqual([WEEK_MS, 0, day]);
        expect(dueAt).toBeLessThanOrEqual(now);
        expect(now - dueAt).toBeLessThan(WEEK_MS);
        expect(to).toBeLessThan(dueAt);
      }),
    );
  });
});
