import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runTool } from './run-tool.ts';

/**
 * Copies some files out of a Debian package into `into`. The package is downloaded and unpacked, not installed: no root
 * is needed, no service is registered or started.
 */
export async function unpackDebianPackage(name: string, files: string[], into: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'weightless-deb-'));
  try {
    await download(name, work);
    const archive = (await readdir(work)).find((file) => file.endsWith('.deb'));
    if (!archive)
      throw new Error(`apt-get download ${name} said nothing and left no package: run it by hand to see why.`);
    const unpacked = await runTool('dpkg-deb', ['-x', archive, 'root'], { cwd: work });
    if (unpacked.code !== 0) throw new Error(`dpkg-deb could not unpack ${archive}: ${unpacked.output.trim()}`);
    await Promise.all(files.map((file) => copyFile(join(work, 'root', file), join(into, basename(file)))));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A fresh machine has no package lists yet, so a first failure is answered with one `apt-get update`. */
async function download(name: string, cwd: string): Promise<void> {
  const first = await aptGet(['download', name], cwd);
  if (first.code === 0) return;
  const update = await aptGet(['update'], cwd);
  const second = await aptGet(['download', name], cwd);
  if (second.code === 0) return;
  const why = `${update.code === 0 ? '' : update.output}${second.output}`.trim().split('\n').at(-1);
  throw new Error(
    `The Debian package ${name} could not be downloaded (${why}): run \`apt-get update\` as root and try again.`,
  );
}

async function aptGet(args: string[], cwd: string) {
  try {
    return await runTool('apt-get', args, { cwd });
  } catch (cause) {
    throw new Error('The command `apt-get` is not there: Prometheus for the tests comes from a package of Debian 12.', {
      cause,
    });
  }
}
