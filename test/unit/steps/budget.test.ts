import { describe, expect, it } from 'vitest';
import { ClusterFault } from '#shared/ports/cluster.ts';
import { DELIVERY_BUDGET_MS, remainingMs, startBudget, withRetries } from '#shared/steps/budget.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';

const never = new AbortController().signal;

describe('the budget of a delivery', () => {
  it('counts from its receipt, not from when it was started', () => {
    const clock = fakeClock(1000);

    expect(remainingMs(startBudget(clock, never, 400))).toBe(DELIVERY_BUDGET_MS - 600);
  });

  it('ends with the handler’s own signal', () => {
    const controller = new AbortController();
    const { signal } = startBudget(fakeClock(0), controller.signal, 0);

    controller.abort(new Error('the function’s time is over'));

    expect(signal.aborted).toBe(true);
  });
});

describe('a call that is tried again', () => {
  it.each(['unauthorized', 'not-served', 'forbidden'] as const)('is not, where %s', async (kind) => {
    let calls = 0;
    const attempt = withRetries(startBudget(fakeClock(0), never, 0), async () => {
      calls += 1;
      throw new ClusterFault(kind, 'no');
    });

    await expect(attempt).rejects.toThrow(ClusterFault);
    expect(calls).toBe(1);
  });

  it('is not, where the fault is no fault of the cluster', async () => {
    const attempt = withRetries(startBudget(fakeClock(0), never, 0), async () => {
      throw new TypeError('a mistake of ours');
    });

    await expect(attempt).rejects.toThrow(TypeError);
  });

  it('gives the cluster’s fault, not the waiting’s, where the time ends while it waits', async () => {
    const controller = new AbortController();
    const budget = startBudget(fakeClock(0), controller.signal, 0);
    const attempt = withRetries(budget, async () => {
      controller.abort();
      throw new ClusterFault('unreachable', 'the connection was reset');
    });

    await expect(attempt).rejects.toThrow('the connection was reset');
  });

  it('gives what the cluster said, where the time cuts the next try short', async () => {
    const controller = new AbortController();
    const budget = startBudget(fakeClock(0), controller.signal, 0);
    let calls = 0;
    const attempt = withRetries(budget, async () => {
      calls += 1;
      if (calls === 1) throw new ClusterFault('error', 'failed calling webhook');
      controller.abort();
      throw new ClusterFault('unreachable', 'no answer in time');
    });

    await expect(attempt).rejects.toThrow('failed calling webhook');
    expect(calls).toBe(2);
  });
});
