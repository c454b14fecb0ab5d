import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

const EnvSchema = z.object({
  /** The DynamoDB table of rollbacks, targets and outbox. */
  WEIGHTLESS_TABLE: z.string().check(z.minLength(1)),
  /** The settings as JSON, or the file that holds them. */
  WEIGHTLESS_SETTINGS: z.optional(z.string()),
  WEIGHTLESS_SETTINGS_FILE: z.optional(z.string()),
});

export type FunctionEnv = { readonly table: string; readonly settings: () => string };

/** The environment of the functions that read settings; throws with every variable that is missing. */
export function readFunctionEnv(variables: Readonly<Record<string, string | undefined>>): FunctionEnv {
  const env = EnvSchema.safeParse(variables);
  if (!env.success) throw new Error(`The environment of the function is incomplete:\n${z.prettifyError(env.error)}`);
  const {
    WEIGHTLESS_TABLE: table,
    WEIGHTLESS_SETTINGS: text,
    WEIGHTLESS_SETTINGS_FILE: file = 'settings.json',
  } = env.data;
  return { table, settings: () => text ?? readFileSync(file, 'utf8') };
}
