import { describe, expect, it } from 'vitest';
import { ClusterFault, type Surroundings } from '#shared/ports/cluster.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { aVirtualService, INCIDENT_NAME, type RawVirtualService } from '#test/builders/virtual-service.ts';
import { incidentSurroundings } from '#test/doubles/incident-surroundings.ts';
import { rollbackService, type ServiceParts } from '#test/doubles/rollback-service.ts';
import { afterwards, fails, scriptedCluster, type Turn, times } from '#test/doubles/scripted-cluster.ts';

const fault = async () => {
  throw new ClusterFault('forbidden', 'no rights');
};

describe('a read that is not needed for a rollback', () => {
  const reads: [keyof Surroundings, string][] = [
    ['rollouts', 'rollouts'],
    ['destinationRules', 'destinationrules of production'],
    ['endpoints', 'endpointslices of production'],
    ['pods', 'pods of production {"version":"v1"}'],
  ];

  it.each(reads)('does not stop it where %s cannot be read, and is noted', async (read, noted) => {
    const service = rollbackService({ surroundings: incidentSurroundings({ [read]: fault }) });

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
    expect(await service.records()).toMatchObject([
      { unknowns: [noted], stableReadiness: read === 'rollouts' ? 'ready' : 'unknown' },
    ]);
  });

  it('is not missed where the settings turn them off', async () => {
    const service = rollbackService();

    await service.post();

    expect(await service.records()).toMatchObject([{ unknowns: [], stableReadiness: 'unknown' }]);
  });

  it('is asked for once, however many alerts a delivery has', async () => {
    const asked: string[] = [];
    const service = rollbackService({ surroundings: incidentSurroundings() });
    const alerts = Array.from({ length: 50 }, (_, index) => aRawAlert({ fingerprint: `f${index}` }));

    await service.post(
      alerts,
      service.gated(async (what, when) => {
        if (when === 'before') asked.push(what);
      }),
    );

    const once = asked.filter((what) => !['read', 'commit'].includes(what));
    expect(once).toHaveLength(7);
    expect(new Set(once)).toEqual(
      new Set([
        ...['list managed-cached', 'rollouts', 'destinationrules', 'endpointslices', 'pods', 'patch', 'list all'],
      ]),
    );
  });
});

describe('a namespace of the settings that may not be listed', () => {
  /** The service sees `production`, where the incident is, and not `shop`. */
  function withGap(parts: ServiceParts = {}) {
    const gap =
      <T extends object>(): Turn<T> =>
      async (real) => ({ ...(await real()), forbidden: ['shop'] });
    return rollbackService({
      ...parts,
      clusters: (memory) => [
        scriptedCluster({ ...memory, context: 'eu' }, { list: times(9, gap()), all: times(9, gap()) }),
      ],
    });
  }

  it('does not stop a rollback elsewhere, whose record names the gap', async () => {
    const service = withGap();

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
    expect(service.cluster.read(INCIDENT_NAME).spec.http?.[1]?.route).toMatchObject([{ weight: 100 }, { weight: 0 }]);
    expect(await service.records()).toMatchObject([
      {
        outcome: 'rolled-back',
        unknowns: ['virtualservices of shop'],
        residual: 'unknown',
        message: expect.stringContaining('did not let us read, or not in time: virtualservices of shop.'),
      },
    ]);
  });

  it('leaves open whether a Rollout of that namespace owns the weights, and says so', async () => {
    const rollouts = async () => ({ objects: [], forbidden: ['shop'] });
    const service = rollbackService({ surroundings: incidentSurroundings({ rollouts }) });

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(await service.records()).toMatchObject([
      { unknowns: ['rollouts of shop'], message: expect.stringContaining('not known whether an Argo Rollout owns') },
    ]);
  });

  it.each([
    [
      'no VirtualService',
      aRawAlert({ labels: { ...aRawAlert().labels, destination_service_name: 'cart' } }),
      'no VirtualService with',
    ],
    ['no canary', aRawAlert(), 'there is no canary to roll back'],
  ])('fails an alert that finds %s, and says what to do', async (what, alert, words) => {
    const one = [{ route: [{ destination: { host: 'payment-svc', subset: 'v1' } }] }];
    const spec = { hosts: ['payment-svc'], http: one };
    const service = withGap(what === 'no canary' ? { objects: [aVirtualService({ spec, annotations: {} })] } : {});

    const { status, results } = await service.post([alert]);

    expect({ status, results }).toMatchObject({
      status: 200,
      results: [
        {
          outcome: 'failed',
          reason: 'forbidden',
          message: expect.stringMatching(new RegExp(`${words}.* VirtualServices of shop: apply .*namespaced.yaml`)),
          commands: [{ run: 'kubectl --context eu apply --namespace shop -f infra/kubernetes/namespaced.yaml' }],
        },
      ],
    });
    expect(await service.records()).toMatchObject([{ outcome: 'failed', reason: 'forbidden', pages: true }]);
  });
});

