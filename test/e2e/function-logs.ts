import * as z from 'zod';
import type { Emulator } from './engines/emulator.ts';

const Groups = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });
const Events = z.object({ events: z.array(z.object({ timestamp: z.number(), message: z.string() })) });

/** The names of all groups of logs. */
export async function logGroups(env: Emulator['env']): Promise<string[]> {
  const { logGroups: groups } = Groups.parse(await call(env, 'DescribeLogGroups', {}));
  return groups.map(({ logGroupName }) => logGroupName);
}

/** All that the functions have logged, each in its order. */
export async function functionLogs(env: Emulator['env']): Promise<string> {
  const texts: string[] = [];
  for (const name of await logGroups(env)) {
    const { events } = Events.parse(await call(env, 'FilterLogEvents', { logGroupName: name, limit: 10_000 }));
    texts.push(
      `== ${name}`,
      ...events.map(({ timestamp, message }) => `${new Date(timestamp).toISOString()} ${message}`),
    );
  }
  return `${texts.join('\n')}\n`;
}

/** What one function has logged since then. */
export async function logsOf(env: Emulator['env'], functionName: string, startTime: number): Promise<string> {
  const query = { logGroupName: `/aws/lambda/${functionName}`, startTime, limit: 10_000 };
  const { events } = Events.parse(await call(env, 'FilterLogEvents', query));
  return events.map(({ message }) => message).join('\n');
}

/** CloudWatch Logs without a client of its own: the emulator takes the root's requests unsigned. */
async function call(env: Emulator['env'], action: string, body: unknown): Promise<unknown> {
  const scope = `${env.AWS_ACCESS_KEY_ID}/20260101/${env.AWS_REGION}/logs/aws4_request`;
  const response = await fetch(env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${action} was answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
