import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersOk } from '#cli/local/engine-process.ts';
import { freePort } from '#cli/local/free-port.ts';
import { engineFile } from '#test/real/engines/engine-file.ts';
import { startProcessGroup } from './start-process-group.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT = '000000000000';

export type Emulator = {
  readonly endpoint: string;
  /** What tools of AWS need in their environment to work on it. The credentials are those of the account's root. */
  readonly env: Readonly<Record<EnvName, string>>;
  /** What it and the functions have printed of late. */
  output(): string;
  stop(): Promise<void>;
};
type EnvName = 'AWS_ENDPOINT_URL' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_REGION';

const runMinistack = fileURLToPath(new URL('./run-ministack.py', import.meta.url));
const keepHttps = fileURLToPath(new URL('./keep-https.cjs', import.meta.url));

/**
 * Starts ministack on a free loopback port, empty. It asks of every call whether the caller's role allows it, and runs
 * functions on the Node that runs this, so start it by the project's own.
 */
export async function startEmulator(): Promise<Emulator> {
  const python = engineFile('ministack/bin/python');
  const scratch = await mkdtemp(join(tmpdir(), 'weightless-ministack-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const removeScratch = () => rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  try {
    const group = await startProcessGroup({
      name: 'ministack',
      command: python,
      args: [runMinistack],
      env: {
        PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
        HOME: scratch,
        TMPDIR: scratch,
        // Without it the emulator listens on all interfaces.
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        AUTH: 'true',
        MINISTACK_ACCOUNT_ID: ACCOUNT,
        MINISTACK_REGION: REGION,
        // A second port, which nothing here needs.
        IOT_MTLS_ENABLED: '0',
        PYTHONDONTWRITEBYTECODE: '1',
        // The functions inherit it.
        NODE_OPTIONS: `--require ${keepHttps}`,
      },
      isReady: () => answersOk(`${endpoint}/_ministack/health`),
    });
    const env = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: REGION,
    };
    return { endpoint, env, output: group.output, stop: () => group.stop().then(removeScratch) };
  } catch (error) {
    await removeScratch();
    throw error;
  }
}
