import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

export type FunctionZip = {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
};

/** What a function needs at run time: source maps stay outside. */
const PARTS = ['index.js', 'package.json'];

const UNIX = 3;
const FILE_MODE = 0o100644;

/** Zips a bundled function beside its folder. The same content gives the same bytes, whenever and wherever. */
export async function zipFunction(
  name: string,
  dist: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<FunctionZip> {
  const parts = await Promise.all(PARTS.map(async (part) => [part, await readFile(join(dist, name, part))] as const));
  const added = Object.entries(extra).map(([part, text]) => [part, Buffer.from(text)] as const);
  const entries = [...parts, ...added].sort(([a], [b]) => (a < b ? -1 : 1));
  // The first date that a zip can tell, as local time: that is how it is written, so that no time zone shows.
  const mtime = new Date(1980, 0, 1);
  const attrs = FILE_MODE << 16;
  const content: Zippable = Object.fromEntries(
    entries.map(([part, bytes]) => [part, [bytes, { level: 9, mtime, os: UNIX, attrs }]]),
  );
  const zip = zipSync(content);
  const file = join(dist, `${name}.zip`);
  await writeFile(file, zip);
  return { name, file, bytes: zip.length, sha256: createHash('sha256').update(zip).digest('hex') };
}
