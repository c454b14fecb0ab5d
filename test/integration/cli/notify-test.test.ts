import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLE_TYPES, sampleEvent } from '#cli/notify/sample-event.ts';
import { EVENT_DATA } from '#shared/contracts/events.ts';
import { readNotice } from '#shared/contracts/read-notice.ts';
import { headlineOf } from '#shared/domain/notify/notice-words.ts';
import { type AwsServer, json, startAwsServer } from '#test/doubles/aws-server.ts';
import { type Receiver, startReceiver } from '#test/doubles/receiver.ts';
import { runCli } from './cli-process.ts';

let folder: string;
let file: string;
let receiver: Receiver;
let aws: AwsServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weightless-notify-'));
  file = join(folder, 'settings.json');
  receiver = await startReceiver();
  aws = await startAwsServer(({ headers, body }) => {
    if (String(headers['x-amz-target']).endsWith('GetParameter')) return json({ Parameter: { Value: receiver.url } });
    if (new URLSearchParams(body).get('Action') === 'Publish')
      return { status: 200, body: '<PublishResponse><MessageId>m-1</MessageId></PublishResponse>' };
    return json({ __type: 'AccessDeniedException', message: 'not you' }, 400);
  });
  await writeFile(
    file,
    JSON.stringify({
      clusters: [{ name: 'one', endpoint: 'https://kubernetes.example.com', token: { secret: 'token' } }],
      tokens: [{ name: 'alertmanager', sha256: '0'.repeat(64), scope: 'alerts' }],
      notify: {
        channels: [
          { name: 'audit', type: 'webhook', url: receiver.url, filter: { types: ['RollbackFailed'] } },
          { name: 'kept', type: 'webhook', url: { parameter: '/url' } },
          { name: 'mail', type: 'sns', topicArn: 'arn:aws:sns:eu-central-1:123456789012:rollbacks' },
          { name: 'chat', type: 'google-chat', url: { secret: 'chat' } },
          { name: 'slack', type: 'slack', url: { parameter: '/url' } },
        ],
      },
    }),
  );
});
afterEach(async () => {
  await receiver.stop();
  await aws.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  runCli(['notify', 'test', ...args], {
    env: {
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
  });

describe('weightless notify test', () => {
  it('sends a sample that says that it is one, and tells what was answered', async () => {
    const { code, stdout, stderr } = await run('audit', '--settings', file);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      'audit (webhook): The webhook answered 204\nIts filter would keep RollbackCompleted from it.\n',
    );
    expect(receiver.posted.map(({ body }) => JSON.parse(body))).toMatchObject([
      { type: 'dev.weightless.RollbackCompleted.v1', data: { message: expect.stringContaining('This is a test') } },
    ]);
  });

  it('reads the secrets of the channel, and publishes, with the credentials of who runs it', async () => {
    const kept = await run('kept', '--settings', file, '--type', 'RollbackFailed', '--json');
    const mail = await run('mail', '--settings', file);

    expect(JSON.parse(kept.stdout)).toEqual({
      channel: 'kept',
      type: 'webhook',
      kind: 'told',
      answered: 'The webhook answered 204',
      wanted: true,
    });
    expect(mail.stdout).toBe('mail (sns): SNS took the message m-1\n');
    expect(aws.asked.every(({ headers }) => headers.authorization?.includes('Credential=AKID/'))).toBe(true);
  });

  it('ends with 1 and the reason where somebody has to change something', async () => {
    const denied = await run('chat', '--settings', file);
    const elsewhere = await run('slack', '--settings', file);
    const unknown = await run('nobody', '--settings', file);
    const type = await run('audit', '--settings', file, '--type', 'Rollback');
    const without = await run('audit');

    expect(denied).toMatchObject({ code: 1, stderr: expect.stringContaining('chat (google-chat) was not told') });
    expect(denied.stderr).toContain('AccessDeniedException');
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('none of its webhooks') });
    expect(elsewhere.stderr).not.toContain(receiver.url);
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('they have audit, kept, mail, chat, slack'),
    });
    expect(type).toMatchObject({ code: 1, stderr: expect.stringContaining('--type takes RollbackCompleted') });
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('It is: weightless notify test') });
  });

  it('ends with 2 where the service may take it later', async () => {
    await receiver.stop();

    const { code, stderr } = await run('audit', '--settings', file);
    receiver = await startReceiver();

    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('did not answer') });
  });
});

describe('the sample', () => {
  it('is there of every event, and tells what that event does', () => {
    expect(SAMPLE_TYPES).toEqual(Object.keys(EVENT_DATA));
    for (const type of SAMPLE_TYPES) {
      const notice = readNotice(sampleEvent(type, 0), {});
      const subject = type === 'SlaReported' ? '1969-12-25 to 1969-12-31' : 'payment-svc.weightless-test/v2';
      expect(headlineOf(notice)).toContain(subject);
      expect(notice.message).toContain('This is a test');
    }
  });
});
