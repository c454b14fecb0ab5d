import { ApiProblem } from '#cli/api/api-problem.ts';
import { CliError, EXIT } from '#cli/cli-error.ts';
import { wordsOf } from '#cli/words-of.ts';

export type ApiOptions = {
  /** Where the service answers: `https://…`, or plain http on loopback. A path in it stays, as that of a stage. */
  readonly url: URL;
  readonly token: string;
  readonly timeoutMs?: number | undefined;
};

export type ApiRequest = {
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is asked for; JSON where it is not named. */
  readonly accept?: string;
};

/** A call rejects with CliError where there is no answer, and with ApiProblem for one of 4xx or 5xx. */
export type ApiClient = {
  /** The answer's JSON. */
  get(path: string, request?: ApiRequest): Promise<unknown>;
  /** The answer as it is: CSV, say. */
  getText(path: string, request?: ApiRequest): Promise<string>;
  /** Sends JSON; the answer's JSON. */
  post(path: string, body: unknown, request?: ApiRequest): Promise<unknown>;
};

/** A gateway gives a function 30 s; a rollback takes at most 15. */
const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The service's HTTP API, for the command: follows no redirect, so that the token goes nowhere else. */
export function apiClient({ url, token, timeoutMs = TIMEOUT_MS }: ApiOptions): ApiClient {
  async function call(method: 'GET' | 'POST', path: string, request: ApiRequest & { body?: string }): Promise<Answer> {
    const target = targetOf(url, path, request.query);
    const where = `${method} ${target.origin}${target.pathname}`;
    const { body } = request;
    const init: RequestInit = {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: request.accept ?? 'application/json',
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(body === undefined ? {} : { body }),
    };
    const answer = await answerOf(target, init).catch((cause: unknown) => {
      throw unanswered(where, cause, timeoutMs);
    });
    if (answer.status < 200 || answer.status > 299) throw problemOf(where, answer);
    return answer;
  }
  const asJson = (where: string, { text }: Answer) => {
    const parsed = parsedJson(text);
    if (parsed === undefined)
      throw new CliError(`${where}: the answer is no JSON. Is ${url.href} the address of Weightless?`);
    return parsed;
  };
  return {
    get: async (path, request = {}) => asJson(`GET ${path}`, await call('GET', path, request)),
    getText: async (path, request = {}) => (await call('GET', path, request)).text,
    post: async (path, body, request = {}) =>
      asJson(`POST ${path}`, await call('POST', path, { ...request, body: JSON.stringify(body) })),
  };
}

type Answer = { readonly status: number; readonly text: string };

async function answerOf(target: URL, init: RequestInit): Promise<Answer> {
  const response = await fetch(target, init);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is over ${MAX_ANSWER_BYTES / 1024 / 1024} MB`);
    chunks.push(chunk);
  }
  return { status: response.status, text: Buffer.concat(chunks).toString('utf8') };
}

function targetOf(base: URL, path: string, query: ApiRequest['query'] = {}): URL {
  const target = new URL(base);
  target.pathname = `${base.pathname.replace(/\/+$/, '')}${path}`;
  for (const [key, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(key, value);
  return target;
}

/** fetch says of everything "fetch failed"; its cause is the reason. */
function unanswered(where: string, cause: unknown, timeoutMs: number): CliError {
  const isLate = cause instanceof Error && cause.name === 'TimeoutError';
  const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  // Of an attempt at several addresses Node says nothing but its code.
  const code = reason instanceof Error && 'code' in reason ? String(reason.code) : '';
  const why = isLate ? `no answer in ${timeoutMs / 1000} s` : wordsOf(reason) || code;
  const next =
    'Is the address right (--url or WEIGHTLESS_URL), and the service up? With it down, docs/runbook.md has the kubectl way.';
  return new CliError(`${where}: ${why}. ${next}`, { exitCode: EXIT.retry, cause });
}

function problemOf(where: string, { status, text }: Answer): ApiProblem {
  const body = parsedJson(text);
  const said = saidIn(body) ?? NOT_OURS[status] ?? 'The answer is not one of Weightless';
  const next = NEXT[status] ?? (status >= 500 ? ' The same once more may do it.' : '');
  return new ApiProblem(`${where}: ${status}: ${said.replace(/\.?$/, '.')}${next}`, { status, body });
}

/** Said by what stands in front of the service. */
const NOT_OURS: Readonly<Record<number, string>> = {
  429: 'The gateway lets no more requests through now',
  502: 'The gateway got no answer from the service',
  504: 'The gateway got no answer from the service in time',
};

const NEXT: Readonly<Record<number, string>> = {
  401: ' Set WEIGHTLESS_TOKEN to a token of the settings that has not expired.',
};

/** Our errors are `{ error }`, API Gateway's own `{ message }`. */
function saidIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const said = 'error' in body ? body.error : 'message' in body ? body.message : undefined;
  return typeof said === 'string' ? said : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
