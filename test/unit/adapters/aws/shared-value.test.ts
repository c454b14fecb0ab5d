import { describe, expect, it } from 'vitest';
import { sharedValue } from '#shared/adapters/aws/shared-value.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';

const never = new AbortController().signal;

/** A value that counts its loads, fresh for a second, and whose loads end when the test says. */
function counted() {
  const clock = fakeClock(0);
  const loads: PromiseWithResolvers<number>[] = [];
  const shared = sharedValue<number>({
    clock,
    freshUntil: () => clock.now() + 1000,
    load() {
      const load = Promise.withResolvers<number>();
      loads.push(load);
      return load.promise;
    },
  });
  return { clock, loads, shared };
}

describe('a shared value', () => {
  it('is loaded once for all who ask at the same time', async () => {
    const { loads, shared } = counted();

    const asked = [shared.get(never), shared.get(never), shared.get(never)];
    await Promise.resolve();
    loads[0]?.resolve(7);

    expect(await Promise.all(asked)).toEqual([7, 7, 7]);
    expect(loads).toHaveLength(1);
  });

  it('is kept while it is fresh, and loaded again then', async () => {
    const { clock, loads, shared } = counted();
    const first = shared.get(never);
    loads[0]?.resolve(1);
    await first;

    clock.advance(999);
    const kept = await shared.get(never);
    clock.advance(1);
    const second = shared.get(never);
    loads[1]?.resolve(2);

    expect([kept, await second]).toEqual([1, 2]);
    expect(loads).toHaveLength(2);
  });

  it('is loaded again after a failure, which all who waited see', async () => {
    const { loads, shared } = counted();

    const failed = [shared.get(never), shared.get(never)];
    loads[0]?.reject(new Error('down'));
    const outcomes = await Promise.allSettled(failed);
    const again = shared.get(never);
    loads[1]?.resolve(2);

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await again).toBe(2);
  });

  it('comes to those who wait although one of them has left', async () => {
    const { loads, shared } = counted();
    const leaving = new AbortController();

    const left = shared.get(leaving.signal);
    const stayed = shared.get(never);
    leaving.abort(new Error('no time'));
    await expect(left).rejects.toThrow('no time');
    loads[0]?.resolve(3);

    expect(await stayed).toBe(3);
    expect(loads).toHaveLength(1);
  });

  it('is not asked for by one who has no time left', async () => {
    const { loads, shared } = counted();

    const asked = shared.get(AbortSignal.abort(new Error('no time')));

    await expect(asked).rejects.toThrow('no time');
    expect(loads).toEqual([]);
  });

  it('is loaded again once it is dropped, by one load that is under way already', async () => {
    const { loads, shared } = counted();
    const first = shared.get(never);
    loads[0]?.resolve(1);
    await first;

    shared.drop();
    const second = shared.get(never);
    shared.drop();
    const third = shared.get(never);
    loads[1]?.resolve(2);

    expect(await Promise.all([second, third])).toEqual([2, 2]);
    expect(loads).toHaveLength(2);
  });

  it('is loaded anew where a load takes too long, and is not overwritten by that one', async () => {
    const { clock, loads, shared } = counted();

    const lost = shared.get(never);
    clock.advance(5000);
    const second = shared.get(never);
    loads[1]?.resolve(2);
    await second;
    loads[0]?.resolve(1);
    await lost;

    expect(await shared.get(never)).toBe(2);
    expect(loads).toHaveLength(2);
  });
});
