import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { kube } from '#test/real/engines/kube-objects.ts';
import { virtualService } from '#test/real/incident-world.ts';
import { webhookAbout } from './alerts.ts';
import { atWeights, startIncident } from './incidents.ts';
import { stackOf } from './stack.ts';
import { CLUSTERS } from './world-settings.ts';

const WITHIN = { timeout: 60_000, interval: 20 };
const stack = stackOf(inject('world'));
const first = kube(stack.world.first);
const second = kube(stack.world.second);
afterEach(() => stack.relay('open'));

/** The incident in a namespace of each cluster. */
let inFirst: string;
let inSecond: string;
beforeEach(async () => {
  inFirst = await startIncident(stack, 'first');
  inSecond = await startIncident(stack, 'second');
});

const both = () => webhookAbout({ namespace: inFirst }, { namespace: inSecond, cluster: CLUSTERS.second });

describe('a stack with two clusters', () => {
  test('rolls back in each what its alert is about, with the token that is kept for it', async () => {
    const { status, results } = await stack.post(both());

    expect({ status, results }).toMatchObject({
      status: 200,
      results: [
        { outcome: 'rolled-back', target: { cluster: CLUSTERS.first } },
        { outcome: 'rolled-back', target: { cluster: CLUSTERS.second } },
      ],
    });
    expect(await first.get(virtualService(inFirst))).toMatchObject(atWeights(100, 0));
    expect(await second.get(virtualService(inSecond))).toMatchObject(atWeights(100, 0));
    expect(await stack.records(inFirst)).toMatchObject([{ cluster: CLUSTERS.first, outcome: 'rolled-back' }]);
    expect(await stack.records(inSecond)).toMatchObject([{ cluster: CLUSTERS.second, outcome: 'rolled-back' }]);
  });

  test('does not let the alert of one wait for the other that hangs, and rolls that back when it is there again', async () => {
    await stack.relay('hang');
    const webhook = both();
    let answered = false;
    const answer = stack.post(webhook).finally(() => {
      answered = true;
    });

    await vi.waitFor(
      async () => expect(await first.get(virtualService(inFirst))).toMatchObject(atWeights(100, 0)),
      WITHIN,
    );
    // The delivery still waits for the second cluster.
    expect(answered).toBe(false);
    const { status, results } = await answer;
    await stack.relay('open');
    const again = await stack.post(webhook);

    expect({ status, results }).toMatchObject({
      status: 503,
      results: [{ outcome: 'rolled-back' }, { outcome: 'pending', reason: 'cluster-unreachable' }],
    });
    expect(again).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }, { outcome: 'rolled-back' }] });
    expect(await second.get(virtualService(inSecond))).toMatchObject(atWeights(100, 0));
    expect(await stack.records(inFirst)).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(await stack.records(inSecond)).toMatchObject([{ outcome: 'rolled-back' }]);
  });
});
