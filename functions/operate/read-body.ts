import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import { parseJson } from '#shared/contracts/parse-json.ts';
import { bodyBytes, bodyText, type HttpResponse, header, problem } from '#shared/runtime/http.ts';

const MAX_BYTES = 16 * 1024;

export type Body<T> =
  | { readonly kind: 'read'; readonly body: T }
  | { readonly kind: 'rejected'; readonly response: HttpResponse };

/** The request's JSON as the schema has it, or the 4xx that names every problem in it. */
export function readBody<T>(event: APIGatewayProxyEventV2, schema: z.ZodMiniType<T>): Body<T> {
  // A page of another origin can send what else there is without being asked, with the password that a browser keeps.
  const type = header(event, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return rejected(415, 'Send Content-Type: application/json');
  if (bodyBytes(event) > MAX_BYTES) return rejected(413, `The body is over ${MAX_BYTES / 1024} KB`);
  const json = parseJson(bodyText(event));
  if (json === undefined) return rejected(400, 'The body is no JSON');
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'read', body: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const words = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  return rejected(400, `The body is not what is asked for here: ${words.slice(0, 1000)}`, { problems });
}

function rejected(status: number, words: string, more = {}): Body<never> {
  return { kind: 'rejected', response: problem(status, words, more) };
}
