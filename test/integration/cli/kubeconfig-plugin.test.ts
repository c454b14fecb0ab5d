import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterFromKubeconfig } from '#cli/kubeconfig.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weightless-plugin-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An authentication plugin that runs the file `trouble` first, where there is one; its tokens expire at once. */
async function credentialsOfPlugin() {
  const credential = {
    kind: 'ExecCredential',
    apiVersion: 'client.authentication.k8s.io/v1',
    status: { token: 'of-the-plugin', expirationTimestamp: '2020-01-01T00:00:00Z' },
  };
  const script = `[ ! -e '${folder}/trouble' ] || . '${folder}/trouble'\necho '${JSON.stringify(credential)}'`;
  const exec = { apiVersion: credential.apiVersion, command: 'sh', args: ['-c', script], interactiveMode: 'Never' };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'test', user: { exec } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
  const file = join(folder, 'config');
  await writeFile(file, JSON.stringify(content));
  return (await clusterFromKubeconfig({ file })).endpoint.credentials;
}

const trouble = (script: string) => writeFile(join(folder, 'trouble'), script);
const never = new AbortController().signal;

describe('a kubeconfig’s authentication plugin', () => {
  it('that failed once is asked again by the next call', async () => {
    const credentials = await credentialsOfPlugin();
    await trouble('echo the network is down >&2\necho try later >&2\nexit 1');
    credentials.reload();
    const failed = credentials.headers(never);
    await expect(failed).rejects.toThrow(/^Cannot get credentials for test: the network is down; try later$/);

    await rm(join(folder, 'trouble'));

    expect(await credentials.headers(never)).toEqual({ authorization: 'Bearer of-the-plugin' });
  });

  it('that hangs holds a call no longer than the call has time', async () => {
    const credentials = await credentialsOfPlugin();
    await trouble('exec sleep 2');
    credentials.reload();

    await expect(credentials.headers(AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
