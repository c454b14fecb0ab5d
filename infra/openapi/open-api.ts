import type * as z from 'zod';
import { FORMATS, SLA_COUNTS } from '#functions/report/read-query.ts';
import {
  IDEMPOTENCY_KEY,
  ReleaseRequestSchema,
  RestoreRequestSchema,
  RollbackRequestSchema,
} from '#shared/contracts/operate.ts';
import {
  ReleaseAnswerSchema,
  ReleaseRefusalSchema,
  RestoreAnswerSchema,
  RestoreRefusalSchema,
  RollbackAnswerSchema,
  RollbackProblemSchema,
} from '#shared/contracts/operate-answers.ts';
import { ReportSchema } from '#shared/contracts/report.ts';
import {
  AlertsAnswerSchema,
  HealthSchema,
  HeartbeatAnswerSchema,
  IllHealthSchema,
} from '#shared/contracts/sender-answers.ts';
import { OUTCOMES } from '#shared/domain/outcome.ts';
import { GATEWAY, type Json, json, namedSchemas, operation, refTo, schemaOf, text } from './operation.ts';

const query = (name: string, description: string, schema: Json = text) => ({ name, in: 'query', description, schema });
const id = { name: 'id', in: 'path', required: true, schema: text };
const FILTERS = [
  query('cluster', 'Of this cluster only, by its name in the settings.'),
  query('namespace', "Of this namespace only: that of the canary's host."),
  query('service', "Of this service only: that of the canary's host."),
];
const WINDOW = query('window', '24h, 7d, 30d (the default), 90d, or two days such as 2026-03-01/2026-03-31.');
const DRY_RUN = query('dryRun', 'Shows the patch and sends none.', { type: 'string', enum: ['true', 'false'] });
const KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'New for each rollback: the same key again is the same request. Only a dry run does without.',
  schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source },
};

const page: Json = { 'text/html': { schema: text } };
const ROLLBACK = refTo('Rollback');
const objectOf = (must: Json, may: Json = {}): Json => ({
  type: 'object',
  required: Object.keys(must),
  properties: { ...must, ...may },
});
const anything = { type: 'object', additionalProperties: true };

const READ = { scopes: ['read', 'operate'], problems: [503] } as const;
const ASKED = {
  ...READ,
  problems: [400, 503],
  says: { 400: objectOf({ error: text, parameter: text, allowed: text }) },
};
const OPERATE = { scopes: ['operate'], problems: [400, 404, 409, 413, 415, 503] } as const;
const ALERTS = { problems: [400, 413, 415, 503], body: anything } as const;
const refusal = (schema: z.core.$ZodType) => ({ 409: schemaOf(schema), 503: schemaOf(schema) });

