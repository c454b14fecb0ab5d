import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { kube } from '#test/real/engines/kube-objects.ts';
import { awsOf } from './aws.ts';
import type { Delivery } from './outside/outside-server.ts';
import type { RelayMode } from './outside/relay.ts';
import type { World } from './world.ts';
import { CHANNEL } from './world-settings.ts';

const Delivered = z.object({
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  answered: z.number(),
});
const Item = z.looseObject({ pk: z.string(), sk: z.string() });
const RecordItem = z.looseObject({
  id: z.string(),
  outcome: z.string(),
  virtualServices: z.array(z.string()),
  timeline: z.looseObject({ firedAt: z.number(), zeroedAt: z.optional(z.number()) }),
});
/** A rollback as it lies in the table; what is not typed is as it was written. */
export type RecordItem = z.infer<typeof RecordItem>;

export type Request = {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, by POST. */
  readonly body?: unknown;
};

export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string; readonly body: Json };
type Json = Readonly<Record<string, unknown>>;

export type Stack = ReturnType<typeof stackOf>;

/** The deployed stack as it is seen from outside: by its URL, its table, its clusters, and who it notifies. */
export function stackOf(world: World) {
  const aws = awsOf(world.env);

  /** Where the emulator's API Gateway answers for the URL that the stack says. */
  function urlOf(output: string): string {
    const { hostname, pathname } = new URL(world.outputs[output] ?? `https://none/no-output-${output}`);
    return `${world.env.AWS_ENDPOINT_URL}/_aws/execute-api/${hostname.split('.')[0]}/$default${pathname}`;
  }

  /** Every item whose key begins so. */
  async function items(prefix: string): Promise<z.infer<typeof Item>[]> {
    const found: z.infer<typeof Item>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await aws.dynamodb.send(
        new ScanCommand({
          TableName: world.outputs['TableName'],
          ConsistentRead: true,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      found.push(...z.array(Item).parse(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return found.filter(({ pk }) => pk.startsWith(prefix));
  }

  /** Asks the gateway; `path` begins with a slash. */
  async function ask(path: string, { token, headers = {}, body }: Request = {}): Promise<Answer> {
    const response = await fetch(`${urlOf('ReportUrl').replace(/\/$/, '')}${path}`, {
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = z.record(z.string(), z.unknown()).safeParse(toJson(text));
    return { status: response.status, headers: response.headers, text, body: json.data ?? {} };
  }

  /** What is answered in the end: a 503 means to come again, as after settings that may be older than a token. */
  async function askUntilSure(path: string, request: Request): Promise<Answer> {
    const answer = await ask(path, request);
    if (answer.status !== 503) return answer;
    await sleep(1000);
    return askUntilSure(path, request);
  }

  return {
    aws,
    world,
    ask,
    askUntilSure,

    /** As who may read. */
    read: (path: string) => ask(path, { token: world.readToken }),

    /** As who may operate. */
    operate: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      ask(path, { token: world.operateToken, headers, body }),

    admin: kube(world.first),
    webhookUrl: urlOf('WebhookUrl'),
    urlOf,

    /** Alertmanager's webhook, answered. */
    async post(webhook: unknown): Promise<{ status: number; results: Record<string, unknown>[] }> {
      const response = await fetch(urlOf('WebhookUrl'), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${world.alertsToken}` },
        body: JSON.stringify(webhook),
      });
      const text = await response.text();
      const answer = z.looseObject({ results: z.array(z.record(z.string(), z.unknown())) }).safeParse(toJson(text));
      return { status: response.status, results: answer.data?.results ?? [{ text }] };
    },

    /** The rollbacks of this namespace's VirtualServices in the table. */
    async records(namespace: string): Promise<RecordItem[]> {
      const all = z.array(RecordItem).parse(await items('ROLLBACK#'));
      return all.filter(({ virtualServices }) => virtualServices.some((name) => name.startsWith(`${namespace}/`)));
    },

    items,

    /** Deletes all that the table has about this namespace, as if it had never been written. */
    async forget(namespace: string): Promise<void> {
      const about = (await items('')).filter((item) => JSON.stringify(item).includes(namespace));
      for (const { pk, sk } of about) {
        await aws.dynamodb.send(new DeleteCommand({ TableName: world.outputs['TableName'], Key: { pk, sk } }));
      }
    },

    /** What a channel was sent about this namespace, taken or not. */
    async notifications(namespace: string, channel: string = CHANNEL): Promise<Delivery[]> {
      const response = await fetch(`${world.outsideUrl}/deliveries`);
      const deliveries = z.array(Delivered).parse(await response.json());
      return deliveries.filter(({ path, body }) => path === `/channels/${channel}` && body.includes(namespace));
    },

    /** What a channel answers from now on. */
    async channel(name: string, status: number): Promise<void> {
      await fetch(`${world.outsideUrl}/channels/${name}/${status}`, { method: 'PUT' });
    },

    /** How many requests a second the canaries of this namespace get, as Prometheus says from now on. */
    async requests(namespace: string, perSecond: number): Promise<void> {
      await fetch(`${world.outsideUrl}/rates/${namespace}/${perSecond}`, { method: 'PUT' });
    },

    /** What the network to the second cluster does from now on. */
    async relay(mode: RelayMode): Promise<void> {
      await fetch(`${world.outsideUrl}/relay/${mode}`, { method: 'PUT' });
    },
  };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
