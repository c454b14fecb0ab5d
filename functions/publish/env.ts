import * as z from 'zod/mini';

const Env = z.object({
  WEIGHTLESS_TABLE: z.string().check(z.minLength(1)),
  WEIGHTLESS_EVENT_BUS: z.string().check(z.minLength(1)),
  /** The URL of the queue for what can never be sent. */
  WEIGHTLESS_DEAD_LETTERS: z.string().check(z.minLength(1)),
});

export type PublishEnv = { readonly table: string; readonly eventBus: string; readonly deadLetters: string };

/** Reads the function's environment; throws with every variable that is missing. */
export function readPublishEnv(variables: Readonly<Record<string, string | undefined>>): PublishEnv {
  const env = Env.safeParse(variables);
  if (!env.success) {
    throw new Error(`The environment of the publish function is incomplete:\n${z.prettifyError(env.error)}`);
  }
  const { WEIGHTLESS_TABLE: table, WEIGHTLESS_EVENT_BUS: eventBus, WEIGHTLESS_DEAD_LETTERS: deadLetters } = env.data;
  return { table, eventBus, deadLetters };
}
