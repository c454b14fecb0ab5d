import type { Problem } from './check-shape.ts';
import { type Resource, resourceName } from './resources.ts';

export type Details = Readonly<Record<string, unknown>>;
export type Reply = {
  readonly code: number;
  /** JSON, or plain text. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** An answer other than success. */
export class ApiError extends Error {
  override name = 'ApiError' as const;
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
    this.reply = reply;
  }
}

/** What the API server says with a Status object. */
export function failure(
  code: number,
  reason: string | undefined,
  message: string,
  details?: Details,
  headers: Readonly<Record<string, string>> = {},
): ApiError {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
  return new ApiError({ code, body: status, headers });
}

type Named = Pick<Resource, 'group' | 'plural'>;

export function detailsOf({ group, plural }: Named, name?: string): Details {
  return { name, group: group || undefined, kind: plural };
}

/** What is not served, neither as a path nor as a type, is answered by the web server, in text. */
export function notServed(): ApiError {
  return new ApiError({ code: 404, body: '404 page not found\n' });
}

/** Priority and fairness answer in text, too. */
export function tooManyRequests(): ApiError {
  const body = 'Too many requests, please try again later.\n';
  return new ApiError({ code: 429, body, headers: { 'retry-after': '1' } });
}

export function notFound(resource: Named, name: string): ApiError {
  return failure(404, 'NotFound', `${resourceName(resource)} "${name}" not found`, detailsOf(resource, name));
}

export function alreadyExists(resource: Named, name: string): ApiError {
  const message = `${resourceName(resource)} "${name}" already exists`;
  return failure(409, 'AlreadyExists', message, detailsOf(resource, name));
}

export function conflict(resource: Named, name: string, why = MODIFIED): ApiError {
  const message = `Operation cannot be fulfilled on ${resourceName(resource)} "${name}": ${why}`;
  return failure(409, 'Conflict', message, detailsOf(resource, name));
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

/** A list whose beginning is forgotten cannot be gone on with as it was. */
export function expired(): ApiError {
  const message =
    'The provided continue parameter is too old to display a consistent list result: list anew without it.';
  return failure(410, 'Expired', message);
}

export function badRequest(message: string): ApiError {
  return failure(400, 'BadRequest', message);
}

/** A patch that does not fit the object: which of its operations failed is not said. */
export function unfitPatch(): ApiError {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** An object that breaks the rules of its type. */
export function invalid(
  { group, kind }: { readonly group: string; readonly kind: string },
  name: string,
  problems: readonly Problem[],
): ApiError {
  const each = problems.map(({ field, message }) => `${field}: ${message}`);
  const list = each.length === 1 ? each.join('') : `[${each.join(', ')}]`;
  const message = `${group ? `${kind}.${group}` : kind} "${name}" is invalid: ${list}`;
  const details = { name: name || undefined, group: group || undefined, kind: kind || undefined, causes: problems };
  return failure(422, 'Invalid', message, details);
}
