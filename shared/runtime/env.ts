import * as z from 'zod/mini';

const EnvSchema = z.object({
  /** The DynamoDB table of rollbacks, targets and outbox. */
  WEIGHTLESS_TABLE: z.string().check(z.minLength(1)),
});

export type FunctionEnv = { readonly table: string };

/** The environment of the functions that read the table; throws with every variable that is missing. */
export function readFunctionEnv(variables: Readonly<Record<string, string | undefined>>): FunctionEnv {
  const env = EnvSchema.safeParse(variables);
  if (!env.success) throw new Error(`The environment of the function is incomplete:\n${z.prettifyError(env.error)}`);
  return { table: env.data.WEIGHTLESS_TABLE };
}
