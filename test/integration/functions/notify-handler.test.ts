import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { anSqsEvent } from '#test/builders/bus-message.ts';
import { aContext } from '#test/builders/lambda-context.ts';
import { settingsWith, stubFunctionEnv } from '#test/doubles/deployed-functions.ts';
import { type Receiver, startReceiver } from '#test/doubles/receiver.ts';
import { type Output, recordOutput } from '#test/doubles/record-output.ts';

let receiver: Receiver;
let output: Output;
beforeEach(async () => {
  receiver = await startReceiver();
  const settings = JSON.parse(settingsWith({ endpoint: 'https://127.0.0.1:1', token: { env: 'CLUSTER_TOKEN' } }));
  stubFunctionEnv(
    { endpoint: 'http://127.0.0.1:1', table: 'not-needed' },
    JSON.stringify({ ...settings, notify: { webhook: { url: receiver.url } } }),
  );
  vi.stubEnv('WEIGHTLESS_STAGE', 'prod');
  output = recordOutput();
});
afterEach(() => receiver.stop());

async function load() {
  vi.resetModules();
  return (await import('#functions/notify/handler.ts')).handler;
}

describe('the deployed notify function', () => {
  it('tells the webhook of its settings, and counts that it did', async () => {
    const handler = await load();

    const answer = await handler(anSqsEvent(), aContext('notify'));

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(receiver.posted.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: 'dev.weightless.RollbackCompleted.v1', source: expect.stringMatching(/^\/weightless\/prod\//) },
    ]);
    expect(output.lines().filter((line) => 'NotificationsSent' in line)).toMatchObject([{ channel: 'webhook' }]);
  });

  it('reports the message that nobody was told of by its id', async () => {
    const handler = await load();

    const answer = await handler(anSqsEvent(['hello']), aContext('notify'));

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
    // The logger drops a field called message, and says so in a line of its own.
    expect(output.lines().filter(({ level }) => level !== undefined)).toMatchObject([{ messageId: 'message-1' }]);
  });

  it('does not start without the stage, and says so', async () => {
    vi.stubEnv('WEIGHTLESS_STAGE', undefined);

    await expect(load()).rejects.toThrow('WEIGHTLESS_STAGE');
  });
});
