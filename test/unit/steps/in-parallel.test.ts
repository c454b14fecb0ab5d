import { describe, expect, it } from 'vitest';
import { inParallel } from '#shared/steps/in-parallel.ts';

describe('tasks in parallel', () => {
  it('gives their results in the order of the tasks', async () => {
    const results = await inParallel([3, 1, 2], 2, async (ticks) => {
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      return ticks * 10;
    });

    expect(results).toEqual([30, 10, 20]);
  });

  it('has no more than the limit under way', async () => {
    let running = 0;
    let most = 0;

    await inParallel([1, 2, 3, 4, 5], 2, async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    });

    expect(most).toBe(2);
  });

  it('ends every task before it throws the failure of one', async () => {
    const ended: number[] = [];

    const all = inParallel([1, 2, 3], 1, async (item) => {
      if (item === 1) throw new Error('the first');
      ended.push(item);
    });

    await expect(all).rejects.toThrow('the first');
    expect(ended).toEqual([2, 3]);
  });
});
