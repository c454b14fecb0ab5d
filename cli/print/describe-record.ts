import * as z from 'zod';
import { plain } from './align-table.ts';
import { commandLines, ResidualSchema, residualLines, WeightsSchema, weightLines } from './describe-parts.ts';
import { paintOutcome } from './paint.ts';

const Entry = z.looseObject({ kind: z.string(), at: z.union([z.string(), z.number()]) });
const Record = z.looseObject({
  rollbackId: z.string(),
  cluster: z.string(),
  canary: z.string(),
  virtualServices: z.array(z.string()),
  outcome: z.string(),
  reason: z.string().optional(),
  message: z.string(),
  commands: z.array(z.object({ does: z.string(), run: z.string() })),
  alert: z.looseObject({ name: z.string(), fingerprint: z.string() }),
  requestedBy: z.object({ name: z.string(), reason: z.string() }).optional(),
  weights: z.array(WeightsSchema),
  residual: ResidualSchema,
  timeline: z.record(z.string(), z.string()),
  sla: z.looseObject({ targetMs: z.number(), alertToZeroMs: z.number().optional(), count: z.string() }),
  history: z.array(Entry).optional(),
});
const Answer = z.union([z.looseObject({ rollback: Record }).transform(({ rollback }) => rollback), Record]);

/** One rollback as a person reads it. */
export function describeRecord(answer: unknown): string {
  const record = Answer.parse(answer);
  const { outcome, reason, requestedBy, timeline, sla, history = [] } = record;
  const why = requestedBy
    ? `by hand: ${requestedBy.name}, ${requestedBy.reason}`
    : `${record.alert.name} ${record.alert.fingerprint}`;
  const toZero = sla.alertToZeroMs === undefined ? 'not at zero' : `${(sla.alertToZeroMs / 1000).toFixed(1)} s to zero`;
  const facts: readonly (readonly [string, string])[] = [
    ['id', record.rollbackId],
    ['cluster', record.cluster],
    ['canary', record.canary],
    ['objects', record.virtualServices.join(', ')],
    ['asked by', why],
    ['SLA', `${sla.count}: ${toZero}, target ${sla.targetMs / 1000} s`],
    ...Object.entries(timeline),
    ...history.map(({ kind, at, ...more }): [string, string] => [kind, historyWords(at, more)]),
  ];
  return [
    paintOutcome(reason ? `${outcome}: ${reason}` : outcome, outcome),
    plain(record.message),
    ...facts.map(([name, value]) => `${name.padEnd(16)} ${plain(value)}`),
    ...weightLines(record.weights),
    ...residualLines(record.residual),
    ...commandLines(record.commands),
    '',
  ].join('\n');
}

function historyWords(at: string | number, more: Readonly<Record<string, unknown>>): string {
  const time = typeof at === 'number' ? new Date(at).toISOString() : at;
  const rest = Object.entries(more).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [time, ...rest].join(', ');
}
