import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LOCAL_AWS } from '#cli/local/local-aws.ts';
import { aContext } from '#test/builders/lambda-context.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import { aStreamRecord } from '#test/builders/stream-record.ts';
import { type DynamodbStore, openDynamodbStore } from '#test/doubles/dynamodb-store.ts';
import { type Dynoxide, startDynoxide } from '#test/doubles/dynoxide.ts';
import { type PutEventsServer, startPutEventsServer } from '#test/doubles/put-events-server.ts';
import { unsentEvents } from '#test/doubles/unsent-events.ts';

let engine: Dynoxide;
let store: DynamodbStore;
let bus: PutEventsServer;
beforeEach(async () => {
  engine = await startDynoxide();
  store = await openDynamodbStore(engine.endpoint);
  bus = await startPutEventsServer();
});
afterEach(async () => {
  await store.close();
  await bus.stop();
  await engine.stop();
});

it('the deployed publish function finds table and bus through its environment, and gives its calls a signal', async () => {
  const { region, credentials } = LOCAL_AWS;
  vi.stubEnv('AWS_REGION', region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', engine.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', bus.endpoint);
  vi.stubEnv('WEIGHTLESS_TABLE', store.table);
  vi.stubEnv('WEIGHTLESS_EVENT_BUS', 'platform');
  vi.stubEnv('WEIGHTLESS_DEAD_LETTERS', 'http://127.0.0.1:1/000000000000/letters');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  const event = anOutboxEvent();
  const signal = new AbortController().signal;
  await store.log.commit({ rollbacks: [], remove: [], events: [event] }, signal);

  const { handler } = await import('#functions/publish/handler.ts');
  const answer = await handler({ Records: [aStreamRecord(event)] }, aContext('publish'));

  expect(answer).toEqual({ batchItemFailures: [] });
  expect(bus.taken).toEqual([expect.objectContaining({ EventBusName: 'platform' })]);
  expect(await unsentEvents(store.outbox)).toEqual([]);
});
