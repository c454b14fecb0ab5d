import http from 'node:http';
import https from 'node:https';
import { answerTo, type HttpAnswer } from '#shared/adapters/http/answer-to.ts';

export type Post = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `false` for a connection of its own. */
  readonly agent: http.Agent | false;
  readonly signal: AbortSignal;
};

/** The largest secret has 64 KB, ten parameters at most 80. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export function sendPost({ url, headers, body, agent, signal }: Post): Promise<HttpAnswer> {
  const send = url.protocol === 'https:' ? https.request : http.request;
  const withLength = { ...headers, 'content-length': Buffer.byteLength(body) };
  const outgoing = send(url, { method: 'POST', headers: withLength, agent, signal });
  return answerTo(outgoing, { body, maxBytes: MAX_ANSWER_BYTES });
}
