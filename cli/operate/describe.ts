import * as z from 'zod';
import { plain } from '#cli/print/align-table.ts';
import {
  CommandsSchema,
  commandLines,
  ResidualSchema,
  residualLines,
  WeightsSchema,
  weightLines,
} from '#cli/print/describe-parts.ts';

const Rollback = z.looseObject({
  rollbackId: z.string(),
  weights: z.array(WeightsSchema).default([]),
  residual: ResidualSchema.default([]),
});
const Result = z.looseObject({
  outcome: z.string(),
  message: z.string(),
  commands: CommandsSchema.default([]),
  weights: z.array(WeightsSchema).default([]),
  rollback: Rollback.optional(),
});
const RollbackAnswer = z.looseObject({ results: z.array(Result) });
const Patch = z.looseObject({
  virtualService: z.string(),
  patch: z.array(z.unknown()),
  weights: z.array(WeightsSchema).default([]),
});
const DryRun = z.looseObject({
  results: z.array(Result).default([]),
  message: z.string().optional(),
  patches: z.array(Patch),
});
const Said = z.looseObject({ message: z.string() });
const WithCommands = z.looseObject({ commands: CommandsSchema.default([]), results: z.array(Result).default([]) });

/** What a rollback came to. */
export function describeRollback(answer: unknown): string {
  const { results } = RollbackAnswer.parse(answer);
  const lines = results.flatMap(({ outcome, message, rollback }) => [
    `${outcome}: ${plain(message)}`,
    ...(rollback
      ? [`id ${rollback.rollbackId}`, ...weightLines(rollback.weights), ...residualLines(rollback.residual)]
      : []),
  ]);
  return [...lines, ''].join('\n');
}

export function describeMessage(answer: unknown): string {
  return `${plain(Said.parse(answer).message)}\n`;
}

/** What would be written: the weights as people compare them, and the patch itself. */
export function describeDryRun(answer: unknown): string {
  const { results, message: whole, patches } = DryRun.parse(answer);
  const said = [
    ...(whole === undefined ? [] : [plain(whole)]),
    ...results.flatMap(({ message, weights }) => [plain(message), ...weightLines(weights)]),
  ];
  const each = patches.flatMap(({ virtualService, patch, weights }) => [
    ...weightLines(weights),
    `The patch of ${virtualService}:`,
    JSON.stringify(patch, null, 2),
  ]);
  return ['A dry run: nothing was written.', ...said, ...each, ''].join('\n');
}

/** What a person can run instead. */
export function commandsIn(body: unknown): string {
  const parsed = WithCommands.safeParse(body);
  if (!parsed.success) return '';
  const { commands, results } = parsed.data;
  const lines = commandLines([...commands, ...results.flatMap((one) => one.commands)]);
  return lines.map((line) => `${line}\n`).join('');
}
