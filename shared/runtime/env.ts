import * as z from 'zod/mini';
import { readVariables } from './read-variables.ts';

const EnvSchema = z.object({
  /** The DynamoDB table of rollbacks, targets and outbox. */
  WEIGHTLESS_TABLE: z.string().check(z.minLength(1)),
});

export type FunctionEnv = { readonly table: string };

/** The environment of the functions that read the table; throws with every variable that is missing. */
export function readFunctionEnv(variables: Readonly<Record<string, string | undefined>>): FunctionEnv {
  return { table: readVariables(EnvSchema, variables, 'the function').WEIGHTLESS_TABLE };
}
