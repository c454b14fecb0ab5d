import * as z from 'zod';
import { alignTable, plain } from './align-table.ts';

const Share = z.object({ to: z.string(), weight: z.number() });
export const WeightsSchema = z.object({
  virtualService: z.string(),
  route: z.string(),
  before: z.array(Share),
  after: z.array(Share),
});
export const ResidualSchema = z.union([z.array(z.looseObject({ what: z.string() })), z.literal('unknown')]);
export const CommandsSchema = z.array(z.object({ does: z.string(), run: z.string() }));

/** Each destination with its weight before and after. */
export function weightLines(weights: readonly z.infer<typeof WeightsSchema>[]): string[] {
  const rows = weights.flatMap(({ virtualService, route, before, after }) =>
    after.map(({ to, weight }, index) => {
      const was = before[index];
      const what = was && was.to !== to ? `${was.to} -> ${to}` : to;
      return [`${virtualService} ${route}`, what, String(was?.weight ?? ''), String(weight)];
    }),
  );
  return rows.length === 0 ? [] : alignTable(['ROUTE', 'DESTINATION', 'BEFORE', 'AFTER'], rows);
}

/** What can still reach the canary. */
export function residualLines(residual: z.infer<typeof ResidualSchema>): string[] {
  if (residual === 'unknown') return ['What can still reach the canary is not known: the cluster could not be asked.'];
  return residual.map(({ what }) => `Still reaches it: ${plain(what)}`);
}

/** Commands for a person: a line each of what it does, and the command as it is to be run. */
export function commandLines(commands: z.infer<typeof CommandsSchema>): string[] {
  return commands.flatMap(({ does, run }) => [`To ${plain(does)}:`, `  ${plain(run)}`]);
}
