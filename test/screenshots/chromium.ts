import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const MessageSchema = z.looseObject({
  id: z.optional(z.number()),
  method: z.optional(z.string()),
  params: z.optional(z.record(z.string(), z.unknown())),
  result: z.optional(z.record(z.string(), z.unknown())),
  error: z.optional(z.object({ message: z.string() })),
});
type Message = z.infer<typeof MessageSchema>;

export type Chromium = {
  call(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Resolves with the next event of that name. */
  next(method: string): Promise<unknown>;
  /** What the page's console was told, violations of its policy among it. */
  readonly complaints: string[];
  stop(): Promise<void>;
};

/** A Chromium without a window, spoken to by its DevTools protocol: one page. */
export async function startChromium(command = process.env['CHROMIUM'] ?? 'chromium'): Promise<Chromium> {
  const profile = await mkdtemp(join(tmpdir(), 'weightless-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-port=0'];
  const browser = spawn(command, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(browser, 'exit');
  try {
    const [, port = ''] = await Promise.race([debuggingPort(browser.stderr), failed(browser)]);
    return await connect(await pageUrl(port), async () => {
      browser.kill();
      await exited;
      await rm(profile, { recursive: true, force: true });
    });
  } catch (error) {
    browser.kill();
    throw error;
  }
}

async function failed(browser: ReturnType<typeof spawn>): Promise<never> {
  const [error] = await Promise.race([once(browser, 'error'), once(browser, 'exit')]);
  throw new Error(`Chromium did not start (${String(error)}): install it, or name it in CHROMIUM`);
}

async function debuggingPort(lines: NodeJS.ReadableStream): Promise<RegExpExecArray> {
  for await (const line of createInterface({ input: lines })) {
    const found = /^DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line);
    if (found) return found;
  }
  throw new Error('Chromium ended before it listened');
}

async function pageUrl(port: string): Promise<string> {
  const TargetsSchema = z.array(z.object({ type: z.string(), webSocketDebuggerUrl: z.string() }));
  const targets = TargetsSchema.parse(await (await fetch(`http://127.0.0.1:${port}/json/list`)).json());
  const page = targets.find(({ type }) => type === 'page');
  if (!page) throw new Error('Chromium has no page');
  return page.webSocketDebuggerUrl;
}

async function connect(url: string, stop: () => Promise<void>): Promise<Chromium> {
  const socket = new WebSocket(url);
  const calls = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const waiting: { method: string; resolve: (params: unknown) => void }[] = [];
  const complaints: string[] = [];
  let last = 0;

  function answer({ id = 0, result, error }: Message) {
    const asked = calls.get(id);
    calls.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result ?? {});
  }
  function hear({ method, params }: Message) {
    if (method === 'Log.entryAdded') complaints.push(JSON.stringify(params));
    const index = waiting.findIndex((one) => one.method === method);
    if (index >= 0) for (const one of waiting.splice(index, 1)) one.resolve(params);
  }
  socket.addEventListener('message', ({ data }) => {
    const message = MessageSchema.parse(JSON.parse(String(data)));
    if (message.id === undefined) hear(message);
    else answer(message);
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));

  function call(method: string, params: Record<string, unknown> = {}) {
    last += 1;
    const asked = Promise.withResolvers<Record<string, unknown>>();
    calls.set(last, asked);
    socket.send(JSON.stringify({ id: last, method, params }));
    return asked.promise;
  }
  for (const domain of ['Page', 'Log', 'Runtime']) await call(`${domain}.enable`);
  return {
    call,
    next: (method) => new Promise((resolve) => waiting.push({ method, resolve })),
    complaints,
    async stop() {
      socket.close();
      await stop();
    },
  };
}
