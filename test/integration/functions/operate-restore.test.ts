import { describe, expect, it } from 'vitest';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { aVirtualService, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import type { Gate } from '#test/doubles/gated.ts';
import { gatedGuard, runGuardOf } from '#test/doubles/guard-runs.ts';
import { HOUR_MS, journal, told, weights } from '#test/doubles/incident-service.ts';
import { interleave } from '#test/doubles/interleave.ts';
import {
  type Answered,
  byHand,
  type OperateService,
  type Operation,
  operateService,
} from '#test/doubles/operate-service.ts';
import { answers, fails, scriptedCluster, times } from '#test/doubles/scripted-cluster.ts';

const FLUX = 'kustomize.toolkit.fluxcd.io/reconcile';

/** The incident, rolled back by its alert. */
async function rolledBack(flux = false): Promise<{ service: OperateService; id: string }> {
  const object = aVirtualService();
  if (flux) object.metadata.labels = { ...object.metadata.labels, 'kustomize.toolkit.fluxcd.io/name': 'apps' };
  const service = operateService({ objects: [object] });
  await service.post();
  service.clock.advance(60_000);
  const [record] = await service.records();
  return { service, id: record?.id ?? '' };
}

const restoring = (id: string, parts: Partial<Operation> & { force?: boolean } = {}): Operation => {
  const { force, ...rest } = parts;
  return {
    path: `/v1/rollbacks/${id}/restore`,
    body: { reason: 'v2 was not at fault', ...(force === undefined ? {} : { force }) },
    ...rest,
  };
};

/** Somebody moves one percent of the traffic. */
function moveOne(service: OperateService): void {
  service.cluster.write(INCIDENT_NAME, (object) => {
    const spec = structuredClone(object.spec);
    const route = spec.http?.[1]?.route ?? [];
    for (const [index, weight] of [99, 1].entries()) Object.assign(route[index] ?? {}, { weight });
    object.spec = spec;
  });
}

describe('a restore', () => {
  it('brings back what the rollback changed, ends the hold, and says who wanted it and why', async () => {
    const { service, id } = await rolledBack(true);
    expect(service.cluster.read(INCIDENT_NAME).metadata.annotations).toMatchObject({ [FLUX]: 'disabled' });

    const { status, body } = await service.operate(restoring(id));

    expect({ status, body }).toMatchObject({ status: 200, body: { restored: [INCIDENT_NAME], restoredBefore: [] } });
    const { metadata, spec } = service.cluster.read(INCIDENT_NAME);
    expect(spec).toEqual(aVirtualService().spec);
    expect(metadata.labels).not.toHaveProperty('weightless/held');
    expect(metadata.annotations).not.toHaveProperty(FLUX);
    expect(journal(service).entries).toMatchObject([
      { state: 'restored', ended: { by: 'alice', why: 'v2 was not at fault' } },
    ]);
    const [record] = await service.records();
    expect(record?.history).toMatchObject([
      { kind: 'restored', by: 'alice', why: 'v2 was not at fault', virtualService: INCIDENT_NAME },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackRestored']);
    expect(service.cluster.patches).toHaveLength(2);
  });

  it('keeps that firing from acting again, and no new one', async () => {
    const { service, id } = await rolledBack();
    await service.operate(restoring(id));

    const again = await service.post();
    const afterAgain = weights(service);
    const fresh = await service.post([aRawAlert({ startsAt: new Date(service.clock.now()).toISOString() })]);

    expect(again.results).toMatchObject([{ outcome: 'suggested', reason: 'already-acted' }]);
    expect(afterAgain).toEqual([1, 99]);
    expect(fresh.results).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(weights(service)).toEqual([100, 0]);
  });

  it('is done once: who comes later is told who was first', async () => {
    const { service, id } = await rolledBack();
    await service.operate(restoring(id));
    service.clock.advance(1000);

    const { status, body } = await service.operate(restoring(id, { token: 'bob-token' }));

    expect(status).toBe(200);
    expect(body).toMatchObject({ restored: [], restoredBefore: [INCIDENT_NAME] });
    expect(body['message']).toMatch(/restored before, by alice at 2026/);
    expect(service.cluster.patches).toHaveLength(2);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackRestored']);
  });

  it('is refused where the object is not as the rollback left it, with the difference', async () => {
    const { service, id } = await rolledBack();
    moveOne(service);

    const { status, body } = await service.operate(restoring(id));

    expect(status).toBe(409);
    expect(body.error).toMatch(/everyone: left .*v1 100, .*v2 0, now .*v1 99, .*v2 1/);
    expect(body).toMatchObject({
      problems: [
        {
          virtualService: INCIDENT_NAME,
          problem: 'changed',
          difference: {
            routes: [
              { route: 'everyone', left: [{ weight: 100 }, { weight: 0 }], now: [{ weight: 99 }, { weight: 1 }] },
            ],
            elsewhere: false,
          },
        },
      ],
      commands: [{ run: expect.stringContaining('get virtualservices.networking.istio.io payment-svc -o yaml') }],
    });
    expect(service.cluster.patches).toHaveLength(1);
  });

  it('says so where it is not the weights that changed', async () => {
    const { service, id } = await rolledBack();
    service.cluster.write(INCIDENT_NAME, (object) => {
      object.spec = { ...object.spec, hosts: ['payment-svc', 'other'] };
    });

    const { status, body } = await service.operate(restoring(id));

    expect(status).toBe(409);
    expect(body.error).toMatch(/something else of the spec is not/);
    expect(body).toMatchObject({ problems: [{ difference: { routes: [], elsewhere: true } }] });
  });

  it('is done all the same with force, where the routes hold the same destinations', async () => {
    const { service, id } = await rolledBack();
    moveOne(service);

    const { status } = await service.operate(restoring(id, { force: true }));

    expect(status).toBe(200);
    expect(weights(service)).toEqual([1, 99]);
  });

  it('is not done even with force where a destination would get a weight that was never its own', async () => {
    const { service, id } = await rolledBack();
    service.cluster.write(INCIDENT_NAME, (object) => {
      const spec = structuredClone(object.spec);
      for (const one of spec.http ?? []) Object.assign(one, { route: one.route?.toReversed() });
      object.spec = spec;
    });

    const { status, body } = await service.operate(restoring(id, { force: true }));

    expect({ status, body }).toMatchObject({ status: 409, body: { problems: [{ problem: 'other-destinations' }] } });
    expect(service.cluster.patches).toHaveLength(1);
  });

  it('is refused where a route is gone', async () => {
    const { service, id } = await rolledBack();
    service.cluster.write(INCIDENT_NAME, (object) => {
      object.spec = {
        hosts: ['payment-svc'],
        http: [{ route: [{ destination: { host: 'payment-svc', subset: 'v1' } }] }],
      };
    });

    const { status, body } = await service.operate(restoring(id, { force: true }));

    expect({ status, body }).toMatchObject({
      status: 409,
      body: { problems: [{ problem: 'undo-does-not-fit', difference: { routes: [{ route: 'everyone' }] } }] },
    });
  });

  it('is refused where the journal had no room for the inverse patch', async () => {
    const { service, id } = await rolledBack();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      const [entry] = JSON.parse(metadata.annotations?.['weightless/journal'] ?? '[]');
      metadata.annotations = { 'weightless/journal': JSON.stringify([{ ...entry, undo: undefined }]) };
    });

    const { status, body } = await service.operate(restoring(id));

    expect({ status, body }).toMatchObject({ status: 409, body: { problems: [{ problem: 'undo-dropped' }] } });
  });

  it('writes nothing that the journal has no business with: an undo that reaches beyond the spec', async () => {
    const { service, id } = await rolledBack();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      const [entry] = JSON.parse(metadata.annotations?.['weightless/journal'] ?? '[]');
      const undo = [{ op: 'add', path: '/metadata/labels/evil', value: 'x' }];
      metadata.annotations = { 'weightless/journal': JSON.stringify([{ ...entry, undo }]) };
    });

    const { status, body } = await service.operate(restoring(id, { force: true }));

    expect({ status, body }).toMatchObject({ status: 409, body: { problems: [{ problem: 'undo-does-not-fit' }] } });
  });

  it('restores all of a rollback’s VirtualServices, or none', async () => {
    const second = aVirtualService({ name: 'payment-admin', uid: 'u-2' });
    const service = operateService({ objects: [aVirtualService(), second] });
    await service.post();
    const id = (await service.records())[0]?.id ?? '';
    moveOne(service);

    const refused = await service.operate(restoring(id));
    const between = service.cluster.read('production/payment-admin').spec;
    const forced = await service.operate(restoring(id, { force: true }));

    expect(refused.status).toBe(409);
    expect(between).not.toEqual(second.spec);
    expect(forced.body['restored']).toEqual([INCIDENT_NAME, 'production/payment-admin']);
    expect(service.cluster.read('production/payment-admin').spec).toEqual(second.spec);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackRestored', 'RollbackRestored']);
  });

  it('shows in a dry run what it would do, and writes nothing', async () => {
    const { service, id } = await rolledBack();
    const before = service.cluster.read(INCIDENT_NAME);

    const { status, body } = await service.operate(restoring(id, { dryRun: true }));

    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        dryRun: true,
        message: 'The canary would get what it had before.',
        patches: [
          {
            virtualService: INCIDENT_NAME,
            patch: expect.arrayContaining([
              { op: 'add', path: '/spec/http/1/route/1/weight', value: 99 },
              { op: 'remove', path: '/metadata/labels/weightless~1held' },
            ]),
            weights: [
              { route: 'everyone', before: [{ weight: 100 }, { weight: 0 }], after: [{ weight: 1 }, { weight: 99 }] },
            ],
          },
        ],
      },
    });
    expect(service.cluster.read(INCIDENT_NAME)).toEqual(before);
    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it('shows in a dry run that it was done before, and by whom', async () => {
    const { service, id } = await rolledBack();
    await service.operate(restoring(id));

    const { status, body } = await service.operate(restoring(id, { dryRun: true }));

    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        restoredBefore: [INCIDENT_NAME],
        patches: [],
        message: expect.stringMatching(/restored before, by alice/),
      },
    });
  });

  it('is told by guard where the store was down for it', async () => {
    const { service, id } = await rolledBack();
    const store = service.store;
    const down = () => Promise.reject(new StoreFault('the store is down'));
    const through = service.operator({ rollbackLog: { ...store, commit: down } });
    const first = await service.operate(restoring(id), through);
    service.clock.advance(61_000);

    await runGuardOf(service);

    expect(first.status).toBe(503);
    expect(weights(service)).toEqual([1, 99]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackRestored']);
  });

  it.each([
    ['is unknown', 'nothing', 404, /No rollback has this id \(64 hex digits\): "nothing"; GET \/v1\/rollbacks/],
    ['changed nothing', 'already-zero', 409, /is already-zero: nothing was changed/],
  ])('is refused of a rollback that %s', async (_, which, status, words) => {
    const { service } = await rolledBack();
    await service.post([aRawAlert({ fingerprint: 'another', startsAt: new Date(service.clock.now()).toISOString() })]);
    const records = await service.records();
    const id = records.find(({ outcome }) => outcome === which)?.id ?? which;

    const answer = await service.operate(restoring(id));

    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(words);
  });

  it('says what the API server said no with', async () => {
    const { service, id } = await rolledBack();
    const denied = answers({ kind: 'denied-by-admission', message: 'admission webhook "x" denied the request: no' });
    const cluster = scriptedCluster(service.cluster, { patch: [denied] });

    const { status, body } = await service.operate(
      restoring(id),
      service.operator({ clusters: async () => [cluster] }),
    );

    expect(status).toBe(409);
    expect(body.error).toMatch(/admission webhook "x" denied/);
    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it('is possible after the hold is over, too', async () => {
    const { service, id } = await rolledBack();
    service.clock.advance(5 * HOUR_MS);
    await runGuardOf(service);

    const { status } = await service.operate(restoring(id));

    expect(status).toBe(200);
    expect(weights(service)).toEqual([1, 99]);
  });

  it('is possible while the kill switch is on: it takes back what was done', async () => {
    const { service, id } = await rolledBack();
    const off = service.operator({ settings: async () => ({ ...service.settings, mode: 'observe' }) });

    const { status } = await service.operate(restoring(id), off);

    expect(status).toBe(200);
    expect(weights(service)).toEqual([1, 99]);
  });

  it('is 503 where the cluster does not answer, with what to look at', async () => {
    const { service, id } = await rolledBack();
    const cluster = scriptedCluster(service.cluster, { get: times(9, fails('unauthorized')) });

    const { status, body } = await service.operate(
      restoring(id),
      service.operator({ clusters: async () => [cluster] }),
    );

    expect({ status, body }).toMatchObject({
      status: 503,
      body: { error: expect.stringContaining('docs/runbook.md'), commands: [{ run: expect.stringContaining('get ') }] },
    });
  });

  it('undoes a rollback by hand as any other', async () => {
    const service = operateService();
    await service.operate(byHand());
    const id = (await service.records())[0]?.id ?? '';

    expect(await service.operate(restoring(id))).toMatchObject({ status: 200 });
    expect(weights(service)).toEqual([1, 99]);
  });
});

/** Runs can only meet where an object or the store is read to be written. */
const meeting =
  (gate: Gate): Gate =>
  (what, when) =>
    ['get', 'patch', 'commit', 'list page', 'list managed', 'list managed-cached'].includes(what)
      ? gate(what, when)
      : Promise.resolve();

describe('a restore beside others', () => {
  it.each(['another restore', 'guard', 'the alert again'])(
    'is harmless beside %s, in whatever order',
    async (other) => {
      const ready = await rolledBack();
      const base = ready.service.cluster.read(INCIDENT_NAME);
      const [record] = await ready.service.records();
      if (!record) throw new Error('no record');

      const orders = await interleave(
        () => {
          const service = operateService({ objects: [base], at: ready.service.clock.now() });
          void service.store.commit(
            { rollbacks: [{ ...record, version: 1 }], remove: [], events: [] },
            AbortSignal.timeout(5000),
          );
          const answered: Answered[] = [];
          const runs: Record<string, (gate: Gate) => Promise<unknown>> = {
            'another restore': (gate) =>
              service.operate(restoring(record.id, { token: 'bob-token' }), service.gatedOperator(meeting(gate))),
            guard: (gate) => gatedGuard(service, meeting(gate))({}, { signal: AbortSignal.timeout(20_000) }),
            'the alert again': (gate) => service.post([aRawAlert()], service.gated(meeting(gate))),
          };
          const restore = async (gate: Gate) => {
            answered.push(await service.operate(restoring(record.id), service.gatedOperator(meeting(gate))));
          };
          return { world: { service, answered }, runners: [restore, runs[other] ?? restore] };
        },
        async ({ service, answered }, order) => {
          expect(answered, order).toMatchObject([{ status: 200 }]);
          expect(weights(service), order).toEqual([1, 99]);
          expect(journal(service).entries, order).toMatchObject([{ state: 'restored' }]);
          expect(
            (await told(service)).filter((type) => type === 'RollbackRestored'),
            order,
          ).toHaveLength(1);
          expect(service.cluster.patches, order).toHaveLength(1);
        },
      );

      expect(orders).toBeGreaterThan(1);
    },
  );
});
