import { describe, expect, it } from 'vitest';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { INCIDENT_CANARY, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { runGuardOf } from '#test/doubles/guard-runs.ts';
import { HOUR_MS, journal, putBack, told, weights } from '#test/doubles/incident-service.ts';
import { interleave } from '#test/doubles/interleave.ts';
import { type Answered, byHand, type OperateService, operateService } from '#test/doubles/operate-service.ts';
import { fails, scriptedCluster, times } from '#test/doubles/scripted-cluster.ts';

const away = (service: OperateService) => async () => {
  return [
    scriptedCluster(service.cluster, { get: times(9, fails('unauthorized')), list: times(9, fails('unauthorized')) }),
  ];
};

describe('a rollback by hand', () => {
  it('takes the canary to zero as an alert does, and says who wanted it and why', async () => {
    const service = operateService();

    const { status, body } = await service.operate(byHand());

    expect(status).toBe(200);
    expect(weights(service)).toEqual([100, 0]);
    const [record] = await service.records();
    expect(record).toMatchObject({
      outcome: 'rolled-back',
      canary: INCIDENT_CANARY,
      requestedBy: { name: 'alice', reason: 'v2 answers nonsense' },
      alert: { fingerprint: expect.stringMatching(/^manual-[0-9a-f]{32}$/) },
      episode: { id: record?.id },
    });
    expect(body.results).toMatchObject([
      { outcome: 'rolled-back', rollback: { rollbackId: record?.id, requestedBy: { name: 'alice' } } },
    ]);
    expect(await told(service)).toEqual(['RollbackCompleted']);
    expect(journal(service).entries).toMatchObject([{ id: record?.id, state: 'open' }]);
  });

  it('counts in no SLA, and is waited for by nobody', async () => {
    const service = operateService();

    await service.operate(byHand());

    const [record] = await service.records();
    expect(record).toMatchObject({ sla: { count: 'not-counted' }, timeline: { alertResolvedAt: expect.any(Number) } });
  });

  it('is answered the same under the same key, whatever has become of the canary', async () => {
    const service = operateService();
    const first = await service.operate(byHand());
    putBack(service);
    service.clock.advance(HOUR_MS);

    const second = await service.operate(byHand());

    expect(second).toEqual(first);
    expect(weights(service)).toEqual([1, 99]);
    expect(await service.records()).toHaveLength(1);
  });

  it('is another one under another key', async () => {
    const service = operateService();
    await service.operate(byHand());
    putBack(service);

    const { status } = await service.operate(byHand({ key: 'key-2' }));

    expect(status).toBe(200);
    expect(weights(service)).toEqual([100, 0]);
    expect(await service.records()).toHaveLength(2);
  });

  it('is another one under the same key of another person', async () => {
    const service = operateService();
    await service.operate(byHand());
    putBack(service);

    await service.operate(byHand({ token: 'bob-token' }));

    expect((await service.records()).map(({ requestedBy }) => requestedBy?.name).sort()).toEqual(['alice', 'bob']);
  });

  it('refuses a key that was used for something else', async () => {
    const service = operateService();
    await service.operate(byHand());

    const { status, body } = await service.operate(byHand({ ask: { reason: 'another' } }));

    expect(status).toBe(422);
    expect(body.error).toMatch(/key was used for another request/i);
  });

  it('goes on where the first try was pending, as the same rollback', async () => {
    const service = operateService();
    const first = await service.operate(byHand(), service.operator({ clusters: away(service) }));
    service.clock.advance(1000);

    const second = await service.operate(byHand());

    expect(first.status).toBe(503);
    expect(first.body.error).toMatch(/same Idempotency-Key/);
    expect(second.status).toBe(200);
    expect(weights(service)).toEqual([100, 0]);
    expect(await service.records()).toMatchObject([{ outcome: 'rolled-back' }]);
  });

  it('is not gone on with by guard: whoever asked decides', async () => {
    const service = operateService();
    await service.operate(byHand(), service.operator({ clusters: away(service) }));
    service.clock.advance(61_000);

    await runGuardOf(service);

    expect(weights(service)).toEqual([1, 99]);
    expect(await service.records()).toMatchObject([{ outcome: 'failed', reason: 'unreachable' }]);
  });

  it('is held as any other: put back, it is taken to zero again, until the hold is over', async () => {
    const service = operateService();
    await service.operate(byHand());
    service.clock.advance(61_000);
    putBack(service);

    await runGuardOf(service);
    const again = weights(service);
    service.clock.advance(5 * HOUR_MS);
    await runGuardOf(service);

    expect(again).toEqual([100, 0]);
    expect(journal(service).entries).toMatchObject([{ state: 'closed', reasserts: 1 }]);
    expect(await told(service)).toEqual([
      'RollbackCompleted',
      'RollbackReverted',
      'RollbackReasserted',
      'HoldReleased',
    ]);
  });

  it('wakes nobody where it is refused: whoever asked is told', async () => {
    const service = operateService();

    await service.operate(byHand({ ask: { canary: 'v9' } }));

    expect(await service.records()).toMatchObject([{ outcome: 'refused', pages: false }]);
    expect([...service.meter.totals.keys()].filter((name) => name.startsWith('RollbackOutcome'))).toEqual([]);
  });

  it('does not wait for a store that is down, and is the same rollback when the request comes again', async () => {
    const service = operateService();
    const down = () => Promise.reject(new StoreFault('the store is down'));
    const without = service.operator({
      requestLog: { claim: down },
      rollbackLog: { ...service.store, read: down, commit: down, ofFiring: down },
    });
    const first = await service.operate(byHand(), without);
    service.clock.advance(5000);

    const second = await service.operate(byHand());

    expect(first.status).toBe(503);
    expect(first.body.error).toMatch(/could not be recorded.*same Idempotency-Key/);
    expect(service.cluster.patches).toHaveLength(1);
    expect(second).toMatchObject({ status: 200, body: { results: [{ outcome: 'rolled-back' }] } });
    const [record] = await service.records();
    expect(record?.id).toBe(journal(service).entries[0]?.id);
  });

  it('shows in a dry run what it would do, and writes nothing', async () => {
    const service = operateService();
    const before = service.cluster.read(INCIDENT_NAME);

    const { status, body } = await service.operate(byHand({ dryRun: true, headers: {} }));

    expect(status).toBe(200);
    expect(body).toMatchObject({
      dryRun: true,
      results: [
        {
          outcome: 'rolled-back',
          message: `${INCIDENT_NAME}: the canary would be at zero.`,
          canary: INCIDENT_CANARY,
          weights: [{ route: 'everyone' }],
        },
      ],
      patches: [
        {
          virtualService: INCIDENT_NAME,
          patch: expect.arrayContaining([{ op: 'add', path: '/spec/http/1/route/1/weight', value: 0 }]),
        },
      ],
    });
    expect(service.cluster.read(INCIDENT_NAME)).toEqual(before);
    expect(await service.records()).toEqual([]);
  });

  it('shows in a dry run that a canary that was put back would be at zero again', async () => {
    const service = operateService();
    await service.operate(byHand());
    putBack(service);

    const { body } = await service.operate(byHand({ dryRun: true }));

    expect(body.results).toMatchObject([
      { message: `${INCIDENT_NAME}: somebody had put the canary back; it would be at zero again.` },
    ]);
    expect(weights(service)).toEqual([1, 99]);
  });

  it.each<Record<string, string>>([{ dryRun: '1' }, { dryRun: 'True' }, { dryrun: 'true' }, { dryRun: 'true', x: '' }])(
    'is not done for whoever misspells that it should not be: %o',
    async (query) => {
      const service = operateService();

      const { status, body } = await service.operate(byHand({ query }));

      expect(status).toBe(400);
      expect(body.error).toContain('dryRun=true');
      expect(service.cluster.patches).toEqual([]);
    },
  );

  it('takes the person’s word for the canary where the object says none', async () => {
    const service = operateService();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      metadata.annotations = {};
    });

    const without = await service.operate(byHand());
    const named = await service.operate(byHand({ key: 'key-2', ask: { canary: 'payment-svc/v2' } }));

    expect(without).toMatchObject({ status: 409, body: { results: [{ reason: 'ambiguous-canary' }] } });
    expect(named.status).toBe(200);
    expect(weights(service)).toEqual([100, 0]);
  });

  it.each([
    ['is its stable', 'v1', /is its stable, or none/],
    ['is not there', 'v9', /is its stable, or none/],
  ])('does nothing where the canary that is named %s', async (_, canary, words) => {
    const service = operateService();

    const { status, body } = await service.operate(byHand({ ask: { canary } }));

    expect({ status, body }).toMatchObject({
      status: 409,
      body: { error: expect.stringMatching(words), results: [{ reason: 'ambiguous-canary' }] },
    });
    expect(weights(service)).toEqual([1, 99]);
  });

  it('writes nothing while the kill switch is on, and gives the command', async () => {
    const service = operateService({ settings: { mode: 'suggest' } });

    const { status, body } = await service.operate(byHand());

    expect(status).toBe(409);
    expect(body.results).toMatchObject([
      { outcome: 'suggested', commands: [{ run: expect.stringMatching(/^kubectl/) }] },
    ]);
    expect(service.cluster.patches).toEqual([]);
  });

  it.each<[string, object, number, RegExp]>([
    [
      'a cluster that is not in the settings',
      { cluster: 'asia' },
      404,
      /name no cluster "asia"; they name: production-eu/,
    ],
    ['a VirtualService that is not there', { virtualService: 'other' }, 404, /no VirtualService production\/other/],
    ['no reason', { reason: ' ' }, 400, /reason: expected why/],
    ['no such field', { why: 'x' }, 400, /why/],
    ['no name', { namespace: 'A/B' }, 400, /namespace: expected the name of a namespace/],
    ['no canary', { canary: 'a/b/c' }, 400, /canary: expected HOST\/SUBSET/],
  ])('is answered what is wrong with %s', async (_, ask, status, words) => {
    const service = operateService();

    const answer = await service.operate(byHand({ ask }));

    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(words);
    expect(service.cluster.patches).toEqual([]);
  });

  it('says how to let Weightless act on an object that has not opted in', async () => {
    const service = operateService();
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      metadata.labels = {};
    });

    const { status, body } = await service.operate(byHand());

    expect(status).toBe(409);
    expect(body).toMatchObject({
      error: expect.stringContaining('no label weightless/mode'),
      commands: [
        { run: expect.stringContaining('label virtualservices.networking.istio.io payment-svc weightless/mode=act') },
        {},
      ],
    });
  });

  it.each([
    ['no key', {}, 400],
    ['an endless key', { 'idempotency-key': 'x'.repeat(129) }, 400],
    ['another content type', { 'idempotency-key': 'k', 'content-type': 'text/plain' }, 415],
  ])('is refused with %s', async (_, headers, status) => {
    const service = operateService();

    const answer = await service.operate(byHand({ headers }));

    expect(answer.status).toBe(status);
    expect(service.cluster.patches).toEqual([]);
  });

  it.each([
    ['alerts-token', 403],
    ['read-token', 403],
    ['nobody’s', 401],
  ])('is not for the token %s', async (token, status) => {
    const service = operateService();

    for (const path of ['/v1/rollbacks', '/v1/rollbacks/x/restore', '/v1/holds/a/b/c/release']) {
      expect((await service.operate(byHand({ token: encodeURI(token), path }))).status, path).toBe(status);
    }
    expect(service.cluster.patches).toEqual([]);
  });
});

describe('a rollback by hand that was sent twice at once', () => {
  it('is one patch, one record and one event, in whatever order the steps fall', async () => {
    const orders = await interleave(
      () => {
        const service = operateService();
        const answers: Answered[] = [];
        const gated = ['patch', 'commit', 'get'];
        const runners = [0, 1].map((index) => async (gate: Parameters<typeof service.gatedOperator>[0]) => {
          const through = service.gatedOperator((what, when) =>
            gated.includes(what) ? gate(what, when) : Promise.resolve(),
          );
          answers[index] = await service.operate(byHand(), through);
        });
        return { world: { service, answers }, runners };
      },
      async ({ service, answers }, order) => {
        expect(service.cluster.patches, order).toHaveLength(1);
        expect(await service.records(), order).toHaveLength(1);
        expect(await told(service), order).toEqual(['RollbackCompleted']);
        expect(
          answers.map(({ status }) => status),
          order,
        ).toEqual([200, 200]);
      },
    );

    expect(orders).toBeGreaterThan(5);
  });
});
