import { reportPage } from '#functions/report/pages/report-page.ts';
import { REPORT_TO } from '#test/builders/report.ts';
import { aQuarter, quarterOfRollbacks } from '#test/screenshots/a-quarter.ts';
import { longReport } from '#test/screenshots/hostile.ts';
import { percentile } from './print-comparison.ts';

const ROUNDS = 30;

/** How long the page of a report takes to be made, and how large it is. */
export function measurePages(): void {
  const recent = quarterOfRollbacks(25, 200);
  const reports = {
    '90 days, 200 services, 10,000 rollbacks': aQuarter(10_000, 200),
    '90 days, 200 services, 100,000 rollbacks': aQuarter(100_000, 200),
    'names of 200 letters': longReport(),
  };
  console.log('\nThe page of a report'.padEnd(46), 'p50        p90        first      size');
  for (const [name, report] of Object.entries(reports)) {
    const times: number[] = [];
    let size = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = process.cpuUsage();
      size = Buffer.byteLength(reportPage(report, recent, REPORT_TO).markup);
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
    }
    const columns = [percentile(times, 50), percentile(times, 90), times[0] ?? 0].map((ms) =>
      `${ms.toFixed(1)} ms`.padEnd(10),
    );
    console.log(name.padEnd(46), ...columns, `${(size / 1024).toFixed(0)} KB`);
  }
}
