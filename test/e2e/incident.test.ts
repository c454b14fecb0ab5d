import { createHmac } from 'node:crypto';
import { afterAll, describe, expect, inject, test, vi } from 'vitest';
import { destinationRule, SERVICE, users, virtualService } from '#test/real/incident-world.ts';
import { writesSince } from '#test/real/writes-since.ts';
import { startAlerting } from './alerting.ts';
import { listenToBus } from './listen-to-bus.ts';
import { stackOf } from './stack.ts';
import { CHANNEL, CLUSTERS } from './world-settings.ts';

const WITHIN = { timeout: 120_000, interval: 100 };
const stack = stackOf(inject('world'));
const { admin, world } = stack;
const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** As the typo left it, in a namespace of its own. */
async function startIncident() {
  const namespace = await admin.newNamespace();
  await admin.create(destinationRule(namespace));
  const { metadata } = await admin.create(virtualService(namespace));
  const since = { namespace, name: SERVICE, resourceVersion: metadata.resourceVersion ?? '' };
  const access = { ...world.first, token: world.first.tokens.admin };
  return {
    namespace,
    canary: `${SERVICE}.${namespace}.svc.cluster.local/v2`,
    writes: () => writesSince(access, since),
  };
}

describe('the incident, on the deployed stack', () => {
  test('is 100/0, with one record, one event and one notification, after the alert of the real Prometheus', async () => {
    const { namespace, canary } = await startIncident();
    const bus = await listenToBus(stack, namespace);
    const alerting = await startAlerting(stack, { alertmanagers: ['0.31'], cluster: CLUSTERS.first });
    stops.push(alerting.stop);

    await alerting.beginIncident(namespace);
    await vi.waitFor(async () => expect(await stack.notifications(namespace)).toHaveLength(1), WITHIN);

    expect(await admin.get(virtualService(namespace))).toMatchObject({
      spec: { http: [virtualService('').spec.http[0], { name: 'users', route: users(100, 0) }] },
    });
    const records = await stack.records(namespace);
    printFigures(records);
    expect(records).toMatchObject([
      {
        outcome: 'rolled-back',
        cluster: CLUSTERS.first,
        canary,
        sla: { met: true, count: 'met' },
        residual: [{ kind: 'header-route', route: 'testers' }],
      },
    ]);
    expect(await bus.about(namespace)).toMatchObject([
      { 'detail-type': 'RollbackCompleted', detail: { data: { rollbackId: records[0]?.id, canary } } },
    ]);
    const [told] = await stack.notifications(namespace);
    expect(told).toMatchObject({ path: `/channels/${CHANNEL}`, body: expect.stringContaining('RollbackCompleted') });
    const signed = `${told?.headers['weightless-timestamp']}.${told?.body}`;
    const signature = createHmac('sha256', world.signingKey).update(signed).digest('hex');
    expect(told?.headers['weightless-signature']).toBe(`v1=${signature}`);
  });

  test.each([
    ['know nothing of each other', false],
    ['are a cluster', true],
  ])('is one patch, one record and one event of three Alertmanagers that %s', async (_how, gossip) => {
    const { namespace, writes } = await startIncident();
    const bus = await listenToBus(stack, namespace);
    const alerting = await startAlerting(stack, {
      alertmanagers: ['0.25', '0.31', '0.31'],
      cluster: CLUSTERS.first,
      gossip,
    });
    stops.push(alerting.stop);

    await alerting.beginIncident(namespace);
    // In a cluster, who is not the first waits for it, and is silent where it has delivered.
    await alerting.delivered(gossip ? 1 : 3);
    await vi.waitFor(async () => expect(await bus.about(namespace)).toHaveLength(1), WITHIN);

    expect(await writes()).toMatchObject([{ type: 'MODIFIED', object: { metadata: { generation: 2 } } }]);
    expect(await stack.records(namespace)).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(await bus.about(namespace)).toMatchObject([{ 'detail-type': 'RollbackCompleted' }]);
  });
});

function printFigures([record]: Awaited<ReturnType<typeof stack.records>>): void {
  if (!record) return;
  const { firedAt, ...times } = record.timeline;
  const since = Object.entries(times).flatMap(([name, at]) =>
    typeof at === 'number' ? [`${name} +${at - firedAt} ms`] : [],
  );
  console.log(`from the alert, at the emulator's cost: ${since.join(', ')}`);
}
