import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installStamped } from './install-stamped.ts';
import { ownKubectl } from './kubectl-path.ts';
import { printEngineLine } from './print-engine-line.ts';
import { runRequiredTool } from './run-required-tool.ts';

const moduleDir = fileURLToPath(new URL('./kubectl', import.meta.url));

/** Builds kubectl into `<cacheDir>/kubectl`, unless the machine has one. */
export async function setUpKubectl(cacheDir: string): Promise<void> {
  const startedAt = Date.now();
  const own = ownKubectl();
  if (own) {
    printEngineLine('kubectl', `not built, ${own} is there`, startedAt);
    return;
  }
  const goVersion = await runRequiredTool('go', ['env', 'GOVERSION'], { cwd: moduleDir });
  const sources = await Promise.all(['main.go', 'go.mod', 'go.sum'].map((name) => readFile(join(moduleDir, name))));
  const isNew = await installStamped(join(cacheDir, 'kubectl'), [goVersion, ...sources], async (into) => {
    const output = join(into, 'kubectl');
    await runRequiredTool('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', output, '.'], { cwd: moduleDir });
  });
  printEngineLine('kubectl', isNew ? 'built' : 'was there', startedAt);
}
