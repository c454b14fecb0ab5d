import * as z from 'zod/mini';

const Env = z.object({
  WEIGHTLESS_TABLE: z.string().check(z.minLength(1)),
  WEIGHTLESS_EVENT_BUS: z.string().check(z.minLength(1)),
});

export type GuardEnv = { readonly table: string; readonly eventBus: string };

/** Reads the function's environment; throws with every variable that is missing. */
export function readGuardEnv(variables: Readonly<Record<string, string | undefined>>): GuardEnv {
  const env = Env.safeParse(variables);
  if (!env.success)
    throw new Error(`The environment of the guard function is incomplete:\n${z.prettifyError(env.error)}`);
  return { table: env.data.WEIGHTLESS_TABLE, eventBus: env.data.WEIGHTLESS_EVENT_BUS };
}
