import { describe, expect, it } from 'vitest';
import { describeReport } from '#cli/print/describe-report.ts';
import { aBreach, anEmptyReport, aReport, aServiceFigures } from '#test/builders/report.ts';

describe('the report in a terminal', () => {
  it('tells attainment, budget, percentiles, and where the time went, beside the window before', () => {
    const text = describeReport(aReport());

    expect(text).toMatch(/Attainment \(objective 99 % within 60 s\) +96\.3 % +96\.3 %/);
    expect(text).toMatch(/Error budget left, episodes +-5 of 1/);
    expect(text).toMatch(/Alert to zero p50 +31 s/);
    expect(text).toMatch(/p90 .*\n +p95 +\d.*\n +p99/);
    expect(text).toMatch(/firing to received +96 % +30\.1 s +30 s/);
    expect(text).toContain('set group_wait: 0s on their route');
  });

  it('lists each breach with its slowest stage, and how many more there are', () => {
    const text = describeReport(aReport());

    expect(text).toMatch(/rolled-back +65\.4 s +firing to received 65 s/);
    expect(text).toContain(
      'and 3 more: weightless list --missed --limit 999 --from 2026-03-02T00:00:00.000Z --to 2026-03-09T00:00:00.000Z lists every miss',
    );
  });

  it('counts rollbacks by outcome and reason', () => {
    const text = describeReport(aReport());

    expect(text).toMatch(
      /^OUTCOME +COUNT +REASONS\nrolled-back +158 +-\nalready-zero +8 +at-zero 8\nrefused +4 +sole-destination 4\n/m,
    );
  });

  it('names for what it leaves out the command for just what was asked for, as a shell takes it', () => {
    const text = describeReport(aReport({ filter: { service: "a'b" } }));

    expect(text).toContain(`--service 'a'\\''b' lists every miss`);
  });

  it('is short where nothing happened', () => {
    const text = describeReport(anEmptyReport());

    expect(text).toMatch(/Attainment .* - +-/);
    expect(text).not.toMatch(/Services|Breaches|WHERE|OUTCOME|undefined|NaN/);
  });

  it('says which days are in no figure', () => {
    expect(describeReport(aReport({ missingDays: ['2026-03-02'] }))).toContain('Not counted yet: 2026-03-02');
  });

  it('lets no name move the cursor', () => {
    const services = { listed: [aServiceFigures({ service: 'a\u001b[2Jb' })], leftOut: 0 };
    const breaches = { listed: [aBreach({ canary: 'x\u001b[2Jy' })], leftOut: 0 };

    const text = describeReport(aReport({ services, breaches, filter: { service: '\u001b[2J' } }));

    expect(text).not.toContain('\u001b');
  });
});
