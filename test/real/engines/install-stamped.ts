import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce } from './install-once.ts';

const stampFile = 'stamp';

/** Like `installOnce`, and again whenever `inputs` (sources, versions) are others than those that `target` was made from. */
export async function installStamped(
  target: string,
  inputs: readonly (string | Buffer)[],
  install: (into: string) => Promise<void>,
): Promise<boolean> {
  const stamp = hash(inputs);
  const madeFrom = await readFile(join(target, stampFile), 'utf8').catch(() => 'nothing');
  if (madeFrom !== stamp) await rm(target, { recursive: true, force: true });
  return installOnce(target, async (into) => {
    await install(into);
    await writeFile(join(into, stampFile), stamp);
  });
}

/** Each input is hashed by itself first, so that moving a line from one file's end to the next one's start is a change. */
function hash(inputs: readonly (string | Buffer)[]): string {
  const all = createHash('sha256');
  for (const input of inputs) all.update(createHash('sha256').update(input).digest());
  return all.digest('hex');
}
