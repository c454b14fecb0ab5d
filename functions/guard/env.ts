import * as z from 'zod/mini';
import { readVariables } from '#shared/runtime/read-variables.ts';

const Env = z.object({
  WEIGHTLESS_TABLE: z.string().check(z.minLength(1)),
  WEIGHTLESS_EVENT_BUS: z.string().check(z.minLength(1)),
  /** Where the report is. */
  WEIGHTLESS_PAGE_URL: z.optional(z.string()),
});

export type GuardEnv = { readonly table: string; readonly eventBus: string; readonly pageUrl?: string | undefined };

/** Reads the function's environment; throws with every variable that is missing. */
export function readGuardEnv(variables: Readonly<Record<string, string | undefined>>): GuardEnv {
  const env = readVariables(Env, variables, 'the guard function');
  return { table: env.WEIGHTLESS_TABLE, eventBus: env.WEIGHTLESS_EVENT_BUS, pageUrl: env.WEIGHTLESS_PAGE_URL };
}
