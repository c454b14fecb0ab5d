import { join } from 'node:path';
import { installStamped } from './install-stamped.ts';
import { printEngineLine } from './print-engine-line.ts';
import { runRequiredTool } from './run-required-tool.ts';

/**
 * The oldest and the newest Alertmanager of our range that we can run. 0.31.1 is the newest whose Go module holds its
 * web assets; amtool has none and can be newer. Debian's 0.25 is not used: it starts only if its templates are in /usr.
 */
const tools = [
  { directory: '0.25', tool: 'alertmanager', version: 'v0.25.0' },
  { directory: 'amtool-0.25', tool: 'amtool', version: 'v0.25.0' },
  { directory: '0.31', tool: 'alertmanager', version: 'v0.31.1' },
  { directory: 'amtool-0.34', tool: 'amtool', version: 'v0.34.2' },
];

/**
 * Builds two Alertmanagers and amtool for each into `<cacheDir>/alertmanager`. The webhook's body differs between the
 * two, and 0.25 knows no `timeout` of a webhook.
 */
export async function setUpAlertmanager(cacheDir: string): Promise<void> {
  const startedAt = Date.now();
  const made: string[] = [];
  // One after the other: each uses all cores.
  for (const { directory, tool, version } of tools) {
    const module = `github.com/prometheus/alertmanager/cmd/${tool}@${version}`;
    const target = join(cacheDir, 'alertmanager', directory);
    if (await installStamped(target, [module], (into) => buildTool(module, into))) made.push(`${tool} ${version}`);
  }
  printEngineLine('alertmanager', made.length > 0 ? `built ${made.join(', ')}` : '0.25 and 0.31 were there', startedAt);
}

async function buildTool(module: string, into: string): Promise<void> {
  await runRequiredTool('go', ['install', module], { env: { ...process.env, GOBIN: into } });
}
