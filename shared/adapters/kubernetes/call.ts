import type { HttpAnswer } from '#shared/adapters/http/answer-to.ts';
import { whyUnanswered } from '#shared/adapters/http/why-unanswered.ts';
import { parseStatus, type Status } from '#shared/contracts/kubernetes-object.ts';
import { parseJson } from '#shared/contracts/parse-json.ts';
import { ClusterFault } from '#shared/ports/cluster.ts';
import { type ApiClient, type ApiRequest, type Credentials, CredentialsError } from './api-client.ts';

/** An answer whose status is neither a fault of the cluster nor of our credentials. */
export type Answer = { readonly status: number; readonly json: unknown; readonly text: string };

/**
 * Lets the API server answer a list from its cache at once. Without it the answer waits until the cache has caught up
 * with etcd: measured, 19 to 100 ms on a server where anything else is written (docs/adr/0003).
 */
export const FROM_CACHE = 'resourceVersion=0';

/** Longer than this and the budget of one delivery holds no second try. */
const CALL_TIMEOUT_MS = 2000;

export type Caller = (
  request: Omit<ApiRequest, 'signal'> & { readonly signal: AbortSignal; readonly timeoutMs?: number },
) => Promise<Answer>;

/** Calls the API server; a 401 reloads the credentials once. Throws ClusterFault for all that is no answer to the request. */
export function caller(client: ApiClient, credentials: Credentials): Caller {
  return async function call({ timeoutMs = CALL_TIMEOUT_MS, signal, ...request }) {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    let response = await send(client, { ...request, signal: limited });
    if (response.status === 401) {
      credentials.reload();
      response = await send(client, { ...request, signal: limited });
    }
    return answer(response);
  };
}

async function send(client: ApiClient, request: ApiRequest): Promise<HttpAnswer> {
  try {
    return await client.request(request);
  } catch (cause) {
    if (cause instanceof CredentialsError) throw new ClusterFault('unauthorized', cause.message, { cause });
    const untrusted = isUntrusted(cause);
    const next = untrusted ? '; check the certificate authority (ca) of the cluster in the settings' : '';
    throw new ClusterFault(
      'unreachable',
      `The API server did not answer ${request.method} ${request.path.split('?')[0]}: ${whyUnanswered(cause)}${next}`,
      { cause, ...(untrusted ? { retryable: false } : {}) },
    );
  }
}

/** OpenSSL's names for a certificate that does not verify, and Node's for one of another host. */
const UNTRUSTED =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|UNABLE_TO_\w+|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_\w+|INVALID_CA|HOSTNAME_MISMATCH)$/;

/** A certificate that we do not trust now we trust no more in a second: new settings mend it, and the next delivery. */
function isUntrusted(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && UNTRUSTED.test(cause.code);
}

function answer({ status, headers, text }: HttpAnswer): Answer {
  const json = parseJson(text);
  const said = parseStatus(json);
  const words = said?.message ?? text.slice(0, 300);
  if (status === 429) {
    throw new ClusterFault('throttled', `The API server asks to slow down: ${words}`, {
      retryAfterMs: retryAfter(headers['retry-after']),
    });
  }
  if (status >= 500) {
    throw new ClusterFault('error', `The API server answered ${status}: ${words}`, {
      retryAfterMs: retryAfter(headers['retry-after']),
    });
  }
  if (status === 401)
    throw new ClusterFault('unauthorized', 'The API server does not accept our credentials, also after reloading them');
  if (status >= 300 && status < 400)
    throw new ClusterFault('error', `The API server answered with a redirect (${status}), which is not followed`);
  if (status === 200 && json === undefined)
    throw new ClusterFault('error', `The API server answered something that is not JSON: ${words}`);
  return { status, json, text };
}

/** Seconds or an HTTP date, as ms from now. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** What the API server said, for a person; its Status where there is one. */
export function statusOf({ json, text }: Answer): Status & { readonly message: string } {
  const status = parseStatus(json);
  return { kind: 'Status', ...status, message: status?.message ?? text.slice(0, 300) };
}

/** A 403 as a fault, with verb and resource where its message names them. */
export function forbiddenFault(found: Answer): ClusterFault {
  const { message } = statusOf(found);
  return new ClusterFault('forbidden', message, forbiddenParts(message));
}

/** `User "x" cannot patch resource "virtualservices" in API group "networking.istio.io" …` */
export function forbiddenParts(message: string): { readonly verb?: string; readonly resource?: string } {
  const [, verb, resource] = / cannot ([a-z]+) resource "([^"]+)"/.exec(message) ?? [];
  return verb && resource ? { verb, resource } : {};
}
