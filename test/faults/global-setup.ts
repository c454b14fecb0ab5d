import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunctions } from '#infra/build/bundle.ts';
import { REPORTS, Row } from './world/tally.ts';

export const FAULT_BUNDLES = '.cache/faults/dist';

/** Bundles the functions as they are deployed; after the run it tells what was tried, and what held. */
export async function setup(): Promise<() => Promise<void>> {
  await rm(REPORTS, { recursive: true, force: true });
  await bundleFunctions(FAULT_BUNDLES);
  return async () => {
    const rows = await readRows();
    if (rows.length === 0) return;
    const text = tableOf(rows);
    await writeFile(`${REPORTS}.txt`, `${text}\n`);
    console.log(`\n${text}`);
  };
}

async function readRows(): Promise<Row[]> {
  const files = await readdir(REPORTS).catch(() => []);
  const texts = await Promise.all(files.sort().map((file) => readFile(join(REPORTS, file), 'utf8')));
  return texts.map((text) => Row.parse(JSON.parse(text)));
}

function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ fault }) => fault.length));
  const lines = rows.flatMap(({ fault, tried, held, notes }) => [
    `${fault.padEnd(width)}  ${String(tried).padStart(6)}  ${String(held).padStart(6)}`,
    ...notes.map((note) => `    ${note}`),
  ]);
  const [tried, held] = [rows.reduce((sum, row) => sum + row.tried, 0), rows.reduce((sum, row) => sum + row.held, 0)];
  return [
    `${'fault'.padEnd(width)}   tried    held`,
    ...lines,
    `${'all'.padEnd(width)}  ${String(tried).padStart(6)}  ${String(held).padStart(6)}`,
  ].join('\n');
}
