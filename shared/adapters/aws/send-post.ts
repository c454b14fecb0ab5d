import http from 'node:http';
import https from 'node:https';

export type Post = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `false` for a connection of its own. */
  readonly agent: http.Agent | false;
  readonly signal: AbortSignal;
};

export type PostAnswer = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
};

/** The largest secret has 64 KB, ten parameters at most 80. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Sends one POST and reads the answer whole. Redirects are answers like any other. */
export function sendPost({ url, headers, body, agent, signal }: Post): Promise<PostAnswer> {
  const send = url.protocol === 'https:' ? https.request : http.request;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent,
      signal,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) =>
      readText(incoming).then(
        (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
        reject,
      ),
    );
    outgoing.end(body);
  });
}

async function readText(incoming: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is over ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
