import { afterAll, describe, expect, it } from 'vitest';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { REASONS } from '#shared/domain/outcome.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { aVirtualService, INCIDENT_CANARY, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import type { MemoryCluster } from '#test/doubles/memory-cluster.ts';
import { rollbackService, type ServiceParts } from '#test/doubles/rollback-service.ts';
import {
  afterwards,
  answers,
  fails,
  losesTheAnswer,
  type Script,
  scriptedCluster,
  times,
} from '#test/doubles/scripted-cluster.ts';
import { FAULT_REASONS } from '#test/scenarios/reasons.ts';

/** A service in front of a cluster whose first calls go as the script says. */
function serviceWith(script: (memory: MemoryCluster) => Script, parts: ServiceParts = {}) {
  let calls: readonly string[] = [];
  const service = rollbackService({
    ...parts,
    clusters: (memory) => {
      const cluster = scriptedCluster(memory, script(memory));
      ({ calls } = cluster);
      return [cluster];
    },
  });
  return { ...service, calls: () => calls };
}

const seen = new Set<string>();
afterAll(() => {
  expect([...seen].sort()).toEqual([...FAULT_REASONS].sort());
});

const somebodyWrites = (memory: MemoryCluster) => () =>
  memory.write(INCIDENT_NAME, (object) => {
    object.metadata.labels = { ...object.metadata.labels, touched: 'yes' };
  });
const untouched = parseVirtualService(aVirtualService());
const served = { kind: 'bad-path', message: 'the server rejected our request due to an error in our request' } as const;

type Row = {
  readonly what: string;
  readonly script: (memory: MemoryCluster) => Script;
  /** Absent where the canary is at zero in the end. */
  readonly reason?: keyof typeof REASONS;
  readonly calls: string;
  readonly says?: RegExp;
  readonly unresolved?: true;
};

