import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export type HttpResponse = APIGatewayProxyStructuredResultV2;

const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export function json(statusCode: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return {
    statusCode,
    headers: { ...COMMON_HEADERS, 'content-type': 'application/json; charset=utf-8', ...headers },
    body: `${JSON.stringify(body)}\n`,
  };
}

/** An error as a person reads it: what happened, and what to do next. */
export function problem(
  statusCode: number,
  error: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return json(statusCode, { error, ...more }, headers);
}

/** API Gateway gives header names in lower case. */
export function header(event: APIGatewayProxyEventV2, name: string): string | undefined {
  return event.headers[name];
}

export function methodOf(event: APIGatewayProxyEventV2): string {
  return event.requestContext.http.method;
}

/** The path without the stage that API Gateway puts before it where the stage is not `$default`. */
export function pathOf(event: APIGatewayProxyEventV2): string {
  const { stage } = event.requestContext;
  const prefix = `/${stage}/`;
  return stage !== '$default' && event.rawPath.startsWith(prefix)
    ? event.rawPath.slice(prefix.length - 1)
    : event.rawPath;
}

/** The body's size in bytes, known before any of it is decoded or parsed. */
export function bodyBytes({ body, isBase64Encoded }: APIGatewayProxyEventV2): number {
  if (body === undefined) return 0;
  return Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
}

export function bodyText({ body, isBase64Encoded }: APIGatewayProxyEventV2): string {
  return isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
}
