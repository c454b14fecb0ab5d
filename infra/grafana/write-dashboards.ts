import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cloudwatchDashboard } from './cloudwatch-dashboard.ts';
import { prometheusDashboard } from './prometheus-dashboard.ts';

/** The dashboards as people import them, by file name. */
export const DASHBOARDS = { 'cloudwatch.json': cloudwatchDashboard, 'prometheus.json': prometheusDashboard } as const;

export function dashboardFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

export function dashboardText(name: keyof typeof DASHBOARDS): string {
  return `${JSON.stringify(DASHBOARDS[name](), null, 2)}\n`;
}

if (import.meta.main) {
  await writeFile(dashboardFile('cloudwatch.json'), dashboardText('cloudwatch.json'));
  await writeFile(dashboardFile('prometheus.json'), dashboardText('prometheus.json'));
}