const rows: readonly Row[] = [
  { what: 'nothing goes wrong', script: () => ({}), calls: 'list patch all' },
  {
    what: 'the LIST is lost once',
    script: () => ({ list: [fails('unreachable')] }),
    calls: 'list list patch all',
  },
  {
    what: 'the API server answers the LIST with 500 twice',
    script: () => ({ list: times(2, fails('error')) }),
    calls: 'list list list patch all',
  },
  {
    what: 'the LIST asks to wait 2 s, which there is time for',
    script: () => ({ list: [fails('throttled', { retryAfterMs: 2000 })] }),
    calls: 'list list patch all',
  },
  {
    what: 'the LIST asks to wait 30 s, which there is no time for',
    script: () => ({ list: times(9, fails('throttled', { retryAfterMs: 30_000 })) }),
    reason: 'cluster-throttled',
    calls: 'list',
    unresolved: true,
  },
  {
    what: 'the credentials are not accepted, also reloaded',
    script: () => ({ list: [fails('unauthorized')] }),
    reason: 'cluster-unauthorized',
    calls: 'list',
    unresolved: true,
  },
  {
    what: 'the LIST is forbidden',
    script: () => ({
      list: [fails('forbidden', { verb: 'list', resource: 'virtualservices' })],
    }),
    reason: 'forbidden',
    says: /lacks the right to list virtualservices: apply infra\/kubernetes\/cluster-role\.yaml/,
    calls: 'list',
    unresolved: true,
  },
  {
    what: 'the CRD is absent',
    script: () => ({ list: [fails('not-served')] }),
    reason: 'virtual-services-not-served',
    calls: 'list',
    unresolved: true,
  },
  {
    what: 'the patch asks to wait 1 s',
    script: () => ({ patch: [fails('throttled', { retryAfterMs: 1000 })] }),
    calls: 'list patch patch all',
  },
  {
    what: 'the patch asks to wait beyond the budget',
    script: () => ({ patch: [fails('throttled', { retryAfterMs: 8000 })] }),
    reason: 'cluster-throttled',
    calls: 'list patch',
  },
  {
    what: 'the patch is answered with 500 once',
    script: () => ({ patch: [fails('error')] }),
    calls: 'list patch patch all',
  },
  {
    what: 'the patch is done, and its answer is lost',
    script: () => ({ patch: [losesTheAnswer()] }),
    calls: 'list patch patch get all',
  },
  {
    what: 'the credentials expire before the patch',
    script: () => ({ patch: [fails('unauthorized')] }),
    reason: 'cluster-unauthorized',
    calls: 'list patch',
  },
  {
    what: 'somebody writes the object before each of four patches',
    script: (memory) => ({ patch: times(4, afterwards(somebodyWrites(memory))) }),
    calls: 'list patch get patch get patch get patch get patch all',
  },
  {
    what: 'somebody writes the object before every patch',
    script: (memory) => ({ patch: times(9, afterwards(somebodyWrites(memory))) }),
    reason: 'conflict',
    says: /kept changing: 6 patches/,
    calls: 'list patch get patch get patch get patch get patch get patch',
  },
  {
    what: 'a path of the patch is not there, once',
    script: () => ({ patch: [answers(served)] }),
    calls: 'list patch get patch all',
  },
  {
    what: 'a path of the patch is not there, again',
    script: () => ({ patch: times(2, answers(served)) }),
    reason: 'rejected',
    calls: 'list patch get patch',
  },
  {
    what: 'a path is not there after a conflict',
    script: (memory) => ({ patch: [afterwards(somebodyWrites(memory)), answers(served)] }),
    calls: 'list patch get patch get patch all',
  },
  {
    what: 'the reading after a conflict is lost once',
    script: (memory) => ({ patch: [afterwards(somebodyWrites(memory))], get: [fails('unreachable')] }),
    calls: 'list patch get get patch all',
  },
  {
    what: 'the reading after a conflict is forbidden',
    script: (memory) => ({ patch: [afterwards(somebodyWrites(memory))], get: [fails('forbidden')] }),
    reason: 'forbidden',
    says: /The API server said: the cluster was forbidden/,
    calls: 'list patch get',
  },
  {
    what: 'the object is gone between LIST and patch, and comes back',
    script: () => ({ patch: [answers({ kind: 'gone' })] }),
    calls: 'list patch get patch all',
  },
  {
    what: 'the patch is forbidden, in words that name verb and resource',
    script: () => ({
      patch: [answers({ kind: 'forbidden', message: 'no', verb: 'patch', resource: 'virtualservices' })],
    }),
    reason: 'forbidden',
    says: /lacks the right to patch virtualservices/,
    calls: 'list patch',
  },
  {
    what: 'the patch is forbidden, in words that name nothing',
    script: () => ({ patch: [answers({ kind: 'forbidden', message: 'policy' })] }),
    reason: 'forbidden',
    says: /^production\/payment-svc: The API server said: policy$/,
    calls: 'list patch',
  },
  {
    what: 'an admission webhook denies the patch',
    script: () => ({ patch: [answers({ kind: 'denied-by-admission', message: 'admission webhook "a" denied it' })] }),
    reason: 'denied-by-admission',
    says: /admission webhook "a" denied it/,
    calls: 'list patch',
  },
  {
    what: 'the schema refuses the patch',
    script: () => ({ patch: [answers({ kind: 'rejected', message: 'spec.http: Invalid value' })] }),
    reason: 'rejected',
    says: /spec\.http: Invalid value/,
    calls: 'list patch',
  },
  {
    what: 'an admission webhook puts the weights back within the patch',
    script: () => ({ patch: [answers({ kind: 'patched', object: untouched })] }),
    reason: 'changed-by-admission',
    calls: 'list patch',
  },
];

