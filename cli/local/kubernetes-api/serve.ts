import type { IncomingMessage, ServerResponse } from 'node:http';
import { wordsOf } from '../../words-of.ts';
import { ApiError, failure, type Reply } from './api-error.ts';
import { type ApiParts, handleRequest } from './handle-request.ts';

const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** One HTTP request, from its headers to the end of its answer. */
export async function serve(api: ApiParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { code, body, headers } = await reply(api, request);
  const isText = typeof body === 'string';
  response.writeHead(code, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body));
}

async function reply(api: ApiParts, request: IncomingMessage): Promise<Reply> {
  const { method, headers } = request;
  try {
    return await handleRequest(api, {
      method,
      url: new URL(request.url ?? '/', 'http://127.0.0.1'),
      authorization: headers.authorization,
      contentType: headers['content-type'],
      userAgent: headers['user-agent'],
      readBody: () => readBody(request),
    });
  } catch (error) {
    if (error instanceof ApiError) return error.reply;
    const words = wordsOf(error);
    return failure(500, 'InternalError', `Internal error occurred: ${words}`).reply;
  }
}

/** Reads to the end even what is too long: whoever still sends does not see an answer. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) {
    throw failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`);
  }
  return Buffer.concat(chunks).toString('utf8');
}
