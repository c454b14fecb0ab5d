import { expect, onTestFinished, test, vi } from 'vitest';
import { startGuard } from '#cli/local/guard.ts';
import { ClusterFault } from '#shared/ports/cluster.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { INCIDENT_CANARY } from '#test/builders/virtual-service.ts';
import { recordingBus } from '#test/doubles/guard-runs.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { rollbackService } from '#test/doubles/rollback-service.ts';
import { fails, scriptedCluster } from '#test/doubles/scripted-cluster.ts';

/** The machine's own time, as guard of `npm start` has no other. */
async function aPendingRollback() {
  const service = rollbackService({ at: Date.now() });
  const away = scriptedCluster(service.cluster, { list: [fails('unauthorized')] });
  await service.post(undefined, service.handler({ clusters: async () => [away] }));
  const parts = { settings: service.settings, cluster: service.cluster, bus: recordingBus() };
  return {
    service,
    parts: {
      ...parts,
      store: { ...service.store, rollbackLog: service.store },
    },
  };
}

test('guard of the local stack finishes what is pending, run after run', async () => {
  const { service, parts } = await aPendingRollback();
  const guard = startGuard({ ...parts, log: recordingLog(), everyMs: 5 });
  onTestFinished(() => guard.stop());

  await vi.waitFor(
    async () => expect(await service.records()).toMatchObject([{ canary: INCIDENT_CANARY, outcome: 'rolled-back' }]),
    5000,
  );
});

test('guard of the local stack tells of a run that fails, and goes on', async () => {
  const { service, parts } = await aPendingRollback();
  let faults = 2;
  const rollbackLog = {
    ...service.store,
    unfinished: async (...page: Parameters<typeof service.store.unfinished>) => {
      if (faults-- > 0) throw new StoreFault('the store is away');
      return service.store.unfinished(...page);
    },
  };
  const log = recordingLog();
  const guard = startGuard({ ...parts, store: { ...parts.store, rollbackLog }, log, everyMs: 5 });
  onTestFinished(() => guard.stop());

  await vi.waitFor(async () => expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]), 5000);

  const failed = log.lines.filter(({ message }) => message === 'A run of guard failed');
  expect(failed).toMatchObject([
    { fields: { cause: 'the store is away' } },
    { fields: { cause: 'the store is away' } },
  ]);
});

test('guard of the local stack ends with what it is doing when it is stopped', async () => {
  const { parts } = await aPendingRollback();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const hanging = async (_: unknown, signal: AbortSignal): Promise<never> => {
    resolve();
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(new ClusterFault('unreachable', 'stopped')), { once: true }),
    );
  };
  const virtualServices = { ...parts.cluster.virtualServices, list: hanging, listPage: hanging };
  const log = recordingLog();
  const guard = startGuard({ ...parts, cluster: { ...parts.cluster, virtualServices }, log, everyMs: 5 });

  await asked;
  await guard.stop();

  expect(log.lines.filter(({ message }) => message === 'A run of guard failed')).toEqual([]);
});
