import { describe, expect, it } from 'vitest';
import { passes } from '#shared/domain/notify/channel-filter.ts';
import { pageLink, threadOf } from '#shared/domain/notify/notice.ts';
import { adviceOf, factsOf, headlineOf, subjectOf, toneOf } from '#shared/domain/notify/notice-words.ts';
import type { Report } from '#shared/domain/report/report.ts';
import { anEmptyReport, aReport } from '#test/builders/report.ts';
import { reportNews } from '#test/builders/report-event.ts';

const noticeOf = (overrides: Partial<Report> = {}, data = {}) => reportNews(overrides, data).notice;
const totalOf = (overrides: Partial<Report['total']>) => noticeOf({ total: { ...aReport().total, ...overrides } });
const factOf = (notice: ReturnType<typeof noticeOf>, name: string) =>
  factsOf(notice).find((fact) => fact.name === name)?.value;
const episodes = (overrides: Partial<Report['total']['episodes']>) => ({
  episodes: { ...aReport().total.episodes, ...overrides },
});

describe('the headline of a report', () => {
  it('says how many were in time, and what was wanted', () => {
    const met = { ...episodes({ met: 99, missed: 1 }), attainment: 0.99 };

    expect(headlineOf(noticeOf())).toBe(
      'Rollback SLA, 2026-03-02 to 2026-03-08: 96.29 % of 162 episodes in time, objective 99 % MISSED',
    );
    expect(headlineOf(totalOf(met))).toBe(
      'Rollback SLA, 2026-03-02 to 2026-03-08: 99 % of 100 episodes in time, objective 99 % met',
    );
  });

  it('rounds no miss up to what was wanted', () => {
    expect(headlineOf(totalOf({ attainment: 0.989999 }))).toContain(
      '98.99 % of 162 episodes in time, objective 99 % MISSED',
    );
  });

  it('says that nothing was asked for, that nothing counts, and that nothing is known', () => {
    const { attainment, ...uncounted } = aReport().total;
    const empty = anEmptyReport();

    expect(headlineOf(noticeOf(empty))).toMatch(/: no rollback was asked for$/);
    expect(headlineOf(noticeOf({ total: uncounted }))).toMatch(/: nothing that counts$/);
    expect(headlineOf(noticeOf({ ...empty, missingDays: ['2026-03-04'] }))).toMatch(/: not known$/);
  });
});

describe('the facts of a report', () => {
  it('are those that a week is judged by, each with that of the week before', () => {
    const before = { ...aReport().before, total: { ...aReport().total, ...episodes({ met: 10, missed: 2 }) } };

    expect(factsOf(noticeOf({ before }))).toEqual([
      { name: 'Attainment', value: '96.29 %, the objective is 99 % within 60 s; the week before: 96.29 %' },
      { name: 'Error budget', value: 'used up: 5 more missed than the 1 allowed' },
      { name: 'Episodes', value: '162 counted, 0 open, 2 not counted; the week before: 12' },
      { name: 'Breaches', value: '6, 1 of them heard of more than 15 minutes late; the week before: 2' },
      { name: 'Alert to zero', value: 'p50 31 s, p95 47 s; the week before: p50 31 s, p95 47 s' },
      { name: 'Most of the time', value: 'firing to received: 96 % of it, p50 30 s' },
    ]);
  });

  it('say what is left of the error budget, and what was not measured', () => {
    const { alertToZero, attainment, ...unmeasured } = aReport().total;

    expect(factOf(totalOf({ errorBudget: { allowed: 2, spent: 1, left: 1 } }), 'Error budget')).toBe(
      '1 of 2 episodes left',
    );
    expect(factOf(noticeOf({ total: { ...unmeasured, stages: [] } }), 'Alert to zero')).toMatch(/^not measured; /);
    expect(factOf(noticeOf({ total: { ...unmeasured, stages: [] } }), 'Attainment')).toMatch(/^nothing to count, /);
    expect(factOf(noticeOf({ total: { ...unmeasured, stages: [] } }), 'Most of the time')).toBeUndefined();
  });

  it('name the days that are not in them', () => {
    expect(factOf(noticeOf({ missingDays: ['2026-02-23', '2026-03-04'] }), 'Not in these figures')).toBe(
      '2026-02-23, 2026-03-04',
    );
  });

  it('are none of a week without anything, of which one line says so', () => {
    const notice = noticeOf(anEmptyReport());

    expect(factsOf(notice)).toEqual([]);
    expect(notice.message).toBe('No alert asked for a rollback in these seven days.');
  });
});

describe('a report', () => {
  it('says what can be mended, where the figures show it', () => {
    expect(noticeOf().message).toBe('Alertmanager held these alerts for 30 s: set group_wait: 0s on their route');
    expect(noticeOf({ hint: undefined }).message).toBe('');
    expect(adviceOf(noticeOf())).toBe('');
  });

  it('links to the page of just its days, below the address of the settings or the one that it brings', () => {
    const { notice } = reportNews({}, {}, { pageUrl: 'https://other.example.com/prod/' });

    expect(pageLink(notice)).toEqual({
      name: 'Report',
      url: 'https://other.example.com/prod/?window=2026-03-02/2026-03-08',
    });
    expect(pageLink(reportNews({}, {}, {}).notice)?.url).toBe(
      'https://weightless.example.com/?window=2026-03-02/2026-03-08',
    );
    expect(reportNews({}, { page: 'javascript:alert(1)' }, {}).notice.links).toEqual([]);
    expect(noticeOf({}, { window: { from: '"><script>', to: 'never' } }).links).toEqual([]);
  });

  it('has a thread of its own', () => {
    expect(threadOf(noticeOf())).toBe('report-1');
  });

  it('is about all that there is, and shows whether the objective was missed', () => {
    expect(subjectOf(noticeOf())).toBe('2026-03-02 to 2026-03-08');
    expect([noticeOf().severity, toneOf(noticeOf())]).toEqual(['info', 'warning']);
    expect(toneOf(totalOf({ attainment: 1 }))).toBe('info');
    expect(toneOf(noticeOf(anEmptyReport()))).toBe('info');
  });

  it('goes to the channels whose filter holds for what is `info` and about no service', () => {
    expect(passes(undefined, noticeOf())).toBe(true);
    expect(passes({ types: ['SlaReported'] }, noticeOf())).toBe(true);
    expect(passes({ services: ['payment-svc'] }, noticeOf())).toBe(true);
    expect(passes({ types: ['RollbackFailed'] }, noticeOf())).toBe(false);
    expect(passes({ severities: ['critical', 'warning'] }, noticeOf())).toBe(false);
  });
});
