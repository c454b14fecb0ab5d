import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

/**
 * Somebody outside: a process of its own, which sees the API server only, and takes its own times. It watches every
 * VirtualService, and reads again and again those that it is told to.
 */
const [url = '', caFile = '', token = ''] = process.argv.slice(2);
const ca = readFileSync(caFile, 'utf8');
const PATH = '/apis/networking.istio.io/v1/virtualservices';
const READ_EVERY_MS = 20;
const READ_FOR_MS = 120_000;

const Destination = z.looseObject({
  destination: z.looseObject({ subset: z.string().optional() }),
  weight: z.number().optional(),
});
const Seen = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({ http: z.array(z.looseObject({ route: z.array(Destination) })).default([]) }),
});
const WatchEvent = z.looseObject({ type: z.string(), object: z.unknown() });

/** What those get who are split between the versions. */
function canaryWeight({ spec }: z.infer<typeof Seen>): number {
  const shared = spec.http.flatMap(({ route }) => (route.length > 1 ? route : []));
  return shared.reduce((sum, { destination, weight = 0 }) => sum + (destination.subset === 'v2' ? weight : 0), 0);
}

function ask(path: string) {
  return request(new URL(path, url), { ca, headers: { authorization: `Bearer ${token}` } });
}

function tell(how: 'watched' | 'read', object: unknown, at: number): number | undefined {
  const seen = Seen.safeParse(object);
  if (!seen.success) return undefined;
  const { name, namespace } = seen.data.metadata;
  const weight = canaryWeight(seen.data);
  process.send?.({ how, name: `${namespace}/${name}`, weight, at });
  return weight;
}

function watch(): void {
  const open = ask(`${PATH}?watch=1&allowWatchBookmarks=false`);
  open.on('error', () => process.exit(1));
  open.on('response', (response) => {
    process.send?.('watching');
    createInterface(response).on('line', (line) => {
      const at = Date.now();
      const event = WatchEvent.safeParse(JSON.parse(line));
      if (event.success) tell('watched', event.data.object, at);
    });
  });
  open.end();
}

/** A consistent read shows what is true at some moment after it was asked: so its time is when it was asked. */
async function readUntilZero(name: string): Promise<void> {
  const [namespace, object] = name.split('/');
  const path = PATH.replace('virtualservices', `namespaces/${namespace}/virtualservices/${object}`);
  const deadline = Date.now() + READ_FOR_MS;
  while (Date.now() < deadline) {
    const at = Date.now();
    if (tell('read', await get(path), at) === 0) return;
    await sleep(READ_EVERY_MS);
  }
}

async function get(path: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const asked = ask(path);
  asked.on('error', reject);
  asked.on('response', (response) => text(response).then((body) => resolve(JSON.parse(body)), reject));
  asked.end();
  return promise;
}

process.on('message', (name) => {
  readUntilZero(String(name)).catch(() => undefined);
});
process.on('disconnect', () => process.exit());
// Whom it tells is gone.
process.on('error', () => process.exit());
watch();
