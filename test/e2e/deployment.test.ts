import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Aws, awsOf } from './aws.ts';
import { type Emulator, startEmulator } from './engines/emulator.ts';
import { listAccount } from './list-account.ts';
import { runNpm } from './run-npm.ts';

let emulator: Emulator;
let aws: Aws;
let directory: string;
beforeEach(async () => {
  emulator = await startEmulator();
  aws = awsOf(emulator.env);
  directory = await mkdtemp(join(tmpdir(), 'weightless-e2e-deployment-'));
});
afterEach(async () => {
  await emulator.stop();
  await rm(directory, { recursive: true, force: true });
});

/** How a stage is deployed and removed, by the settings as they are then. */
async function deploymentOf(stage: string, more: Record<string, string>, settings = settingsOfAnyone()) {
  const file = join(directory, `${stage}.json`);
  await writeFile(file, JSON.stringify(settings));
  const params = { architecture: 'x86_64', settings: file, ...more };
  return { stage, params, env: emulator.env, dist: join(directory, 'dist') };
}

/** What the account holds before a stack is deployed, while it is there, and after it was removed. */
async function deployAndRemove(stage: string, params: Record<string, string>) {
  const deployment = await deploymentOf(stage, params);
  await aws.sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  const before = await listAccount(aws, emulator.env);
  await runNpm({ script: 'deploy', ...deployment });
  const deployed = await listAccount(aws, emulator.env);
  await runNpm({ script: 'remove', ...deployment });
  return { before, deployed, after: await listAccount(aws, emulator.env) };
}

describe('a stack that is deployed again', () => {
  test('keeps what is in its table, and has the new settings', async () => {
    const item = { pk: 'ROLLBACK#kept', sk: 'ROLLBACK' };
    await runNpm({ script: 'deploy', ...(await deploymentOf('again', {})) });
    const [TableName] = (await listAccount(aws, emulator.env))['tables'] ?? [];
    await aws.dynamodb.send(new PutCommand({ TableName, Item: item }));

    const observing = { ...settingsOfAnyone(), mode: 'observe' };
    await runNpm({ script: 'deploy', ...(await deploymentOf('again', {}, observing)) });

    const kept = await aws.dynamodb.send(new GetCommand({ TableName, Key: item }));
    const stored = await aws.ssm.send(new GetParameterCommand({ Name: '/weightless/again/settings' }));
    expect(kept.Item).toEqual(item);
    expect(JSON.parse(stored.Parameter?.Value ?? '{}')).toMatchObject({ mode: 'observe' });
  });
});

describe('a stack that is removed', () => {
  test('leaves nothing in the account where the table is not to be kept', async () => {
    const { before, deployed, after } = await deployAndRemove('gone', { retain: 'false' });

    expect(Object.entries(deployed).filter(([, names]) => names.length === 0)).toEqual([]);
    expect(after).toEqual(before);
  });

  test('leaves its table and nothing else where nobody said so', async () => {
    const { before, deployed, after } = await deployAndRemove('kept', {});

    expect(deployed['tables']).toHaveLength(1);
    expect(after).toEqual({ ...before, tables: deployed['tables'] });
  });
});

/** Every kind of thing that settings can bring into a stack. */
function settingsOfAnyone(): Record<string, unknown> {
  return {
    clusters: [
      { name: 'production', endpoint: 'https://127.0.0.1:6443', token: { secret: 'weightless/production' } },
      {
        name: 'eks',
        endpoint: 'https://127.0.0.1:6444',
        eks: { cluster: 'eks', region: 'eu-central-1', roleArn: 'arn:aws:iam::000000000000:role/clusters' },
        prometheus: {
          url: 'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1',
          sigv4: { region: 'eu-central-1' },
        },
      },
    ],
    tokens: [{ name: 'alertmanager', sha256: '0'.repeat(64), scope: 'alerts' }],
    sns: { topics: ['arn:aws:sns:eu-central-1:000000000000:alerts'] },
    notify: {
      channels: [
        { name: 'outside', type: 'webhook', url: { secret: 'weightless/webhook' } },
        { name: 'pager', type: 'pagerduty', routingKey: { parameter: '/weightless-secrets/pagerduty' } },
        { name: 'mail', type: 'sns', topicArn: 'arn:aws:sns:eu-central-1:000000000000:mail' },
      ],
    },
  };
}
