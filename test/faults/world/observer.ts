import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { until } from './until.ts';

const Told = z.object({ how: z.enum(['watched', 'read']), name: z.string(), weight: z.number(), at: z.number() });
type Told = z.infer<typeof Told>;

/** What an outside observer knows of when the canary was at zero. Epoch ms. */
export type Observed = {
  /** When it last began a consistent read that showed the canary above zero: it was, then. */
  readonly lastAbove: number;
  /** When the news that it is at zero reached it. */
  readonly firstZero: number;
};

export type Observer = {
  /** Begins to look closely at `namespace/name`. */
  look(name: string): void;
  /** Waits until it has seen the canary at zero after it had been above. */
  seen(name: string): Promise<Observed>;
  stop(): void;
};

const program = fileURLToPath(new URL('observer-process.ts', import.meta.url));

export async function startObserver(server: {
  url: string;
  caFile: string;
  tokens: { admin: string };
}): Promise<Observer> {
  const told: Told[] = [];
  const { promise: watching, resolve: watches, reject } = Promise.withResolvers<void>();
  const child: ChildProcess = fork(program, [server.url, server.caFile, server.tokens.admin]);
  child.on('message', (message) => {
    if (message === 'watching') watches();
    else told.push(Told.parse(message));
  });
  child.on('exit', () => reject(new Error('The observer ended')));
  await watching;
  // It ends with us, and must not keep us.
  return {
    look: (name) => void child.send(name),
    async seen(name) {
      const firstZero = () => told.find((one) => one.name === name && one.weight === 0)?.at;
      await until(`the observer saw ${name} at zero`, () => firstZero() !== undefined);
      return { lastAbove: lastAbove(told, name), firstZero: firstZero() ?? 0 };
    },
    stop: () => child.disconnect(),
  };
}

function lastAbove(told: readonly Told[], name: string): number {
  const above = told.filter((one) => one.name === name && one.how === 'read' && one.weight > 0);
  return Math.max(0, ...above.map(({ at }) => at));
}
