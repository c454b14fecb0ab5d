import * as z from 'zod';
import { historyEntrySchema } from '#shared/contracts/history.ts';
import { historyWords, isRestored, sinceThen } from '#shared/domain/history-words.ts';
import { plain } from './align-table.ts';
import { commandLines, ResidualSchema, residualLines, WeightsSchema, weightLines } from './describe-parts.ts';
import { paintOutcome } from './paint.ts';
import { seconds } from './seconds.ts';

const Known = historyEntrySchema(z.string());
/** One of a kind that a newer service tells of is printed as it is. */
const Entry = z.looseObject({ kind: z.string(), at: z.string() });
type Entry = z.infer<typeof Entry>;
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
  const toZero = sla.alertToZeroMs === undefined ? 'not at zero' : `${seconds(sla.alertToZeroMs)} to zero`;
  const facts: readonly (readonly [string, string])[] = [
    ['id', record.rollbackId],
    ['cluster', record.cluster],
    ['canary', record.canary],
    ['objects', record.virtualServices.join(', ')],
    ['asked by', why],
    ['SLA', `${sla.count}: ${toZero}, target ${seconds(sla.targetMs)}`],
    ...Object.entries(timeline),
    ...history.map((entry): [string, string] => [entry.kind, `${entry.at}  ${wordsOf(entry)}`]),
  ];
  return [
    paintOutcome(reason ? `${outcome}: ${reason}` : outcome, outcome),
    ...sinceLines(history),
    plain(record.message),
    ...facts.map(([name, value]) => `${name.padEnd(16)} ${plain(value)}`),
    ...weightLines(record.weights),
    ...(isRestored(history) ? [RESTORED] : residualLines(record.residual)),
    ...commandLines(record.commands),
    '',
  ].join('\n');
}

const RESTORED =
  'What reached it before the rollback does again, as far as it still stands: its weights were brought back.';

/** Before the record's own words, which tell how the rollback left the canary. */
function sinceLines(history: readonly Entry[]): string[] {
  const last = sinceThen(history);
  return last ? [plain(`Since then: ${wordsOf(last)}, at ${last.at}`)] : [];
}

function wordsOf({ kind, at, ...more }: Entry): string {
  const known = Known.safeParse({ kind, at, ...more });
  if (known.success) return historyWords(known.data);
  return Object.entries(more)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
