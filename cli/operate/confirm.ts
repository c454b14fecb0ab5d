import { createInterface } from 'node:readline/promises';
import { CliError } from '#cli/cli-error.ts';
import type { OperateValues } from './operate-options.ts';

/** Why it is done: given, or asked on a terminal; a dry run records nothing. @throws CliError where there is none. */
export async function reasonOf(values: OperateValues): Promise<string> {
  const { reason } = values;
  if (typeof reason === 'string' && reason.trim() !== '') return reason;
  if (values['dry-run']) return 'dry run';
  if (!isTerminal()) throw new CliError('Say --reason TEXT. Try --help');
  const answer = await ask('Why? It is recorded: ');
  if (answer === '') throw new CliError('Nothing was done: say why');
  return answer;
}

/** Nobody is asked where nobody sits: then --yes says it. @throws CliError where it is missing, or the answer is no. */
export async function confirm(question: string, { yes }: OperateValues): Promise<void> {
  if (yes) return;
  if (!isTerminal())
    throw new CliError('There is no terminal to ask on: add --yes to do it, or --dry-run to see what it would do');
  if (!/^y(es)?$/i.test(await ask(`${question} [y/N] `))) throw new CliError('Nothing was done');
}

export function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

async function ask(question: string): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await asking.question(question)).trim();
  } finally {
    asking.close();
  }
}
