import { request } from 'node:https';

export type KubeAccess = { url: string; ca: string; token: string };
export type KubeCall = { method: string; path: string; body?: unknown; contentType?: string };
export type KubeAnswer = { status: number; text: string };

/** One HTTPS request to an API server, independent of the product's client: the tests arrange and observe with it. */
export async function callKube(access: KubeAccess, call: KubeCall): Promise<KubeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<KubeAnswer>();
  const sent = request(new URL(call.path, access.url), {
    method: call.method,
    ca: access.ca,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${access.token}`,
      ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
    },
  });
  sent.on('error', reject);
  sent.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
  });
  sent.end(call.body === undefined ? undefined : JSON.stringify(call.body));
  return promise;
}
