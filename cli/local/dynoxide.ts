import { createRequire } from 'node:module';
import { answersOk, startEngineProcess } from './engine-process.ts';
import { freePort } from './free-port.ts';

export type Dynoxide = { readonly endpoint: string; stop(): Promise<void> };

/** The DynamoDB engine's binary, or undefined where the platform has no package of it. */
export function dynoxidePath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`@dynoxide/${process.platform}-${process.arch}/dynoxide`);
  } catch {
    return undefined;
  }
}

/** Starts the engine on a free port; its data is in `file`, or in memory. */
export async function startDynoxide(command: string, file?: string): Promise<Dynoxide> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const data = file ? ['--db-path', file] : [];
  const args = ['--host', '127.0.0.1', '--port', String(port), ...data];
  const { stop } = await startEngineProcess({ name: 'dynoxide', command, args, isReady: () => answersOk(endpoint) });
  return { endpoint, stop };
}