describe('an object that changes between LIST and patch', () => {
  /** Somebody writes it right before our patch, which meets a conflict and reads again. */
  function changedMeanwhile(change: (object: RawVirtualService) => void) {
    return rollbackService({
      clusters: (memory) => [
        scriptedCluster(memory, { patch: [afterwards(() => memory.write(INCIDENT_NAME, change))] }),
      ],
    });
  }

  it.each<[string, string, (object: RawVirtualService) => void]>([
    [
      'observed',
      'mode-observe',
      ({ metadata }) => Object.assign(metadata.labels ?? {}, { 'weightless/mode': 'observe' }),
    ],
    [
      'suggested',
      'mode-suggest',
      ({ metadata }) => Object.assign(metadata.labels ?? {}, { 'weightless/mode': 'suggest' }),
    ],
    ['refused', 'invalid-mode', ({ metadata }) => Object.assign(metadata.labels ?? {}, { 'weightless/mode': 'on' })],
    [
      'refused',
      'invalid-marks',
      ({ metadata }) => Object.assign(metadata.annotations ?? {}, { 'weightless/sla': 'x' }),
    ],
  ])('is %s (%s) as it says then', async (outcome, reason, change) => {
    const service = changedMeanwhile(change);

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome, reason }]);
    expect(service.cluster.patches).toEqual([]);
  });

  it('is left alone where it has opted out, and what it still sends to the canary pages', async () => {
    const service = changedMeanwhile((object) => {
      object.metadata.labels = {};
    });

    const { results } = await service.post();

    expect(results).toMatchObject([
      { outcome: 'already-zero', message: expect.stringContaining('No managed VirtualService routes to') },
    ]);
    expect(service.cluster.patches).toEqual([]);
    // The canary has users all the same: a person is told.
    expect(await service.records()).toMatchObject([
      { pages: true, residual: [{ kind: 'header-route' }, { kind: 'unmanaged-virtual-service', route: 'everyone' }] },
    ]);
  });

  it('is planned again as it is then', async () => {
    const service = changedMeanwhile((object) => {
      object.spec = { ...object.spec, http: [{ redirect: {} } as object, ...(object.spec.http ?? [])] };
    });

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(service.cluster.read(INCIDENT_NAME).spec.http?.[2]?.route).toMatchObject([{ weight: 100 }, { weight: 0 }]);
  });

  it('is left alone where somebody else has taken the canary to zero', async () => {
    const service = changedMeanwhile((object) => {
      const route = object.spec.http?.[1]?.route ?? [];
      for (const [index, weight] of [100, 0].entries()) Object.assign(route[index] ?? {}, { weight });
    });

    const { results } = await service.post();

    expect(results).toMatchObject([{ outcome: 'already-zero', reason: 'at-zero' }]);
    expect(service.cluster.patches).toEqual([]);
  });
});

describe('a delegate without the mode label', () => {
  const root = aVirtualService({ spec: { hosts: ['payment-svc'], http: [{ delegate: { name: 'inner' } }] } });
  const inner = aVirtualService({ name: 'inner', uid: 'inner', labels: {} });

  it('is waited for where it cannot be read: it may hold the canary', async () => {
    const service = rollbackService({
      objects: [root, inner],
      clusters: (memory) => [scriptedCluster(memory, { get: [fails('unauthorized'), fails('unauthorized')] })],
    });

    const { status, results } = await service.post();

    expect({ status, results }).toMatchObject({
      status: 503,
      results: [{ outcome: 'pending', reason: 'cluster-unauthorized' }],
    });
  });
});

describe('two clusters', () => {
  it('are read at once, and one that does not answer does not stop the other', async () => {
    const service = rollbackService({
      clusters: (memory) => [
        memory,
        { ...scriptedCluster(memory, { list: [fails('unauthorized')] }), name: 'production-us' },
      ],
    });
    const about = (cluster: string) => aRawAlert({ labels: { ...aRawAlert().labels, cluster }, fingerprint: cluster });

    const { status, results } = await service.post([about('production-us'), about('production-eu'), about('moon')]);

    expect(status).toBe(503);
    expect(results).toMatchObject([
      { outcome: 'pending', reason: 'cluster-unauthorized' },
      { outcome: 'rolled-back' },
      { outcome: 'refused', reason: 'cluster-unknown' },
    ]);
    expect(results[2]?.message).toMatch(/cluster=moon.*production-eu, production-us/);
  });
});
