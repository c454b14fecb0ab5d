import ajv from 'ajv-draft-04';
import { openApiText } from '#infra/openapi/open-api.ts';
import type { HttpResponse } from '#shared/runtime/http.ts';

type Json = { readonly [key: string]: unknown };
type Response = { readonly content?: Readonly<Record<string, { readonly schema: Json }>> };
type Operation = {
  readonly 'x-scopes'?: readonly string[];
  readonly security: readonly Json[];
  readonly responses: Readonly<Record<string, Response>>;
};

/** What the document says of one operation. */
export type Documented = { readonly method: string; readonly path: string } & Operation;

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Json;
};
const document: Document = JSON.parse(openApiText());

export const DOCUMENTED: readonly Documented[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, told]) => ({ method: method.toUpperCase(), path, ...told })),
);

/** The operation that a request is, if the document has it: `{id}` is one part of a path, `{hold+}` at least one. */
export function documentedFor(method: string, path: string): Documented | undefined {
  const fits = (one: Documented) => one.method === method && patternOf(one.path).test(path);
  return DOCUMENTED.filter(fits).sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
}

function patternOf(path: string): RegExp {
  const pattern = path
    .replaceAll('.', '\\.')
    .replaceAll(/\{\w+\}/g, '[^/]+')
    .replaceAll(/\{\w+\+\}/g, '.+');
  return new RegExp(`^${pattern}$`);
}

/** How an answer is another than the document says: also by a field that the document does not have. */
export function undocumentedIn(method: string, path: string, answer: HttpResponse): string[] {
  const operation = documentedFor(method, path);
  // A function that is asked what is another's: the gateway has no such route for it.
  if (!operation || answer.statusCode === 405) return [];
  const where = `${method} ${operation.path} ${answer.statusCode}`;
  const response = operation.responses[String(answer.statusCode)];
  if (!response) return [`${where}: the document has no such status`];
  const type = String(answer.headers?.['content-type']).split(';')[0] ?? '';
  const schema = response.content?.[type]?.schema;
  if (!schema) return [`${where}: the document has no ${type}`];
  if (type !== 'application/json') return [];
  const validate = validatorOf(schema);
  validate(JSON.parse(answer.body ?? ''));
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${where}: ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** @throws Error where an answer is another than the document says. */
export function assertDocumented(method: string, path: string, answer: HttpResponse): void {
  const found = undocumentedIn(method, path, answer);
  if (found.length > 0) throw new Error(`An answer is another than /openapi.json says: ${found.join('; ')}`);
}

const compiled = new WeakMap<Json, ReturnType<typeof compile>>();

function validatorOf(schema: Json) {
  const known = compiled.get(schema) ?? compile(schema);
  compiled.set(schema, known);
  return known;
}

function compile(schema: Json) {
  const { components } = document;
  // What OpenAPI 3.0 has beside JSON Schema, and formats, which the patterns stand for.
  const options = { strict: false, validateFormats: false, allErrors: true };
  return new ajv.default(options).compile(closed({ ...schema, components }) as Json);
}

/** No object holds what is not named, unless its schema says that it does. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inside = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in inside && !('additionalProperties' in inside)
    ? { ...inside, additionalProperties: false }
    : inside;
}
