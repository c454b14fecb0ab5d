import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { strikingAll } from '../proxy/must-strike.ts';

export const REPORTS = '.cache/reports/faults';

export const Row = z.object({
  fault: z.string(),
  tried: z.number(),
  held: z.number(),
  notes: z.array(z.string()),
});
export type Row = z.infer<typeof Row>;

export type Tally = {
  /** Counts one variant as tried, and as held where `act` does not throw and met every fault that it injected. */
  hold<T>(act: () => Promise<T>): Promise<T>;
  /** One variant that was tried elsewhere. */
  count(held: boolean): void;
  /** A number for the table: it keeps the least and the most. */
  measure(what: string, value: number): void;
  note(text: string): void;
};

/** One line of the table that the run ends with. */
export function tally(fault: string): Tally {
  const row = { fault, tried: 0, held: 0 };
  const notes: string[] = [];
  const ranges = new Map<string, { least: number; most: number }>();
  afterAll(() => {
    const measured = [...ranges].map(([what, { least, most }]) => `${what} ${least} to ${most}`);
    mkdirSync(REPORTS, { recursive: true });
    const name = fault
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 80);
    writeFileSync(join(REPORTS, `${name}.json`), JSON.stringify({ ...row, notes: [...measured, ...notes] }));
  });
  return {
    async hold(act) {
      row.tried += 1;
      const result = await strikingAll(act);
      row.held += 1;
      return result;
    },
    count(held) {
      row.tried += 1;
      row.held += held ? 1 : 0;
    },
    measure(what, value) {
      const known = ranges.get(what) ?? { least: value, most: value };
      ranges.set(what, { least: Math.min(known.least, value), most: Math.max(known.most, value) });
    },
    note: (text) => void notes.push(text),
  };
}
