import type http from 'node:http';

export type HttpAnswer = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
};

/** Sends the body of a request, and reads the answer whole. Redirects are answers like any other. */
export function answerTo(
  outgoing: http.ClientRequest,
  { body, maxBytes }: { readonly body: string | undefined; readonly maxBytes: number },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) =>
      readText(incoming, maxBytes).then(
        (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
        reject,
      ),
    );
    outgoing.end(body);
  });
}

/** By events: an async iterator costs a noticeable part of a millisecond on a path that has few of them. */
function readText(incoming: http.IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) incoming.destroy(new Error(`the answer is over ${maxBytes} bytes`));
      chunks.push(chunk);
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    incoming.on('error', reject);
  });
}
