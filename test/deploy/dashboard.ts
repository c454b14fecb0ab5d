import * as z from 'zod';
import type { Template } from './template.ts';

export type NamedMetric = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
};

const Body = z.object({
  widgets: z.array(z.object({ properties: z.object({ metrics: z.array(z.array(z.unknown())) }) })),
});

/** What the dashboard draws: each `[namespace, name, dimension, value, …]`, with options as an object behind. */
export function drawnMetrics(template: Template): NamedMetric[] {
  const text = template.resource('Dashboard').Properties['DashboardBody']['Fn::Sub'];
  return Body.parse(JSON.parse(text))
    .widgets.flatMap(({ properties }) => properties.metrics)
    .map((metric) => metric.filter((part) => typeof part === 'string'))
    .map(([namespace = '', name = '', ...rest]) => ({
      namespace,
      name,
      dimensions: Object.fromEntries(
        rest.flatMap((part, place) => (place % 2 === 0 ? [[part, rest[place + 1] ?? '']] : [])),
      ),
    }));
}
