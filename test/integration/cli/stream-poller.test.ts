import { createServer, request as httpRequest } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { pollStream, type StreamPoller } from '#cli/local/stream-poller.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { startDynoxide } from '#test/doubles/dynoxide.ts';
import { listenOnLoopback } from '#test/doubles/listen-on-loopback.ts';

const signal = new AbortController().signal;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Stands before an engine and breaks every connection while it is told to. */
async function startProxy(endpoint: string) {
  const state = { broken: false, faults: 0 };
  const server = createServer((incoming, response) => {
    if (state.broken) {
      state.faults += 1;
      response.destroy();
      return;
    }
    const { method, url, headers } = incoming;
    const forwarded = httpRequest(new URL(url ?? '/', endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    incoming.pipe(forwarded);
  });
  const { url, stop } = await listenOnLoopback(server);
  cleanups.push(stop);
  return { endpoint: url, state };
}

async function startPolling(onFault?: (fault: unknown) => void) {
  const engine = await startDynoxide();
  cleanups.push(engine.stop);
  const store = await openDynamodbStore(engine.endpoint);
  cleanups.push(() => store.close());
  const proxy = await startProxy(engine.endpoint);
  const delivered: string[] = [];
  const poller = pollStream({
    endpoint: proxy.endpoint,
    streamArn: store.streamArn,
    from: 'LATEST',
    maxRetries: 0,
    async invoke({ Records }) {
      delivered.push(...Records.map(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S ?? ''));
      return { batchItemFailures: [] };
    },
    ...(onFault ? { onFault } : {}),
  });
  cleanups.push(() => poller.stop().catch(() => undefined));
  await poller.opened;
  return { poller, proxy, store, delivered };
}

const write = (store: DynamodbStore, id: string) =>
  store.log.commit({ rollbacks: [], remove: [], events: [anOutboxEvent({ id })] }, signal);

test('delivers what is written from the moment that it says it is open', async () => {
  const { store, delivered } = await startPolling();

  await write(store, 'a');

  await vi.waitFor(() => expect(delivered).toEqual(['EVENT#a']), 5000);
});

test('reads on after the engine has not answered for a while, missing nothing, and tells of it once', async () => {
  const faults: unknown[] = [];
  const { proxy, store, delivered } = await startPolling((fault) => faults.push(fault));
  proxy.state.broken = true;
  await vi.waitFor(() => expect(faults).toHaveLength(1), 10_000);

  await write(store, 'a');
  proxy.state.broken = false;

  await vi.waitFor(() => expect(delivered).toEqual(['EVENT#a']), 10_000);
  expect(faults).toHaveLength(1);
});

test('ends with the fault where nobody is told of it', async () => {
  const { proxy, poller } = await startPolling();

  proxy.state.broken = true;

  await expect(stopped(poller, proxy.state)).rejects.toThrow();
});

async function stopped(poller: StreamPoller, state: { readonly faults: number }): Promise<void> {
  await vi.waitFor(() => expect(state.faults).toBeGreaterThan(2), 10_000);
  await poller.stop();
}
