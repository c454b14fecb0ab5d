import { writeFile } from 'node:fs/promises';
import { eventTypeOf, httpStatusOf, OUTCOMES, pages, REASONS, slaCountOf } from '#shared/domain/outcome.ts';

export const OUTCOMES_PAGE = 'docs/outcomes.md';

/** The page of all outcomes and reasons, from the list that answers, records and events use. */
export function outcomesPage(): string {
  const reasons = Object.entries(REASONS).map(([reason, { outcome, recorded, means }]) => ({
    reason,
    outcome,
    recorded,
    means,
  }));
  const rows = OUTCOMES.toReversed().flatMap((outcome) => reasons.filter((one) => one.outcome === outcome).map(row));
  const done = {
    reason: undefined,
    outcome: 'rolled-back',
    recorded: true,
    means: 'The canary was taken to zero for this firing.',
  } as const;
  return `# Outcomes and reasons

Written by \`npm run docs\` from \`shared/domain/outcome.ts\`; a test says when it is stale. From best to worst known: a
record's outcome may only move up. Only 503 makes Alertmanager send an alert again.

| outcome | reason | what it means | answer | recorded | event | pages | SLA |
| --- | --- | --- | --- | --- | --- | --- | --- |
${[row(done), ...rows].join('\n')}
`;
}

type Row = {
  readonly reason: string | undefined;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly recorded: boolean;
  readonly means: string;
};

function row({ reason, outcome, recorded, means }: Row): string {
  const decided = { outcome, ...(reason === undefined ? {} : { reason: reason as keyof typeof REASONS }) };
  const event = recorded ? (eventTypeOf(outcome) ?? 'none yet') : 'none';
  const cells = [
    outcome,
    reason ?? '',
    means,
    httpStatusOf(outcome),
    recorded ? 'yes' : 'no',
    event,
    pages(decided) ? 'yes' : 'no',
    recorded ? slaCountOf(decided) : 'not-counted',
  ];
  return `| ${cells.join(' | ')} |`;
}

if (import.meta.main) await writeFile(OUTCOMES_PAGE, outcomesPage());
