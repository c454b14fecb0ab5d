import * as z from 'zod/mini';
import { readVariables } from '#shared/runtime/read-variables.ts';

const Env = z.object({
  WEIGHTLESS_TABLE: z.string().check(z.minLength(1)),
  WEIGHTLESS_EVENT_BUS: z.string().check(z.minLength(1)),
  /** The URL of the queue for what can never be sent. */
  WEIGHTLESS_DEAD_LETTERS: z.string().check(z.minLength(1)),
});

export type PublishEnv = { readonly table: string; readonly eventBus: string; readonly deadLetters: string };

/** Reads the function's environment; throws with every variable that is missing. */
export function readPublishEnv(variables: Readonly<Record<string, string | undefined>>): PublishEnv {
  const env = readVariables(Env, variables, 'the publish function');
  return {
    table: env.WEIGHTLESS_TABLE,
    eventBus: env.WEIGHTLESS_EVENT_BUS,
    deadLetters: env.WEIGHTLESS_DEAD_LETTERS,
  };
}
