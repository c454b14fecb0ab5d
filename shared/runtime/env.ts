import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

const EnvSchema = z.object({
  /** The DynamoDB table of rollbacks, targets and outbox. */
  WEIGHTLESS_TABLE: z.string(),
  /** The settings as JSON, or the file that holds them. */
  WEIGHTLESS_SETTINGS: z.optional(z.string()),
  WEIGHTLESS_SETTINGS_FILE: z.optional(z.string()),
});

export type FunctionEnv = { readonly table: string; readonly settings: () => string };

/** @throws ZodError where a variable is missing. */
export function readEnv(environment: NodeJS.ProcessEnv): FunctionEnv {
  const env = EnvSchema.parse(environment);
  return {
    table: env.WEIGHTLESS_TABLE,
    settings: () => env.WEIGHTLESS_SETTINGS ?? readFileSync(env.WEIGHTLESS_SETTINGS_FILE ?? 'settings.json', 'utf8'),
  };
}
