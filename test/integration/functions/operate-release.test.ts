import { describe, expect, it } from 'vitest';
import { aVirtualService, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { journal, told, weights } from '#test/doubles/incident-service.ts';
import { type Operation, operateService } from '#test/doubles/operate-service.ts';
import { answers, scriptedCluster } from '#test/doubles/scripted-cluster.ts';

const releasing = (parts: Partial<Operation> & { of?: string } = {}): Operation => {
  const { of = 'production-eu/production/payment-svc', ...rest } = parts;
  return { path: `/v1/holds/${of}/release`, body: { reason: 'v3 is out' }, ...rest };
};

async function rolledBack() {
  const object = aVirtualService();
  object.metadata.labels = { ...object.metadata.labels, 'kustomize.toolkit.fluxcd.io/name': 'apps' };
  const service = operateService({ objects: [object] });
  await service.post();
  return service;
}

describe('the release of a hold', () => {
  it('leaves the weights, takes label and Flux annotation away, and says who wanted it and why', async () => {
    const service = await rolledBack();

    const { status, body } = await service.operate(releasing());

    const [record] = await service.records();
    expect({ status, body }).toMatchObject({ status: 200, body: { released: true, rollbackIds: [record?.id] } });
    const { metadata } = service.cluster.read(INCIDENT_NAME);
    expect(metadata.labels).not.toHaveProperty('weightless/held');
    expect(metadata.annotations).not.toHaveProperty('kustomize.toolkit.fluxcd.io/reconcile');
    expect(weights(service)).toEqual([100, 0]);
    expect(journal(service).entries).toMatchObject([{ state: 'released', ended: { by: 'alice', why: 'v3 is out' } }]);
    expect(record?.history).toMatchObject([{ kind: 'released', by: 'alice', why: 'v3 is out' }]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'HoldReleased']);
  });

  it('is done once', async () => {
    const service = await rolledBack();
    await service.operate(releasing());

    const { status, body } = await service.operate(releasing());

    expect({ status, body }).toMatchObject({ status: 200, body: { released: false } });
    expect(body['message']).toBe('Nothing holds production/payment-svc.');
    expect(await told(service)).toEqual(['RollbackCompleted', 'HoldReleased']);
  });

  it('takes a label away that has no journal any more', async () => {
    const service = await rolledBack();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      metadata.annotations = {};
    });

    const { status, body } = await service.operate(releasing());

    expect({ status, body }).toMatchObject({ status: 200, body: { released: true, rollbackIds: [] } });
    expect(service.cluster.read(INCIDENT_NAME).metadata.labels).not.toHaveProperty('weightless/held');
  });

  it('shows in a dry run what it would do, and writes nothing', async () => {
    const service = await rolledBack();
    const before = service.cluster.read(INCIDENT_NAME);

    const { status, body } = await service.operate(releasing({ dryRun: true }));

    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        dryRun: true,
        message: `${INCIDENT_NAME} would be held no more.`,
        patches: [
          {
            virtualService: INCIDENT_NAME,
            patch: expect.arrayContaining([{ op: 'remove', path: '/metadata/labels/weightless~1held' }]),
          },
        ],
      },
    });
    expect(service.cluster.read(INCIDENT_NAME)).toEqual(before);
  });

  it('shows in a dry run that nothing is held', async () => {
    const service = operateService();

    const { status, body } = await service.operate(releasing({ dryRun: true }));

    expect({ status, body }).toEqual({
      status: 200,
      body: { dryRun: true, patches: [], message: `Nothing holds ${INCIDENT_NAME}.` },
    });
  });

  it('is judged by the API server in a dry run, too', async () => {
    const service = await rolledBack();
    const denied = answers({ kind: 'denied-by-admission', message: 'admission webhook "x" denied the request: no' });
    const cluster = scriptedCluster(service.cluster, { patch: [denied] });
    const through = service.operator({ clusters: async () => [cluster] });

    const { status, body } = await service.operate(releasing({ dryRun: true }), through);

    expect({ status, body }).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('admission webhook "x" denied'), reason: 'denied' },
    });
  });

  it('finds a cluster whose name is the ARN of an EKS cluster, encoded or not', async () => {
    const arn = 'arn:aws:eks:eu-central-1:123456789012:cluster/shop';
    const service = operateService();
    const named = service.operator({ clusters: async () => [{ ...service.cluster, name: arn }] });

    for (const cluster of [arn, encodeURIComponent(arn)]) {
      const answer = await service.operate(releasing({ of: `${cluster}/production/payment-svc` }), named);

      expect(answer, cluster).toMatchObject({ status: 200, body: { released: false } });
    }
  });

  it.each<[string, Partial<Operation> & { of?: string }, number, RegExp]>([
    ['an unknown cluster', { of: 'asia/production/payment-svc' }, 404, /name no cluster "asia"/],
    ['an unknown VirtualService', { of: 'production-eu/production/other' }, 404, /no VirtualService production\/other/],
    ['no name', { of: 'production-eu/production/A_B' }, 400, /The path is/],
    ['no reason', { body: {} }, 400, /reason: expected why/],
    ['too much of a reason', { body: { reason: 'x'.repeat(513) } }, 400, /reason: expected 512 characters at most/],
    ['no JSON', { body: 'x' }, 400, /no JSON/],
    ['no such path', { path: '/v1/holds/a/release' }, 404, /There is no/],
  ])('is answered what is wrong with %s', async (_, parts, status, words) => {
    const service = await rolledBack();

    const answer = await service.operate(releasing(parts));

    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(words);
    expect(service.cluster.patches).toHaveLength(1);
  });
});
