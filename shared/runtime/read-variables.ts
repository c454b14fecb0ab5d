import * as z from 'zod/mini';

/** What a schema takes of the environment; throws with every variable that is missing. */
export function readVariables<S extends z.ZodMiniObject>(
  schema: S,
  variables: Readonly<Record<string, string | undefined>>,
  whose: string,
): z.output<S> {
  const env = z.safeParse(schema, variables);
  if (!env.success) throw new Error(`The environment of ${whose} is incomplete:\n${z.prettifyError(env.error)}`);
  return env.data;
}
