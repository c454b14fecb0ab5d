import type { Context, SNSEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { aRawAlert, aWebhook } from '#test/builders/alert.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';
import { aContext } from '#test/builders/lambda-context.ts';
import { anSnsEvent, TOPIC } from '#test/builders/sns-event.ts';
import { settingsWith, stubFunctionEnv } from '#test/doubles/deployed-functions.ts';
import { type Output, recordOutput } from '#test/doubles/record-output.ts';

let output: Output;
beforeEach(() => {
  const settings = JSON.parse(settingsWith({ endpoint: 'https://127.0.0.1:1', token: { env: 'CLUSTER_TOKEN' } }));
  vi.stubEnv('CLUSTER_TOKEN', 'a-token-of-the-cluster');
  stubFunctionEnv(
    { endpoint: 'http://127.0.0.1:1', table: 'weightless' },
    JSON.stringify({ ...settings, sns: { topics: [TOPIC] } }),
  );
  output = recordOutput();
});

const context = (): Context => aContext('rollback');

describe('the deployed rollback function, invoked by SNS', () => {
  async function invoke(event: SNSEvent): Promise<void> {
    vi.resetModules();
    const { handler } = await import('#functions/rollback/handler.ts');
    return handler(event, context());
  }

  it('takes the message for what it is, and counts what is in it', async () => {
    const watchdog = aRawAlert({ labels: { alertname: 'Watchdog' } });

    await invoke(anSnsEvent({ Message: JSON.stringify(aWebhook([watchdog])) }));

    expect(output.lines().filter((line) => 'HeartbeatReceived' in line)).toHaveLength(1);
  });

  it('fails where the message is from a topic that the settings do not know, which is what Lambda counts', async () => {
    await expect(invoke(anSnsEvent({ TopicArn: `${TOPIC}-of-others` }))).rejects.toThrow('sns.topics');

    expect(output.lines().filter((line) => 'InputRejected' in line)).toMatchObject([{ reason: 'topic' }]);
  });

  it('still answers what comes by HTTP', async () => {
    vi.resetModules();
    const { handler } = await import('#functions/rollback/handler.ts');

    const answer = await handler(anHttpEvent({ method: 'GET', path: '/healthz' }), context());

    expect(answer).toMatchObject({ statusCode: 200 });
  });
});
