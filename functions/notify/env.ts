import * as z from 'zod/mini';

const EnvSchema = z.object({
  /** Of the deployment; a part of the source of every event that is sent. */
  WEIGHTLESS_STAGE: z.string().check(z.minLength(1)),
});

export type NotifyEnv = { readonly stage: string };

/** Reads the function's environment; throws with every variable that is missing. */
export function readNotifyEnv(variables: Readonly<Record<string, string | undefined>>): NotifyEnv {
  const env = EnvSchema.safeParse(variables);
  if (!env.success) {
    throw new Error(`The environment of the notify function is incomplete:\n${z.prettifyError(env.error)}`);
  }
  return { stage: env.data.WEIGHTLESS_STAGE };
}