describe('a rollback', () => {
  it.each(rows.filter(({ reason }) => !reason))('reaches zero where $what', async ({ script, calls }) => {
    const service = serviceWith(script);

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back', slaMet: true }] });
    expect(service.calls().join(' ')).toBe(calls);
    expect(service.cluster.patches).toHaveLength(1);
    expect((await service.events()).map(({ type }) => type)).toEqual(['RollbackCompleted']);
  });

  it.each(rows.filter(({ reason }) => reason))('ends as $reason where $what', async (row) => {
    const { script, reason = 'conflict', calls, says = /./, unresolved } = row;
    const service = serviceWith(script);
    const { outcome } = REASONS[reason];
    seen.add(reason);

    const { status, results } = await service.post();

    expect(status).toBe(outcome === 'pending' ? 503 : 200);
    expect(results).toMatchObject([{ outcome, reason }]);
    expect(results[0]?.message).toMatch(says);
    expect(service.calls().join(' ')).toBe(calls);
    expect(service.cluster.patches).toEqual([]);
    const records = await service.records();
    expect(records).toMatchObject([
      { outcome, reason, canary: unresolved ? '-' : INCIDENT_CANARY, pages: outcome !== 'pending' },
    ]);
    // A target that is known comes with the command that a person can run instead.
    expect(records[0]?.commands.length).toBe(unresolved ? 0 : 1);
    expect((await service.events()).map(({ type }) => type)).toEqual(outcome === 'pending' ? [] : ['RollbackFailed']);
  });

  it.each(rows.filter(({ reason }) => reason))(
    'is completed by a retry after it ended as $reason where $what',
    async (row) => {
      const service = serviceWith(row.script);
      await service.post();
      const pending = REASONS[row.reason ?? 'conflict'].outcome === 'pending';
      service.clock.advance(15_000);

      const { status, results } = await service.post(
        [aRawAlert()],
        service.handler({ clusters: async () => [service.cluster] }),
      );

      expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back', slaMet: true }] });
      const records = await service.records();
      const known = records.filter(({ canary }) => canary !== '-');
      expect(known).toMatchObject([{ outcome: 'rolled-back', sla: { count: 'met' }, pages: false }]);
      // What was recorded without a canary is deleted while pending, else kept and marked.
      const replaced = records.filter(({ canary }) => canary === '-');
      expect(replaced.map(({ supersededBy }) => supersededBy)).toEqual(
        row.unresolved && !pending ? [known[0]?.id] : [],
      );
      const told = (await service.events()).map(({ type }) => type);
      expect(told).toEqual(pending ? ['RollbackCompleted'] : ['RollbackFailed', 'RollbackCompleted']);
    },
  );

  it('counts what met another writer', async () => {
    const service = serviceWith((memory) => ({ patch: times(4, afterwards(somebodyWrites(memory))) }));

    await service.post();

    expect(service.meter.totals.get('ConflictRetries')).toBe(4);
  });

  it('waits as long as the API server asks, and not less', async () => {
    const service = serviceWith(() => ({ list: [fails('throttled', { retryAfterMs: 2000 })] }));

    await service.post();

    expect(service.clock.slept).toHaveLength(1);
    expect(service.clock.slept[0]).toBeGreaterThanOrEqual(2000);
    expect(service.clock.slept[0]).toBeLessThan(2200);
  });

  it('waits longer each time, with jitter, until the budget of 8 s is used up, and then says so', async () => {
    seen.add('cluster-unreachable');
    const service = serviceWith(() => ({ list: times(1000, fails('unreachable')) }));

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({ status: 503, results: [{ reason: 'cluster-unreachable' }] });
    const { slept } = service.clock;
    expect(slept.reduce((total, ms) => total + ms, 0)).toBeLessThan(8000);
    expect(Math.max(...slept)).toBeLessThanOrEqual(1000);
    expect(slept[0]).toBeLessThanOrEqual(200);
    expect(new Set(slept).size).toBeGreaterThan(1);
  });

  it('ends as cluster-error where the API server keeps answering 500', async () => {
    seen.add('cluster-error');
    const service = serviceWith(() => ({ patch: times(1000, fails('error')) }));

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({
      status: 503,
      results: [{ outcome: 'pending', reason: 'cluster-error' }],
    });
  });

  it('is out of time for a target whose turn comes after the budget', async () => {
    seen.add('out-of-time');
    const service = serviceWith(() => ({ list: [afterwards(() => service.clock.advance(9000))] }));

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({
      status: 503,
      results: [{ outcome: 'pending', reason: 'out-of-time' }],
    });
    expect(service.cluster.patches).toEqual([]);
  });

  it('ends as already-zero where the object is gone for good', async () => {
    const service = serviceWith((memory) => ({ patch: [afterwards(() => memory.remove(INCIDENT_NAME))] }));

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({
      status: 200,
      results: [{ outcome: 'already-zero', reason: 'at-zero' }],
    });
    expect(results[0]?.message).toMatch(/No managed VirtualService routes to .*\/v2 any more/);
  });

  it('does not count what else may reach the canary as known where the last LIST fails', async () => {
    const service = serviceWith(() => ({ all: [fails('unreachable')] }));

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({
      status: 200,
      results: [{ outcome: 'rolled-back', residual: 'unknown' }],
    });
  });
});

describe('several VirtualServices of one canary', () => {
  const objects = [aVirtualService(), aVirtualService({ name: 'edge', uid: 'edge-uid' })];

  it('are all tried, what failed is named, and a retry completes the rest', async () => {
    const service = serviceWith(() => ({ patch: [answers({ kind: 'denied-by-admission', message: 'frozen' })] }), {
      objects,
    });

    const first = await service.post();
    const patchedAt = service.clock.now();
    service.clock.advance(10_000);
    const second = await service.post();

    expect(first.results).toMatchObject([{ outcome: 'failed', reason: 'denied-by-admission' }]);
    expect(first.results[0]?.message).toMatch(
      /production\/payment-svc: frozen.*production\/edge: the canary is at zero/s,
    );
    expect(second.results).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(service.cluster.patches.map(({ name }) => name)).toEqual(['production/edge', INCIDENT_NAME]);
    expect(await service.records()).toMatchObject([{ timeline: { zeroedAt: patchedAt + 10_000 } }]);
  });
});
