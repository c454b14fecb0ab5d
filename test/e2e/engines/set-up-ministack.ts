import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installStamped } from '#test/real/engines/install-stamped.ts';
import { printEngineLine } from '#test/real/engines/print-engine-line.ts';
import { runRequiredTool } from '#test/real/engines/run-required-tool.ts';
import { runTool } from '#test/real/engines/run-tool.ts';

const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** Puts ministack, an emulator of AWS, into a Python environment of its own at `<cacheDir>/ministack`. */
export async function setUpMinistack(cacheDir: string): Promise<void> {
  const startedAt = Date.now();
  // An environment is of the Python that made it.
  const python = await runRequiredTool('python3', ['--version']);
  const inputs = [python, await readFile(requirements)];
  const isNew = await installStamped(join(cacheDir, 'ministack'), inputs, install);
  printEngineLine('ministack', isNew ? 'installed' : 'was there', startedAt);
}

/** By `python -m`, because the commands of an environment name the folder in which it was made, and this one is moved. */
async function install(into: string): Promise<void> {
  await runRequiredTool('python3', ['-m', 'venv', into]);
  const options = ['--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary', ':all:'];
  const pip = ['-m', 'pip', 'install', ...options, '--requirement', requirements];
  const { code, output } = await runTool(join(into, 'bin', 'python'), pip);
  if (code !== 0) throw new Error(`pip could not install what requirements.txt says:\n${output}`);
}
