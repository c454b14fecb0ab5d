import { describe, expect, it } from 'vitest';
import { reportCsv } from '#functions/report/report-csv.ts';
import { aBreach, anEmptyReport, aReport } from '#test/builders/report.ts';
import { readCsv } from '#test/doubles/read-csv.ts';

const rows = (overrides = {}) => readCsv(reportCsv(aReport(overrides)));
const about = (what: string, overrides = {}) => rows(overrides).filter((row) => row['about'] === what);

describe('the report as CSV', () => {
  it('tells of the window its objective, its budget, the shares of its stages, and how many each list leaves out', () => {
    const late = { listed: [], leftOut: 4 };
    const clockSkewed = { listed: [], leftOut: 5 };

    expect(about('window', { late, clockSkewed })).toMatchObject([
      {
        objective: '0.99',
        target_ms: '60000',
        error_budget_allowed: '1',
        error_budget_left: '-5',
        firing_to_received_share: '0.96',
        received_to_targeted_share: '0.01',
        targeted_to_zeroed_share: '0.03',
        targeted_to_zeroed_p50_ms: '620',
        services_left_out: '2',
        breaches_left_out: '3',
        late_left_out: '4',
        skewed_left_out: '5',
        hint: 'Alertmanager held these alerts for 30 s: set group_wait: 0s on their route',
      },
    ]);
  });

  it('counts rollbacks by outcome and reason, each once', () => {
    const byOutcome = [
      { outcome: 'rolled-back', count: 158, reasons: [] },
      {
        outcome: 'refused',
        count: 6,
        reasons: [
          { reason: 'sole-destination', count: 3 },
          { reason: 'other-version', count: 2 },
        ],
      },
    ] as const;
    const total = { ...aReport().total, rollbacks: { total: 164, byOutcome } };

    const counts = about('outcome', { total }).map(({ outcome, reason, rollbacks }) => [outcome, reason, rollbacks]);

    expect(counts).toEqual([
      ['rolled-back', '', '158'],
      ['refused', 'sole-destination', '3'],
      ['refused', 'other-version', '2'],
      ['refused', '', '1'],
    ]);
  });

  it('lists every miss, what was late, and what had a clock ahead of ours', () => {
    const all = rows();

    expect(all.find((row) => row['about'] === 'breach')).toMatchObject({
      rollback_id: 'a1b2c3',
      cluster: 'production-eu',
      namespace: 'production',
      service: 'payment-svc',
      canary: 'payment-svc.production.svc.cluster.local/v2',
      alert: 'CanaryErrorRate',
      outcome: 'rolled-back',
      fired_at: '2026-03-08T00:00:00.000Z',
      received_at: '2026-03-08T00:01:05.000Z',
      target_ms: '60000',
      alert_to_zero_ms: '65400',
      slowest_stage: 'firing-to-received',
      slowest_stage_ms: '65000',
    });
    const ids = (what: string) => all.filter((row) => row['about'] === what).map((row) => row['rollback_id']);
    expect([ids('breach'), ids('late'), ids('skewed')]).toEqual([['a1b2c3', 'b2'], ['b3'], ['b4']]);
  });

  it('names the days that are in no figure', () => {
    expect(about('missing', { missingDays: ['2026-03-02', '2026-03-03'] }).map(({ day }) => day)).toEqual([
      '2026-03-02',
      '2026-03-03',
    ]);
  });

  it('gives no spreadsheet a formula to run, whichever name it is in', () => {
    const hostile = '=HYPERLINK("http://x","a")';
    const breach = aBreach({ alertName: hostile, canary: `@${hostile}`, rollbackId: `+${hostile}`, service: hostile });

    const [row] = about('breach', { breaches: { listed: [breach], leftOut: 0 } });

    expect([row?.['alert'], row?.['canary'], row?.['rollback_id'], row?.['service']]).toEqual([
      `'${hostile}`,
      `'@${hostile}`,
      `'+${hostile}`,
      `'${hostile}`,
    ]);
  });

  it('has the window, the one before and the days of a time in which nothing happened', () => {
    const told = readCsv(reportCsv(anEmptyReport())).map((row) => row['about']);

    expect(told).toEqual(['window', 'before', ...Array(7).fill('day')]);
  });
});
