import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type DASHBOARDS, dashboardFile, dashboardText } from '#infra/grafana/write-dashboards.ts';

const NAMES = ['cloudwatch.json', 'prometheus.json'] as const;
const TargetSchema = z.object({
  refId: z.string(),
  namespace: z.optional(z.string()),
  metricName: z.optional(z.string()),
  dimensions: z.optional(z.record(z.string(), z.string())),
});
const DashboardSchema = z.object({
  templating: z.object({ list: z.array(z.object({ name: z.string() })) }),
  panels: z.array(
    z.object({
      id: z.number(),
      type: z.string(),
      title: z.string(),
      description: z.optional(z.string()),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.optional(z.array(TargetSchema)),
    }),
  ),
});

function panelsOf(name: keyof typeof DASHBOARDS) {
  return DashboardSchema.parse(JSON.parse(dashboardText(name))).panels;
}

/** The source of what runs: functions and all that they share. */
async function source(): Promise<string> {
  const files = await Promise.all(
    ['functions', 'shared'].map((folder) => readdir(folder, { recursive: true, withFileTypes: true })),
  );
  const code = files.flat().filter(({ name }) => name.endsWith('.ts') && name !== 'telemetry.ts');
  return (await Promise.all(code.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')))).join('\n');
}

describe.each(NAMES)('the Grafana dashboard %s', (name) => {
  it('is what `npm run dashboards` writes', async () => {
    expect(await readFile(dashboardFile(name), 'utf8')).toBe(dashboardText(name));
  });

  it('lays its panels beside and below each other, none over another', () => {
    const panels = panelsOf(name);

    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('says of each panel what it is for', () => {
    const silent = panelsOf(name).filter(({ type, description }) => type !== 'row' && (description?.length ?? 0) < 15);

    expect(silent).toEqual([]);
  });

  it('asks for no variable that it does not have', () => {
    const text = dashboardText(name);
    const known = DashboardSchema.parse(JSON.parse(text)).templating.list.map((variable) => variable.name);

    const used = [...text.matchAll(/\$\{?([a-z]\w*)/g)].map(([, variable]) => variable);
    expect(used.filter((variable) => !known.includes(variable ?? ''))).toEqual([]);
  });
});

describe('the dashboard of CloudWatch', () => {
  const targets = panelsOf('cloudwatch.json').flatMap((panel) => panel.targets ?? []);
  const ours = targets.filter(({ namespace }) => namespace === 'Weightless');

  it('shows metrics that the code counts or measures, or the gateway’s filter', async () => {
    const code = await source();
    const gateway = await readFile('infra/aws/gateway.yml', 'utf8');

    const counted = (metric: string) => code.includes(`'${metric}'`);
    const unknown = ours.filter(
      ({ metricName = '' }) => !counted(metricName) && !gateway.includes(`MetricName: ${metricName}\n`),
    );
    expect(unknown).toEqual([]);
  });

  it('shows every metric that the code knows', async () => {
    const names = (await readFile('shared/ports/telemetry.ts', 'utf8')).matchAll(/\| '(\w+)'|= '(\w+)' \|/g);

    const shown = new Set(ours.map(({ metricName }) => metricName));
    expect([...names].map(([, a, b]) => a ?? b).filter((metric) => !shown.has(metric))).toEqual([]);
  });

  it('asks by exactly the dimensions that the meter gives: with another set CloudWatch finds nothing', () => {
    const sets = ours.map(({ metricName, dimensions = {} }) => [
      metricName === 'RollbackOutcome',
      Object.keys(dimensions),
    ]);

    expect(sets).toEqual(sets.map(([outcome]) => [outcome, ['service', 'stage', ...(outcome ? ['outcome'] : [])]]));
  });

  it('asks for functions that there are', async () => {
    const folders = await readdir('functions');

    const asked = targets.flatMap(({ dimensions }) => dimensions?.['FunctionName'] ?? []);
    expect(asked.filter((name) => !folders.includes(name.replace('weightless-$stage-', '')))).toEqual([]);
    expect(new Set(asked).size).toBe(folders.length);
  });
});
