import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { anOutboxEvent } from '#test/builders/outbox-event.ts';
import type { AlertmanagerVersion } from './engines/alertmanager.ts';
import { kube } from './engines/kube-objects.ts';
import type { ServiceInProcess } from './engines/service-in-process.ts';
import {
  beginIncident,
  endErrors,
  type IncidentWorld,
  SERVICE,
  startIncidentWorld,
  users,
  virtualService,
} from './incident-world.ts';
import { writesSince } from './writes-since.ts';

const server = inject('kubeApiserver');
const admin = kube(server);
const manifest = fileURLToPath(new URL('../../infra/kubernetes/cluster-role.yaml', import.meta.url));
const WITHIN = { timeout: 90_000, interval: 50 };

/** The user of the kubeconfig has the shipped role and no other. */
beforeAll(() => admin.applyManifestFile(manifest));

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function startWorld(...alertmanagers: AlertmanagerVersion[]): Promise<IncidentWorld> {
  const world = await startIncidentWorld({ admin, kubeconfig: server.kubeconfigs.member, alertmanagers });
  stop = world.stop;
  return world;
}

/** Resolves once every delivery of the status has been answered. */
async function delivered({ deliveries }: IncidentWorld, status: string, count: number): Promise<void> {
  await vi.waitFor(
    () => expect(deliveries.filter((delivery) => delivery.status === status).length).toBeGreaterThanOrEqual(count),
    WITHIN,
  );
}

async function records({ service }: IncidentWorld): Promise<readonly RollbackRecord[]> {
  return service.store.rollbackLog.recent(10, AbortSignal.timeout(5000));
}

/** Every event that was written, in order: the stream brings a last one after them. */
async function eventTypes({ service }: IncidentWorld): Promise<string[]> {
  const last = anOutboxEvent({ id: 'last' });
  await service.store.rollbackLog.commit({ rollbacks: [], remove: [], events: [last] }, AbortSignal.timeout(5000));
  await vi.waitFor(() => expect(service.events.map(({ id }) => id)).toContain('last'), WITHIN);
  return service.events.filter(({ id }) => id !== 'last').map(({ type }) => type);
}

function printFigures(title: string, [record]: readonly RollbackRecord[]): void {
  if (!record) return;
  const { firedAt, receivedAt, targetedAt, zeroedAt, recordedAt } = record.timeline;
  const since = (at: number | undefined) => (at === undefined ? '-' : `+${at - firedAt} ms`);
  console.log(
    `${title}: alert → zero ${record.sla.alertToZeroMs} ms (fired 0, received ${since(receivedAt)}, ` +
      `targeted ${since(targetedAt)}, zeroed ${since(zeroedAt)}, recorded ${since(recordedAt)})`,
  );
}

describe('the incident, from the metric to the record', () => {
  test.each<AlertmanagerVersion>(['0.25', '0.31'])(
    'takes the canary from 99 to 0 when Alertmanager %s posts the alert, and closes the books when it has resolved',
    async (version) => {
      const world = await startWorld(version);

      await beginIncident(world);
      await delivered(world, 'firing', 1);
      const afterFiring = await records(world);
      endErrors(world);
      await delivered(world, 'resolved', 1);

      printFigures(`Alertmanager ${version}`, afterFiring);
      expect(await admin.get(virtualService(world.namespace))).toMatchObject({
        spec: { http: [virtualService('').spec.http[0], { name: 'users', route: users(100, 0) }] },
      });
      const canary = `${SERVICE}.${world.namespace}.svc.cluster.local/v2`;
      expect(afterFiring).toMatchObject([
        {
          canary,
          outcome: 'rolled-back',
          virtualServices: [`${world.namespace}/${SERVICE}`],
          residual: [{ kind: 'header-route', route: 'testers' }],
          sla: { met: true, count: 'met' },
          alert: { name: 'CanaryErrorRateHigh' },
        },
      ]);
      expect(afterFiring[0]?.timeline.alertResolvedAt).toBeUndefined();
      expect(await records(world)).toMatchObject([
        { id: afterFiring[0]?.id, outcome: 'rolled-back', timeline: { alertResolvedAt: expect.any(Number) } },
      ]);
      expect(await eventTypes(world)).toEqual(['RollbackCompleted', 'AlertResolved']);
      expect(world.service.events[0]?.detail.data).toMatchObject({ rollbackId: afterFiring[0]?.id, canary });
      expect(world.deliveries.map(({ answer }) => answer)).toEqual(world.deliveries.map(() => 200));
      expect(await pageOf(world.service)).toContain(`/rollbacks/${afterFiring[0]?.id}`);
    },
  );

  test('is one patch, one record and one event of each kind where two Alertmanagers deliver it at once', async () => {
    const world = await startWorld('0.25', '0.31');

    await beginIncident(world);
    await delivered(world, 'firing', 2);
    endErrors(world);
    await delivered(world, 'resolved', 2);

    const found = await records(world);
    printFigures('two Alertmanagers at once', found);
    const patched = await admin.get(virtualService(world.namespace));
    expect(await writesSince({ ...server, token: server.tokens.admin }, { ...world, name: SERVICE })).toMatchObject([
      { type: 'MODIFIED', object: { metadata: { resourceVersion: patched.metadata.resourceVersion, generation: 2 } } },
    ]);
    expect(patched).toMatchObject({
      metadata: {
        generation: 2,
        managedFields: expect.arrayContaining([expect.objectContaining({ manager: 'weightless' })]),
      },
      spec: { http: [{ name: 'testers' }, { name: 'users', route: users(100, 0) }] },
    });
    expect(found).toMatchObject([{ outcome: 'rolled-back', timeline: { alertResolvedAt: expect.any(Number) } }]);
    expect(await eventTypes(world)).toEqual(['RollbackCompleted', 'AlertResolved']);
    expect(world.deliveries.map(({ answer }) => answer)).toEqual(world.deliveries.map(() => 200));
  });
});

async function pageOf({ url, readToken }: ServiceInProcess): Promise<string> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${readToken}` } });
  return response.text();
}
