import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { inject } from 'vitest';
import * as z from 'zod';
import { pollStream, type StreamPoller } from '#cli/local/stream-poller.ts';
import { type PutEventsServer, startPutEventsServer } from '#test/doubles/put-events-server.ts';
import { type FaultProxy, startFaultProxy } from '../proxy/fault-proxy.ts';
import type { FaultStage } from './fault-stage.ts';
import { type FaultWorld, type OnEnd, openWorld } from './fault-world.ts';
import { type FunctionProcess, Killed } from './function-process.ts';
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
};

const BatchResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });
const Detail = z.object({ metadata: z.object({ id: z.string() }) });
/** Lambda waits between its tries, too. */
const PAUSE_MS = 50;

export async function openPublishingWorld(
  stage: FaultStage,
  onEnd: OnEnd,
  spawned?: (kill: () => void) => void,
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

  /** A function that throws, or is gone, fails its batch; the next try may find a new instance. */
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
      return { batchItemFailures: [{ itemIdentifier: event.Records[0]?.dynamodb?.SequenceNumber ?? '' }] };
    }
  }
  const stream = pollStream({
    endpoint: inject('dynamodbEndpoint'),
    streamArn: world.store.streamArn,
    maxRetries: 10_000,
    // The stream's filter in the template: nothing else invokes the function.
    invoke: (event) => (event.Records.some(isNewEvent) ? invoke(event) : Promise.resolve({ batchItemFailures: [] })),
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
  };
}

function isNewEvent({ eventName, dynamodb }: DynamoDBStreamEvent['Records'][number]): boolean {
  return eventName === 'INSERT' && (dynamodb?.Keys?.['pk']?.S ?? '').startsWith('EVENT#');
}
