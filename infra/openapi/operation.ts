import * as z from 'zod';
import { CommandSchema, EVENT_DATA, ResidualSchema, WeightChangeSchema } from '#shared/contracts/events.ts';
import { ReasonSchema } from '#shared/contracts/reason.ts';
import { RollbackViewSchema } from '#shared/contracts/rollback-view.ts';
import type { TokenSettings } from '#shared/contracts/settings.ts';

export type Json = Readonly<Record<string, unknown>>;

export const text = { type: 'string' };
export const json = (schema: Json): Json => ({ 'application/json': { schema } });

/** What stands in many answers; once in the document, as the report function carries it. */
const NAMED: ReadonlyMap<z.core.$ZodType, string> = new Map<z.core.$ZodType, string>([
  [CommandSchema, 'Command'],
  [ReasonSchema, 'Reason'],
  [ResidualSchema, 'Residual'],
  [EVENT_DATA.RollbackSlaBreached, 'RollbackData'],
  [RollbackViewSchema, 'Rollback'],
  [WeightChangeSchema, 'WeightChange'],
]);

export const refTo = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** The schema in JSON, with a reference to each schema in it that has a name. */
export function schemaOf(schema: z.core.$ZodType): Json {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override({ zodSchema, jsonSchema, path }) {
      const name = NAMED.get(zodSchema);
      if (name === undefined || path.length === 0) return;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      Object.assign(jsonSchema, refTo(name));
    },
  });
}

export function namedSchemas(): Readonly<Record<string, Json>> {
  return Object.fromEntries([...NAMED].map(([schema, name]) => [name, schemaOf(schema)]));
}

const problem = refTo('Problem');

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is not what is asked for here; the error says what is.',
  401: 'No token that the settings know.',
  403: "The token's scope does not allow it.",
  404: 'There is none.',
  409: 'It cannot be done as things are; the error says why.',
  413: 'The body is too large.',
  415: 'The Content-Type is another than application/json.',
  422: 'The Idempotency-Key was used for another request.',
  503: 'It cannot be told or done now; the same once more may do it.',
};

export type Operation = {
  readonly does: string;
  /** Those of which a token must have one; none where no token is asked for. */
  readonly scopes: readonly TokenSettings['scope'][];
  readonly answers: Json;
  readonly problems: readonly number[];
  /** What a problem says beside its error, where that is documented. */
  readonly says?: Readonly<Record<number, Json>>;
  readonly parameters?: readonly Json[];
  readonly body?: Json;
};

/** One operation of the document: each status that we answer with, and what it says. */
export function operation({ does, scopes, answers, problems, says = {}, parameters = [], body }: Operation): Json {
  const statuses = scopes.length > 0 ? [401, 403, ...problems] : problems;
  const told = statuses.map((status) => {
    const schema = says[status] ? { anyOf: [says[status], problem] } : problem;
    return [status, { description: MEANINGS[status], content: json(schema) }];
  });
  return {
    summary: does,
    ...(scopes.length > 0
      ? {
          description: `Scope ${scopes.join(' or ')}.`,
          security: [{ bearer: [] }, { basic: [] }],
          // OpenAPI 3.0 has scopes for OAuth2 alone.
          'x-scopes': scopes,
        }
      : { security: [] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: json(body) } } : {}),
    responses: {
      200: { description: 'Done.', content: answers },
      ...Object.fromEntries(told),
      default: { $ref: '#/components/responses/Gateway' },
    },
  };
}

/** What API Gateway answers before we are asked, or where we are not to be had: of any status. */
export const GATEWAY = {
  description:
    'Of the gateway itself: 404 where there is no such route, 429 over its limits, 5xx where nobody answers.',
  content: json({ type: 'object', properties: { message: text } }),
};
