import { describe, expect, it } from 'vitest';
import type { ClusterSettings } from '#shared/contracts/settings.ts';
import { clusterRegistry } from '#shared/runtime/cluster-registry.ts';
import { memoryCluster } from '#test/doubles/memory-cluster.ts';
import { steppedClock } from '#test/doubles/stepped-clock.ts';

const never = new AbortController().signal;

function entry(name: string, more: Partial<ClusterSettings> = {}): ClusterSettings {
  return { name, endpoint: `https://${name}.example.com`, token: { env: 'TOKEN' }, optionalReads: true, ...more };
}

/** A registry of memory clusters; what happens to their connections is noted. */
function registry(broken: readonly string[] = []) {
  const events: string[] = [];
  const clusters = clusterRegistry({
    build({ name, endpoint }) {
      if (broken.includes(name)) throw new Error('no way to make its credentials');
      return {
        ...memoryCluster({ objects: [], clock: steppedClock(0), name }),
        client: {
          async warm() {
            events.push(`connect ${endpoint}`);
            throw new Error('it does not answer yet');
          },
          retire: () => events.push(`retire ${endpoint}`),
        },
      };
    },
    onUnusable: (name, cause) => events.push(`unusable ${name}: ${String(cause)}`),
  });
  return { ...clusters, events };
}

describe('the clusters of the settings', () => {
  it('are connected to once, and kept while their entries stay as they are', () => {
    const { update, clusters, events } = registry();

    update([entry('eu'), entry('us')]);
    const before = clusters();
    update([entry('us'), entry('eu')]);
    const after = clusters();

    expect(before.map(({ name }) => name)).toEqual(['eu', 'us']);
    expect(after).toEqual([before[1], before[0]]);
    expect(after[0]).toBe(before[1]);
    expect(events).toEqual(['connect https://eu.example.com', 'connect https://us.example.com']);
  });

  it('are new where their entry has changed, and the old connection is retired', () => {
    const { update, clusters, events } = registry();
    update([entry('eu'), entry('us')]);
    const [eu, us] = clusters();

    update([entry('eu', { endpoint: 'https://moved.example.com' }), entry('us')]);

    expect(clusters()[0]).not.toBe(eu);
    expect(clusters()[1]).toBe(us);
    expect(events.slice(2)).toEqual(['connect https://moved.example.com', 'retire https://eu.example.com']);
  });

  it('are retired where they are no longer configured', () => {
    const { update, clusters, events } = registry();
    update([entry('eu'), entry('us')]);

    update([entry('us')]);

    expect(clusters().map(({ name }) => name)).toEqual(['us']);
    expect(events.at(-1)).toBe('retire https://eu.example.com');
  });

  it('are there without one whose entry cannot be used, and that one says why', async () => {
    const { update, clusters, events } = registry(['us']);

    update([entry('us', { context: 'kube-us' }), entry('eu')]);
    const [us, eu] = clusters();

    expect(await eu?.virtualServices.list('managed', never)).toEqual({ objects: [], forbidden: [] });
    expect(us).toMatchObject({ name: 'us', context: 'kube-us' });
    await expect(us?.virtualServices.list('managed', never)).rejects.toMatchObject({
      name: 'ClusterFault',
      kind: 'unauthorized',
      message: 'The settings of cluster us cannot be used: no way to make its credentials',
    });
    expect(events).toContain('unusable us: Error: no way to make its credentials');
  });
});
