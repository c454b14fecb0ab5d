import * as z from 'zod';
import type { Emulator } from './engines/emulator.ts';

const Apis = z.object({ items: z.array(z.object({ name: z.string(), apiId: z.string() })) });
const Routes = z.object({ items: z.array(z.object({ routeKey: z.string() })) });

/** The HTTP APIs by name: the project has no client of API Gateway's. */
export async function httpApis(env: Emulator['env']): Promise<string[]> {
  const { items } = Apis.parse(JSON.parse(await ask(env, 'apigateway', '/v2/apis')));
  return items.map(({ name }) => name).sort();
}

/** The routes of all HTTP APIs, as `GET /path`. */
export async function httpRoutes(env: Emulator['env']): Promise<string[]> {
  const { items } = Apis.parse(JSON.parse(await ask(env, 'apigateway', '/v2/apis')));
  const texts = await Promise.all(items.map(({ apiId }) => ask(env, 'apigateway', `/v2/apis/${apiId}/routes`)));
  return texts.flatMap((text) => Routes.parse(JSON.parse(text)).items.map(({ routeKey }) => routeKey)).sort();
}

/** The dashboards by name: the emulator's list of them is none that the SDK reads. */
export async function dashboards(env: Emulator['env']): Promise<string[]> {
  const text = await ask(env, 'monitoring', '/', 'Action=ListDashboards&Version=2010-08-01');
  if (!text.includes('<ListDashboardsResult>'))
    throw new Error(`The emulator's list of dashboards is another: ${text}`);
  return [...text.matchAll(/<DashboardName>([^<]+)</g)].flatMap(([, name]) => name ?? []).sort();
}

/** The emulator takes the root's requests unsigned. */
async function ask(env: Emulator['env'], service: string, path: string, form?: string): Promise<string> {
  const scope = `${env.AWS_ACCESS_KEY_ID}/20260101/${env.AWS_REGION}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
  const response = await fetch(new URL(path, env.AWS_ENDPOINT_URL), {
    signal: AbortSignal.timeout(20_000),
    ...(form === undefined
      ? { headers: { authorization } }
      : {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
          body: form,
        }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} answered ${path} with ${response.status}: ${text}`);
  return text;
}
