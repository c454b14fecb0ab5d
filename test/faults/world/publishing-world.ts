import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { inject } from 'vitest';
import * as z from 'zod';
import { pollStream, type StreamPoller } from '#cli/local/stream-poller.ts';
import { deployedStream } from '#test/doubles/deployed-stream.ts';
import { type PutEventsServer, startPutEventsServer } from '#test/doubles/put-events-server.ts';
import { type FaultProxy, startFaultProxy } from '../proxy/fault-proxy.ts';
import type { FaultStage } from './fault-stage.ts';
import { type FaultWorld, type OnEnd, openWorld } from './fault-world.ts';
import { type FunctionProcess, type Kill, Killed } from './function-process.ts';
import { type QueueServer, startQueueServer } from './queue-server.ts';
import { until } from './until.ts';

/** A world whose stream is read, and brought to the deployed publish function with Lambda's semantics. */
export type PublishingWorld = FaultWorld & {
  readonly bus: PutEventsServer;
  /** Stands before the bus. */
  readonly busProxy: FaultProxy;
  readonly queue: QueueServer;
  readonly queueProxy: FaultProxy;
  readonly stream: StreamPoller;
  /** The id of every event on the bus, in order. */
  sentIds(): string[];
  /** Resolves once so many different events are on the bus. */
  onBus(count: number): Promise<void>;
  /** Resolves once nothing more is to be sent. */
  settled(): Promise<void>;
  /** How often the function was invoked, and how often its instance was killed in it. */
  readonly invoked: { times: number; killed: number };
  /** For Lambda, which reads the stream, it is so much later from now on. */
  later(ms: number): void;
};

const BatchResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });
const Detail = z.object({ metadata: z.object({ id: z.string() }) });
/** Lambda waits between its tries, too. */
const PAUSE_MS = 50;

export async function openPublishingWorld(
  stage: FaultStage,
  onEnd: OnEnd,
  spawned?: (kill: Kill) => void,
): Promise<PublishingWorld> {
  const world = await openWorld(stage, onEnd);
  const bus = await startPutEventsServer();
  const queue = await startQueueServer();
  const busProxy = await startFaultProxy({ url: bus.endpoint });
  const queueProxy = await startFaultProxy({ url: queue.endpoint });
  const env = {
    AWS_ENDPOINT_URL_EVENTBRIDGE: busProxy.url,
    AWS_ENDPOINT_URL_SQS: queueProxy.url,
    WEIGHTLESS_DEAD_LETTERS: queue.queueUrl.replace(queue.endpoint, queueProxy.url),
  };
  const invoked = { times: 0, killed: 0 };
  let publish: FunctionProcess | undefined;
  let clockMs = 0;

  /** The next try after one that was killed finds a new instance. */
  async function invoke(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    await sleep(PAUSE_MS);
    invoked.times += 1;
    try {
      publish ??= await world.start('publish', env, invoked.times === 1 ? { spawned } : {});
      return BatchResponse.parse(await publish.invoke(event));
    } catch (error) {
      if (error instanceof Killed) {
        publish = undefined;
        invoked.killed += 1;
      }
      throw error;
    }
  }
  const stream = pollStream({
    endpoint: inject('dynamodbEndpoint'),
    streamArn: world.store.streamArn,
    ...deployedStream(),
    now: () => Date.now() + clockMs,
    invoke,
    onFailure: (failure) => void queue.send(JSON.stringify(failure)),
    onFault: () => undefined,
  });
  onEnd(async () => {
    await stream.stop();
    await Promise.all([busProxy.stop(), queueProxy.stop(), bus.stop(), queue.stop()]);
  });
  const sentIds = () => bus.taken.map(({ Detail: detail }) => Detail.parse(JSON.parse(detail)).metadata.id);
  return {
    ...world,
    bus,
    busProxy,
    queue,
    queueProxy,
    stream,
    sentIds,
    onBus: (count) => until(`${count} events are on the bus`, () => new Set(sentIds()).size >= count),
    settled: () => stream.idle(),
    invoked,
    later: (ms) => {
      clockMs = ms;
    },
  };
}
