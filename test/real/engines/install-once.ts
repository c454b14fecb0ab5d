import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Fills `target` by `install` unless it is there already. The work is done beside it and moved into place at the end,
 * so that an interrupted installation is never taken for a finished one. Says whether there was anything to do.
 */
export async function installOnce(target: string, install: (into: string) => Promise<void>): Promise<boolean> {
  if (existsSync(target)) return false;
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}.part-`);
  try {
    await install(work);
    await rename(work, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return true;
}
