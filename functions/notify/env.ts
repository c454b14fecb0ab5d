import * as z from 'zod/mini';
import { readVariables } from '#shared/runtime/read-variables.ts';

const present = z.string().check(z.minLength(1));
const EnvSchema = z.object({
  /** Of the deployment; a part of the source of every event that is sent. */
  WEIGHTLESS_STAGE: present,
  /** The DynamoDB table of rollbacks. */
  WEIGHTLESS_TABLE: present,
  /** The queue that calls the function. */
  WEIGHTLESS_QUEUE: present,
  WEIGHTLESS_DEAD_LETTERS: present,
  /** Where the report is. */
  WEIGHTLESS_PAGE_URL: z.optional(z.string()),
});

export type NotifyEnv = {
  readonly stage: string;
  readonly table: string;
  readonly queue: string;
  readonly deadLetters: string;
  readonly pageUrl?: string | undefined;
};

/** Reads the function's environment; throws with every variable that is missing. */
export function readNotifyEnv(variables: Readonly<Record<string, string | undefined>>): NotifyEnv {
  const env = readVariables(EnvSchema, variables, 'the notify function');
  return {
    stage: env.WEIGHTLESS_STAGE,
    table: env.WEIGHTLESS_TABLE,
    queue: env.WEIGHTLESS_QUEUE,
    deadLetters: env.WEIGHTLESS_DEAD_LETTERS,
    pageUrl: env.WEIGHTLESS_PAGE_URL,
  };
}
