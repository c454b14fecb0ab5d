import { describe, expect, it } from 'vitest';
import { parseReport } from '#shared/contracts/report.ts';
import { anEmptyReport, aReport } from '#test/builders/report.ts';

describe('the report on the wire', () => {
  it.each([
    ['with every field set', aReport()],
    ['of nothing', anEmptyReport()],
  ])('is read back whole: %s', (_what, report) => {
    const read = parseReport(JSON.parse(JSON.stringify(report)));

    expect(read).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('is no report without its figures', () => {
    const { total, ...report } = aReport();

    expect(() => parseReport(report)).toThrow(/total/);
  });
});
