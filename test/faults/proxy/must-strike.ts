import { AsyncLocalStorage } from 'node:async_hooks';

/** What a variant injected, and how to know that it was met. */
type Injected = { readonly what: string; readonly struck: () => boolean | Promise<boolean> };

const current = new AsyncLocalStorage<Injected[]>();

/** Runs one variant, and throws where a fault that was injected on the way struck nothing: then nothing was tried. */
export async function strikingAll<T>(act: () => Promise<T>): Promise<T> {
  const injected: Injected[] = [];
  const result = await current.run(injected, act);
  const met = await Promise.all(injected.map(async ({ what, struck }) => ({ what, struck: await struck() })));
  const missed = met.filter(({ struck }) => !struck).map(({ what }) => what);
  if (missed.length > 0) throw new Error(`Nothing met what was injected: ${missed.join('; ')}`);
  return result;
}

/** Every fault that is injected says so here: outside of a variant nobody would hear that it never struck. */
export function mustStrike(what: string, struck: Injected['struck']): void {
  const injected = current.getStore();
  if (!injected) throw new Error(`${what} is injected outside of a row’s hold(): inject it within one`);
  injected.push({ what, struck });
}
