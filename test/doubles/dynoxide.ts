import { createRequire } from 'node:module';
import { answersOk, startEngineProcess } from '#cli/local/engine-process.ts';
import { freePort } from '#cli/local/free-port.ts';

export type Dynoxide = { endpoint: string; stop(): Promise<void> };

/** Starts the DynamoDB engine that comes as an npm package, with its data in memory. */
export async function startDynoxide(): Promise<Dynoxide> {
  const command = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const { stop } = await startEngineProcess({
    name: 'dynoxide',
    command,
    args: ['--host', '127.0.0.1', '--port', String(port)],
    isReady: () => answersOk(endpoint),
  });
  return { endpoint, stop };
}
