import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { vi } from 'vitest';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import type { HttpResponse } from '#shared/runtime/http.ts';
import { ALERTS_TOKEN, anHttpEvent, type HttpRequest } from '#test/builders/http-event.ts';
import { aContext } from '#test/builders/lambda-context.ts';
import { sha256 } from './rollback-service.ts';

/** What a browser sends once its user has given the token of the scope `read`. */
export const AS_READER = { authorization: `Basic ${Buffer.from('anyone:read-token').toString('base64')}` };

export type ClusterEntry = {
  readonly endpoint: string;
  readonly token: { readonly file: string } | { readonly env: string };
  readonly ca?: string | undefined;
};

/** Settings as somebody deploys them, with one cluster. */
export function settingsWith(cluster: ClusterEntry): string {
  return JSON.stringify({
    clusters: [{ name: 'production-eu', ...cluster }],
    tokens: [
      { name: 'alertmanager', sha256: sha256(ALERTS_TOKEN), scope: 'alerts' },
      { name: 'reader', sha256: sha256('read-token'), scope: 'read' },
    ],
  });
}

/** The environment that a deployment gives its functions; vitest takes it away after the test. */
export function stubFunctionEnv(store: { readonly endpoint: string; readonly table: string }, settings?: string): void {
  vi.stubEnv('AWS_REGION', LOCAL_AWS.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', LOCAL_AWS.credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', LOCAL_AWS.credentials.secretAccessKey);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', store.endpoint);
  vi.stubEnv('WEIGHTLESS_TABLE', store.table);
  vi.stubEnv('WEIGHTLESS_SETTINGS', settings);
}

export type DeployedFunction = {
  /** A request as API Gateway sends it on. */
  send(request: HttpRequest): Promise<{ status: number; headers: Record<string, unknown>; body: string }>;
  /** An invocation with any event, so long before Lambda ends the function. */
  invoke(event: APIGatewayProxyEventV2, remainingMs?: number): Promise<HttpResponse>;
};

/** The rollback function as a new instance of Lambda loads it. */
export async function loadRollback(): Promise<DeployedFunction> {
  vi.resetModules();
  return deployed('rollback', (await import('#functions/rollback/handler.ts')).handler);
}

/** The report function as a new instance of Lambda loads it. */
export async function loadReport(): Promise<DeployedFunction> {
  vi.resetModules();
  return deployed('report', (await import('#functions/report/handler.ts')).handler);
}

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResponse>;

function deployed(name: string, handler: Handler): DeployedFunction {
  return {
    async send(request) {
      const { statusCode = 0, headers = {}, body = '' } = await handler(anHttpEvent(request), aContext(name));
      return { status: statusCode, headers, body };
    },
    invoke: (event, remainingMs) => handler(event, aContext(name, remainingMs)),
  };
}