/** Every route of the service, by its path. The path of a hold ends in its cluster, namespace and name, and `/release`. */
function paths(): Readonly<Record<string, Json>> {
  return {
    '/': {
      get: operation({
        ...ASKED,
        does: 'The report as a page',
        answers: page,
        parameters: [WINDOW, ...FILTERS],
      }),
    },
    '/rollbacks/{id}': {
      get: operation({
        ...READ,
        problems: [404, 503],
        does: 'One rollback as a page',
        answers: page,
        parameters: [id],
      }),
    },
    '/v1/report': {
      get: operation({
        ...ASKED,
        does: 'How the rollback SLA stands in a window',
        answers: { ...json(schemaOf(ReportSchema)), 'text/csv': { schema: text } },
        parameters: [
          WINDOW,
          ...FILTERS,
          query('format', 'As what, where the header Accept does not say it, or cannot.', {
            type: 'string',
            enum: FORMATS,
          }),
        ],
      }),
    },
    '/v1/rollbacks': {
      get: operation({
        ...ASKED,
        does: 'Rollbacks, the last received first',
        answers: json(objectOf({ rollbacks: { type: 'array', items: ROLLBACK } }, { next: text })),
        parameters: [
          ...FILTERS,
          query('outcome', 'With this outcome only.', { type: 'string', enum: OUTCOMES }),
          query('sla', 'Counted so in the SLA only: missed, for instance.', { type: 'string', enum: SLA_COUNTS }),
          query('id', 'Whose id begins so only: 8 to 64 hex digits.', { type: 'string', pattern: '^[0-9a-f]{8,64}$' }),
          query('from', 'Received from here on: 2026-03-04, or 2026-03-04T05:06:07Z.'),
          query('to', 'Received before this.'),
          query('limit', 'At most so many (50). A page may hold fewer and not be the last.', {
            type: 'integer',
            minimum: 1,
            maximum: 1000,
          }),
          query('cursor', 'What the page before gave as next.'),
        ],
      }),
      post: operation({
        ...OPERATE,
        problems: [...OPERATE.problems, 422],
        does: 'Takes a canary to zero by hand',
        answers: json(schemaOf(RollbackAnswerSchema)),
        says: refusal(RollbackProblemSchema),
        body: schemaOf(RollbackRequestSchema),
        parameters: [KEY, DRY_RUN],
      }),
    },
    '/v1/rollbacks/{id}': {
      get: operation({
        ...READ,
        problems: [404, 503],
        does: 'One rollback',
        answers: json(objectOf({ rollback: ROLLBACK })),
        parameters: [id],
      }),
    },
    '/v1/rollbacks/{id}/restore': {
      post: operation({
        ...OPERATE,
        does: 'Gives the canary its weight back',
        answers: json(schemaOf(RestoreAnswerSchema)),
        says: refusal(RestoreRefusalSchema),
        body: schemaOf(RestoreRequestSchema),
        parameters: [id, DRY_RUN],
      }),
    },
    '/v1/holds/{hold+}': {
      post: operation({
        ...OPERATE,
        does: "Ends a hold: /v1/holds/CLUSTER/NAMESPACE/NAME/release, where the cluster's name may hold slashes",
        answers: json(schemaOf(ReleaseAnswerSchema)),
        says: refusal(ReleaseRefusalSchema),
        body: schemaOf(ReleaseRequestSchema),
        parameters: [{ ...id, name: 'hold+' }, DRY_RUN],
      }),
    },
    '/v1/alerts': {
      post: operation({
        ...ALERTS,
        scopes: ['alerts', 'operate'],
        does: "Takes Alertmanager's webhook (version 4) and rolls back",
        answers: json(schemaOf(AlertsAnswerSchema)),
        says: { 503: schemaOf(AlertsAnswerSchema) },
      }),
    },
    '/v1/heartbeat': {
      post: operation({
        ...ALERTS,
        scopes: ['alerts'],
        does: "Counts Prometheus' Watchdog alert",
        answers: json(schemaOf(HeartbeatAnswerSchema)),
      }),
    },
    '/healthz': {
      get: operation({
        does: 'Whether the service is up, and which settings it uses',
        scopes: [],
        problems: [503],
        answers: json(schemaOf(HealthSchema)),
        says: { 503: schemaOf(IllHealthSchema) },
      }),
    },
    '/openapi.json': { get: operation({ ...READ, does: 'This document', answers: json(anything) }) },
  };
}

/** The OpenAPI document of the service, as text. */
export function openApiText(): string {
  const document = {
    openapi: '3.0.3',
    info: {
      title: 'Weightless',
      version: '1',
      description:
        "Takes a canary's traffic to zero, and tells how long it took. Times are ISO 8601 in UTC, lengths ms.",
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    paths: paths(),
    components: {
      schemas: {
        ...namedSchemas(),
        Problem: objectOf(
          { error: text },
          {
            problems: { type: 'array', items: { type: 'object' } },
            commands: { type: 'array', items: refTo('Command') },
          },
        ),
      },
      responses: { Gateway: GATEWAY },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic', description: 'The token as the password, with any name.' },
      },
    },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
