import { firstLine } from '#shared/adapters/aws/first-line.ts';
import { clip, oneLine } from '#shared/domain/notify/clip.ts';
import { NotifierFault } from '#shared/ports/notifier.ts';
import { httpPost, type Post, type PostRequest, type Reply } from './http-post.ts';
import { retryAfterMs } from './retry-after.ts';

export type Service = {
  /** As in a sentence. */
  readonly name: string;
  readonly post?: Post | undefined;
  readonly timeoutMs?: number | undefined;
  /** What to tell of a refusal, beside its status; nothing where it may be anything. */
  readonly saidIn?: (text: string) => string;
};

const TIMEOUT_MS = 5000;
const MAX_SAID_CHARS = 200;

/** Posts to a service; 2xx is taken. Everything else is a NotifierFault that says whether, and when, to try again. */
export async function askService(
  service: Service,
  { signal, ...request }: PostRequest,
): Promise<Reply & { readonly answered: string }> {
  const { name, post = httpPost, timeoutMs = TIMEOUT_MS, saidIn = () => '' } = service;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const reply = await post({ ...request, signal: limited }).catch((cause: unknown) => {
    throw new NotifierFault(`${name} did not answer: ${wordsOf(cause)}`, { retryable: true, cause });
  });
  const said = clip(oneLine(firstLine(saidIn(reply.text))), MAX_SAID_CHARS);
  const answered = `${name} answered ${reply.status}${said === '' ? '' : `: ${said}`}`;
  if (reply.status < 200 || reply.status > 299) throw refusal(reply, answered);
  return { ...reply, answered };
}

const UNAUTHORIZED = new Set([401, 403, 404, 410]);

function refusal({ status, headers }: Reply, answered: string): NotifierFault {
  const retryable = status === 429 || status === 408 || status >= 500;
  const isRedirect = status >= 300 && status < 400;
  const words = isRedirect ? `${answered}, a redirect, which is not followed: configure where it leads` : answered;
  return new NotifierFault(words, {
    retryable,
    retryAfterMs: retryable ? retryAfterMs(headers.get('retry-after'), Date.now()) : undefined,
    unauthorized: UNAUTHORIZED.has(status),
  });
}

/** fetch says "fetch failed", and why in the cause. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
