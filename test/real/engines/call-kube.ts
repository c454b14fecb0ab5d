import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';

export type KubeAccess = { url: string; ca: string; token: string };
/** A body that is text is sent as it is, any other as JSON. */
export type KubeCall = { method: string; path: string; body?: unknown; contentType?: string | undefined };
export type KubeAnswer = { status: number; text: string; headers: IncomingHttpHeaders };

/** One HTTPS request to an API server, independent of the product's client: the tests arrange and observe with it. */
export async function callKube(access: KubeAccess, call: KubeCall): Promise<KubeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<KubeAnswer>();
  const body = typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
  const sent = request(new URL(call.path, access.url), {
    method: call.method,
    ca: access.ca,
    headers: {
      accept: 'application/json',
      ...(access.token === '' ? {} : { authorization: `Bearer ${access.token}` }),
      ...(body === undefined ? {} : bodyHeaders(body, call.contentType)),
    },
  });
  sent.on('error', reject);
  sent.on('response', (response) => {
    const { statusCode = 0, headers } = response;
    text(response).then((answer) => resolve({ status: statusCode, text: answer, headers }), reject);
  });
  sent.end(body);
  return promise;
}

/** Node gives no length to the body of a DELETE, which the server then reads as the next request. */
function bodyHeaders(body: string, contentType = 'application/json') {
  return { 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
}
