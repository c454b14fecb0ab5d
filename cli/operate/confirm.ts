import { createInterface } from 'node:readline/promises';
import { CliError } from '#cli/cli-error.ts';
import type { OperateValues } from './operate-options.ts';

/** Nobody is asked where nobody sits: then --yes says it. @throws CliError where it is missing, or the answer is no. */
export async function confirm(question: string, { yes }: OperateValues): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new CliError('There is no terminal to ask on: add --yes to do it, or --dry-run to see what it would do');
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await asking.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('Nothing was done');
  } finally {
    asking.close();
  }
}
