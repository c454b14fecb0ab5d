export type PostRequest = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
};
export type Reply = { readonly status: number; readonly headers: Headers; readonly text: string };

/** How a channel reaches its service. A test puts its own server in the place of the service's. */
export type Post = (request: PostRequest) => Promise<Reply>;

/** Enough for the words that services answer with. */
const MAX_ANSWER_BYTES = 8192;

/** One POST. A redirect is an answer like any other: who sends us elsewhere is not the service that was configured. */
export async function httpPost({ url, headers, body, signal }: PostRequest): Promise<Reply> {
  const response = await fetch(url, { method: 'POST', redirect: 'manual', headers, body, signal });
  return { status: response.status, headers: response.headers, text: await beginningOf(response) };
}

/**
 * A connection whose answer was not read to its end is not used again; a long answer is not worth that. Where its words
 * stop coming the status stands: what was taken with a 200 must not be sent again.
 */
async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // What has come is all there is.
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}
