import { describe, expect, it } from 'vitest';
import type { RequestLog } from '#shared/ports/request-log.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { runGuardOf } from '#test/doubles/guard-runs.ts';
import { journal, told, weights } from '#test/doubles/incident-service.ts';
import { byHand, type OperateService, type Operation, operateService } from '#test/doubles/operate-service.ts';
import { fails, losesTheAnswer, type Script, scriptedCluster, times } from '#test/doubles/scripted-cluster.ts';

async function rolledBack() {
  const service = operateService();
  await service.post();
  const [record] = await service.records();
  service.clock.advance(60_000);
  return { service, id: record?.id ?? '' };
}

const restoring = (id: string): Operation => ({
  path: `/v1/rollbacks/${id}/restore`,
  body: { reason: 'v2 was not at fault' },
});
const releasing: Operation = {
  path: `/v1/holds/production-eu/${INCIDENT_NAME}/release`,
  body: { reason: 'v3 is out' },
};

const through = (service: OperateService, script: Script, requestLog?: RequestLog) =>
  service.operator({
    clusters: async () => [scriptedCluster(service.cluster, script)],
    ...(requestLog ? { requestLog } : {}),
  });
const lost: Script = { patch: [losesTheAnswer()] };

describe('a request whose patch was done, and whose answer was lost on the way to us', () => {
  it('is a restore like any other', async () => {
    const { service, id } = await rolledBack();

    const { status, body } = await service.operate(restoring(id), through(service, lost));

    expect({ status, body }).toMatchObject({ status: 200, body: { restored: [INCIDENT_NAME], restoredBefore: [] } });
    expect(weights(service)).toEqual([1, 99]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackRestored']);
  });

  it('is a release like any other', async () => {
    const { service, id } = await rolledBack();

    const { status, body } = await service.operate(releasing, through(service, lost));

    expect({ status, body }).toMatchObject({ status: 200, body: { released: true, rollbackIds: [id] } });
    expect(await told(service)).toEqual(['RollbackCompleted', 'HoldReleased']);
  });

  it('is told of once where another had released it meanwhile', async () => {
    const { service } = await rolledBack();
    const another: Script = {
      patch: [
        async () => {
          await service.operate({ ...releasing, token: 'bob-token' });
          return { kind: 'conflict' };
        },
      ],
    };

    const { body } = await service.operate(releasing, through(service, another));

    expect(body).toMatchObject({ released: false, rollbackIds: [] });
    expect(journal(service).entries).toMatchObject([{ state: 'released', ended: { by: 'bob' } }]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'HoldReleased']);
  });
});

describe('a release that died before the records had it', () => {
  it('is told of when the request comes again, with who and why', async () => {
    const { service, id } = await rolledBack();
    const away = () => Promise.reject(new StoreFault('the store is away'));
    const first = await service.operate(
      releasing,
      service.operator({ rollbackLog: { ...service.store, read: away, commit: away } }),
    );

    const second = await service.operate(releasing);

    expect(first.status).toBe(503);
    expect(second).toMatchObject({ status: 200, body: { released: false, rollbackIds: [id] } });
    const [record] = await service.records();
    expect(record?.history).toMatchObject([{ kind: 'released', by: 'alice', why: 'v3 is out' }]);
  });
});

describe('a rollback by hand that died before the records had it', () => {
  it('is recorded by guard, with who wanted it and why', async () => {
    const service = operateService();
    const away = () => Promise.reject(new StoreFault('the store is away'));
    await service.operate(
      byHand(),
      service.operator({ rollbackLog: { ...service.store, read: away, commit: away, ofFiring: away } }),
    );
    service.clock.advance(120_000);

    await runGuardOf(service);

    expect(await service.records()).toMatchObject([
      { outcome: 'rolled-back', requestedBy: { name: 'alice', reason: 'v2 answers nonsense' } },
    ]);
  });
});

/** Remembers keys, and says so only once `answers` is called. */
function slowLog(firstReceivedAt?: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const log: RequestLog = {
    async claim(request) {
      await promise;
      return { ...request, receivedAt: firstReceivedAt ?? request.receivedAt };
    },
  };
  return { log, answers: resolve };
}

/** The store’s answer comes when the cluster has been asked: later than it is waited for. */
const answering = (slow: ReturnType<typeof slowLog>, script: Script): Script => ({
  ...script,
  patch: [
    async (real) => {
      const answer = script.patch?.[0] ? script.patch[0](real) : real();
      slow.answers();
      return answer;
    },
    ...(script.patch ?? []).slice(1),
  ],
});

describe('a rollback by hand whose key the store is slow to know', () => {
  it('is recorded as the first of its key, once the store has said so', async () => {
    const service = operateService();
    const slow = slowLog();

    const { status } = await service.operate(byHand(), through(service, answering(slow, {}), slow.log));

    expect(status).toBe(200);
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
  });

  it('is remembered where the store knew nothing at first, and does once the cluster was asked', async () => {
    const service = operateService();
    const claims: number[] = [];
    const log: RequestLog = {
      async claim(request) {
        claims.push(request.receivedAt);
        if (claims.length === 1) throw new StoreFault('the store is away');
        return request;
      },
    };

    const { status } = await service.operate(
      byHand(),
      through(service, { patch: times(50, fails('unauthorized')) }, log),
    );

    expect(status).toBe(503);
    expect(await service.records()).toMatchObject([{ outcome: 'pending', timeline: { receivedAt: claims[1] } }]);
  });

  it('leaves no record of a try that did nothing, where the store cannot say', async () => {
    const service = operateService();
    const unable: RequestLog = { claim: () => Promise.reject(new StoreFault('the store is away')) };
    const refusing: Script = { patch: times(50, fails('unauthorized')) };

    const first = await service.operate(byHand(), through(service, refusing, unable));
    const left = await service.records();
    service.clock.advance(5000);
    const second = await service.operate(byHand());

    expect(first).toMatchObject({ status: 503, body: { error: expect.stringMatching(/same Idempotency-Key/) } });
    expect(left).toEqual([]);
    expect(second.status).toBe(200);
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
  });

  it('ends what the first try left pending, where it acts before the store knows of that', async () => {
    const service = operateService();
    await service.operate(byHand(), through(service, { patch: times(50, fails('unauthorized')) }));
    const [pending] = await service.records();
    service.clock.advance(5000);
    const slow = slowLog(pending?.timeline.receivedAt);

    const { status } = await service.operate(byHand(), through(service, answering(slow, {}), slow.log));
    service.clock.advance(10 * 60_000);
    await runGuardOf(service);

    expect(pending?.outcome).toBe('pending');
    expect(status).toBe(200);
    const records = await service.records();
    expect(records.map(({ outcome }) => outcome).sort()).toEqual(['already-zero', 'rolled-back']);
    expect(records.filter(({ pages }) => pages)).toEqual([]);
    expect(service.cluster.patches).toHaveLength(1);
  });
});
