import { setTimeout as sleep } from 'node:timers/promises';
import { ApiProblem } from '#cli/api/api-problem.ts';
import { CliError, EXIT } from '#cli/cli-error.ts';
import { plainLines } from '#cli/print/align-table.ts';
import { confirm, isTerminal } from './confirm.ts';
import { commandsIn, describeDryRun } from './describe.ts';
import type { OperateValues } from './operate-options.ts';
import { ownWords } from './own-words.ts';

export type Operation = {
  /** The same once more is the same operation. */
  readonly send: (dryRun: boolean) => Promise<unknown>;
  readonly values: OperateValues;
  /** Asked on a terminal, below what the operation would do. */
  readonly question: string;
  readonly describe: (answer: unknown) => string;
};

const TRIES = 3;
const PAUSE_MS = 1000;

/**
 * Shows, asks, does and tells. On a terminal what would be done is shown before the question. What can be mended by the
 * same request is sent again; a problem is told with its commands, on stderr, and with --json whole on stdout.
 */
export async function runOperation({ send, values, question, describe }: Operation): Promise<void> {
  try {
    if (values['dry-run']) return print(await retried(() => send(true)), describeDryRun, values);
    if (!values['yes'] && isTerminal())
      process.stdout.write(plainLines(describeDryRun(await retried(() => send(true)))));
    await confirm(question, values);
    print(await retried(() => send(false)), describe, values);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (values['json']) process.stdout.write(`${JSON.stringify(error.body ?? { error: error.message }, null, 2)}\n`);
    process.stderr.write(plainLines(`weightless: ${ownWords(error.message)}\n${commandsIn(error.body)}`));
    process.exitCode = error.exitCode;
  }
}

function print(answer: unknown, describe: (answer: unknown) => string, { json }: OperateValues): void {
  process.stdout.write(json ? `${JSON.stringify(answer, null, 2)}\n` : plainLines(describe(answer)));
}

async function retried(send: () => Promise<unknown>): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== EXIT.retry || tries >= TRIES) throw error;
      await sleep(PAUSE_MS * tries);
    }
  }
}
