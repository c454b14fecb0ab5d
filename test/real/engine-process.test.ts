import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startEngineProcess } from '#cli/local/engine-process.ts';

const module = fileURLToPath(new URL('../../cli/local/engine-process.ts', import.meta.url));
const aParent = `
  import { startEngineProcess } from ${JSON.stringify(module)};
  const engine = await startEngineProcess({
    name: 'sleeper', command: 'sleep', args: ['60'], isReady: async () => true,
  });
  console.log(engine.pid);
`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await sleep(20);
  return !isAlive(pid);
}

describe('an engine process', () => {
  it('is gone when stop resolves', async () => {
    const engine = await startEngineProcess({
      name: 'sleeper',
      command: 'sleep',
      args: ['60'],
      isReady: async () => true,
    });
    const wasAlive = isAlive(engine.pid);

    await engine.stop();

    expect(wasAlive).toBe(true);
    expect(isAlive(engine.pid)).toBe(false);
  });

  it('does not outlive the process that started it, even where that one is killed', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', aParent], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [printed] = await Promise.race([once(parent.stdout, 'data'), once(parent, 'exit')]);
    const pid = Number(printed);
    const wasAlive = isAlive(pid);

    parent.kill('SIGKILL');

    expect(wasAlive).toBe(true);
    expect(await isGone(pid)).toBe(true);
  });

  it('that ends before it is ready is an error with its last words', async () => {
    const starting = startEngineProcess({
      name: 'talker',
      command: 'sh',
      args: ['-c', 'echo no such option >&2; exit 3'],
      isReady: async () => false,
    });

    await expect(starting).rejects.toThrow(/talker ended before it was ready.*no such option/s);
  });
});
