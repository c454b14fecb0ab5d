import { createServer, request as httpRequest } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import type { StreamFailure } from '#cli/local/stream-failure.ts';
import { pollStream, type StreamPoller } from '#cli/local/stream-poller.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { deployedStream } from '#test/doubles/deployed-stream.ts';
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

type Polling = Parameters<typeof pollStream>[0];

async function startPolling(onFault?: (fault: unknown) => void, more: Partial<Polling> = {}) {
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
    maximumRetryAttempts: 0,
    async invoke({ Records }) {
      delivered.push(...Records.map(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S ?? ''));
      return { batchItemFailures: [] };
    },
    ...(onFault ? { onFault } : {}),
    ...more,
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

test('reads on after the function threw, and hands what it gave up to the on-failure destination', async () => {
  const failures: StreamFailure[] = [];
  const delivered: string[] = [];
  const { poller, store } = await startPolling(undefined, {
    ...deployedStream(),
    maximumRetryAttempts: 1,
    async invoke({ Records }) {
      const keys = Records.map(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S ?? '');
      if (keys.includes('EVENT#b')) throw new Error('This one ends the function');
      delivered.push(...keys);
      return { batchItemFailures: [] };
    },
    onFailure: (failure) => failures.push(failure),
  });

  for (const id of ['a', 'b', 'c']) await write(store, id);

  await vi.waitFor(() => expect(delivered).toEqual(['EVENT#a', 'EVENT#c']), 10_000);
  const [given] = poller.discarded;
  expect(poller.discarded).toMatchObject([{ eventName: 'INSERT', dynamodb: { Keys: { pk: { S: 'EVENT#b' } } } }]);
  expect(failures).toMatchObject([
    {
      requestContext: { condition: 'RetryAttemptsExhausted' },
      DDBStreamBatchInfo: { startSequenceNumber: given?.dynamodb?.SequenceNumber, batchSize: 1 },
    },
  ]);
});

test('gives up what is older than the mapping allows, by the time that the stream gives it', async () => {
  const failures: StreamFailure[] = [];
  let lateMs = 0;
  const { poller, store, delivered } = await startPolling(undefined, {
    ...deployedStream(),
    now: () => Date.now() + lateMs,
    onFailure: (failure) => failures.push(failure),
  });
  await write(store, 'young');
  await vi.waitFor(() => expect(delivered).toEqual(['EVENT#young']), 10_000);

  lateMs = 25 * 3_600_000;
  await write(store, 'old');
  await vi.waitFor(() => expect(failures).toHaveLength(1), 10_000);

  expect(failures).toMatchObject([
    {
      requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 0 },
      DDBStreamBatchInfo: { batchSize: 1 },
    },
  ]);
  expect(poller.discarded.map(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S)).toEqual(['EVENT#old']);
  expect(delivered).toEqual(['EVENT#young']);
});

async function stopped(poller: StreamPoller, state: { readonly faults: number }): Promise<void> {
  await vi.waitFor(() => expect(state.faults).toBeGreaterThan(2), 10_000);
  await poller.stop();
}
