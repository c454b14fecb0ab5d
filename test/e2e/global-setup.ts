import type { TestProject } from 'vitest/node';
import { startWorld, type World } from './world.ts';

declare module 'vitest' {
  interface ProvidedContext {
    world: World;
  }
}

/** One stack, deployed once for the whole run: a test takes namespaces of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    project.provide('world', await startWorld(stops));
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
