import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpResponse } from '#shared/runtime/http.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';

/** API Gateway's own limit of a request. */
const GATEWAY_MAX_BYTES = 10 * 1024 * 1024;
/** The function's time-out. */
const FUNCTION_TIMEOUT_MS = 15_000;

export type LocalServer = { readonly url: string; readonly port: number; close(): Promise<void> };

/** The thin adapter between HTTP on loopback and handlers that take API Gateway's payload, version 2. */
export async function startHttpServer(handler: HttpHandler, port: number): Promise<LocalServer> {
  const server = http.createServer((request, response) => {
    void respond(request, response, handler);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const FAULT: HttpResponse = {
  statusCode: 500,
  headers: { 'content-type': 'application/json' },
  body: '{"error":"Internal Server Error"}',
};

async function respond(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  handler: HttpHandler,
): Promise<void> {
  const answer = await serve(request, handler).catch(() => FAULT);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, String(value));
  response.statusCode = answer.statusCode ?? 200;
  response.end(answer.isBase64Encoded ? Buffer.from(answer.body ?? '', 'base64') : answer.body);
}

async function serve(request: http.IncomingMessage, handler: HttpHandler): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > GATEWAY_MAX_BYTES)
      return {
        statusCode: 413,
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: '{"error":"Request Entity Too Large"}',
      };
    chunks.push(chunk);
  }
  return handler(toEvent(request, Buffer.concat(chunks)), { signal: AbortSignal.timeout(FUNCTION_TIMEOUT_MS) });
}

/** A path that begins with two slashes is a path, not another host. */
function urlOf(target: string): URL {
  const base = 'http://127.0.0.1';
  return target.startsWith('/') ? new URL(base + target) : new URL(target, base);
}

/** One that is given several times has all its values, with commas between, as API Gateway gives it. */
function parametersOf({ searchParams }: URL): Record<string, string> {
  return Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name).join(',')]));
}

function toEvent(request: http.IncomingMessage, body: Buffer): APIGatewayProxyEventV2 {
  const url = urlOf(request.url ?? '/');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  );
  const method = request.method ?? 'GET';
  const now = Date.now();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    queryStringParameters: parametersOf(url),
    headers,
    requestContext: {
      accountId: 'local',
      apiId: 'local',
      domainName: '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method,
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: new Date(now).toISOString(),
      timeEpoch: now,
    },
    // Binary-safe, as API Gateway does it for what is not text.
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
}
