import * as z from 'zod/mini';
import { readVariables } from '#shared/runtime/read-variables.ts';

const EnvSchema = z.object({
  /** Of the deployment; a part of the source of every event that is sent. */
  WEIGHTLESS_STAGE: z.string().check(z.minLength(1)),
});

export type NotifyEnv = { readonly stage: string };

/** Reads the function's environment; throws with every variable that is missing. */
export function readNotifyEnv(variables: Readonly<Record<string, string | undefined>>): NotifyEnv {
  return { stage: readVariables(EnvSchema, variables, 'the notify function').WEIGHTLESS_STAGE };
}
