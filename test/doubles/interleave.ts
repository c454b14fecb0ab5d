import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Gate } from './gated.ts';

/** One of several racing runs: it is given a gate, and waits at it until it is let through. */
export type Runner = (gate: Gate) => Promise<unknown>;

/**
 * Runs the runners in every order that their effects can take: each is stopped before each effect, and one of those that
 * wait is let through at a time. `start` makes a fresh world for each order; `check` looks at it when all have ended.
 * Answers how many orders there were.
 */
export async function interleave<World>(
  start: () => { readonly world: World; readonly runners: readonly Runner[] },
  check: (world: World, order: string) => Promise<void>,
): Promise<number> {
  let orders = 0;
  let choices: number[] | undefined = [];
  while (choices) {
    const { world, runners } = start();
    const taken = await runOnce(runners, choices);
    await check(world, taken.map(({ what }) => what).join(', '));
    orders += 1;
    choices = nextChoices(taken);
  }
  return orders;
}

type Taken = { readonly choice: number; readonly of: number; readonly what: string };
type Waiting = { readonly what: string; readonly letThrough: () => void };

/** Follows the choices as far as they go, then always takes the first that waits. */
async function runOnce(runners: readonly Runner[], choices: readonly number[]): Promise<Taken[]> {
  const waiting = new Map<number, Waiting[]>();
  let running = runners.length;
  const runs = runners.map((run, index) =>
    run((what, when) => {
      if (when === 'after') return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(index, [...(waiting.get(index) ?? []), { what: `${index}: ${what}`, letThrough: resolve }]);
      return promise;
    }).finally(() => {
      running -= 1;
    }),
  );
  const taken: Taken[] = [];
  await nextTurn();
  while (running > 0) {
    const able = [...waiting].filter(([, queue]) => queue.length > 0).sort(([a], [b]) => a - b);
    const choice = choices[taken.length] ?? 0;
    const [index, [next, ...rest]] = able[choice] ?? [-1, []];
    if (!next) throw new Error('A runner waits for something that is not gated');
    waiting.set(index, rest);
    taken.push({ choice, of: able.length, what: next.what });
    next.letThrough();
    await nextTurn();
  }
  await Promise.all(runs);
  return taken;
}

/** The next path through the tree of choices, in depth-first order; undefined after the last one. */
function nextChoices(taken: readonly Taken[]): number[] | undefined {
  const last = taken.findLastIndex(({ choice, of }) => choice + 1 < of);
  if (last < 0) return undefined;
  return [...taken.slice(0, last).map(({ choice }) => choice), (taken[last]?.choice ?? 0) + 1];
}
