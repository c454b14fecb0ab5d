import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsOf } from './aws.ts';
import { type Emulator, startEmulator } from './engines/emulator.ts';
import { listAccount } from './list-account.ts';
import { runNpm } from './run-npm.ts';

let emulator: Emulator;
let directory: string;
beforeAll(async () => {
  emulator = await startEmulator();
  directory = await mkdtemp(join(tmpdir(), 'weightless-e2e-removal-'));
});
afterAll(async () => {
  await emulator.stop();
  await rm(directory, { recursive: true, force: true });
});

/** What the account holds before a stack is deployed, while it is there, and after it was removed. */
async function deployAndRemove(stage: string, params: Record<string, string>) {
  const settings = join(directory, 'settings.json');
  await writeFile(settings, JSON.stringify(settingsOfAnyone()));
  const command = {
    stage,
    params: { architecture: 'x86_64', settings, ...params },
    env: emulator.env,
    dist: join(directory, 'dist'),
  };
  const aws = awsOf(emulator.env);
  await aws.sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  const before = await listAccount(aws, emulator.env);
  await runNpm({ script: 'deploy', ...command });
  const deployed = await listAccount(aws, emulator.env);
  await runNpm({ script: 'remove', ...command });
  return { before, deployed, after: await listAccount(aws, emulator.env) };
}

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
function settingsOfAnyone() {
  return {
    clusters: [
      { name: 'production', endpoint: 'https://127.0.0.1:6443', token: { secret: 'weightless/production' } },
      { name: 'eks', endpoint: 'https://127.0.0.1:6444', eks: { cluster: 'eks', region: 'eu-central-1' } },
    ],
    tokens: [{ name: 'alertmanager', sha256: '0'.repeat(64), scope: 'alerts' }],
    sns: { topics: ['arn:aws:sns:eu-central-1:000000000000:alerts'] },
    notify: { webhook: { url: { secret: 'weightless/webhook' } } },
  };
}
