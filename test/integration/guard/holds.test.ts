import { describe, expect, it } from 'vitest';
import type { PatchAnswer } from '#shared/ports/cluster.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import { aRawAlert } from '#test/builders/alert.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { aVirtualService, INCIDENT_NAME, type RawVirtualService } from '#test/builders/virtual-service.ts';
import { runGuardOf } from '#test/doubles/guard-runs.ts';
import {
  at,
  HOLD_OVER_MS,
  HOUR_MS,
  journal,
  putBack,
  rolledBack,
  type Service,
  told,
  weights,
} from '#test/doubles/incident-service.ts';
import { times } from '#test/doubles/scripted-cluster.ts';

const MINUTE = 60_000;
const FLUX_NAME = 'kustomize.toolkit.fluxcd.io/name';
const FLUX_RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile';

/** Argo CD applies what Git says. */
function syncs({ cluster, clock }: Service, time = at(clock.now())): void {
  cluster.write(INCIDENT_NAME, (object) => {
    object.spec = aVirtualService().spec;
    object.metadata.managedFields = [
      { manager: 'weightless', time: at(FIRED_AT), fieldsV1: { 'f:metadata': {} } },
      { manager: 'kubectl', time: at(FIRED_AT - HOUR_MS), fieldsV1: { 'f:spec': { 'f:http': {} } } },
      { manager: 'argocd-controller', time, fieldsV1: { 'f:spec': { 'f:http': {} } } },
      { manager: 'istiod', time: at(clock.now() + 1), fieldsV1: { 'f:status': {} } },
    ];
  });
}

const resolve = async (service: Service) =>
  service.post([aRawAlert({ status: 'resolved', endsAt: at(service.clock.now()) })]);
const historyOf = async (service: Service) => (await service.records()).flatMap(({ history }) => history);
const last = async (service: Service) => (await service.events()).at(-1)?.detail.data;
const annotated = (annotations: Record<string, string>) =>
  aVirtualService({ annotations: { ...aVirtualService().metadata.annotations, ...annotations } });

describe('guard, for a canary that was put back within its hold', () => {
  it('takes it to zero again, and tells who had put it back', async () => {
    const service = await rolledBack();
    service.clock.advance(10 * MINUTE);
    syncs(service);
    const syncedAt = service.clock.now();
    service.clock.advance(MINUTE);

    const run = await runGuardOf(service);

    expect(weights(service)).toEqual([100, 0]);
    expect(run.clusters.get('production-eu')?.holds).toMatchObject({ open: 1, reasserted: 1, putBack: 0, closed: 0 });
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted']);
    const [, reverted, reasserted] = await service.events();
    expect(reverted?.detail.data).toMatchObject({
      revert: 1,
      revertedBy: 'argocd-controller',
      revertedAt: at(syncedAt),
      pages: false,
      outcome: 'rolled-back',
      message: expect.stringContaining('argocd-controller (as field manager)'),
    });
    expect(reasserted?.detail.data).toMatchObject({ reassert: 1, pages: false });
    expect(await service.records()).toMatchObject([
      { outcome: 'rolled-back', timeline: { zeroedPrecision: 'observed' }, sla: { met: true } },
    ]);
  });

  it('tells nothing twice, and sends nothing more, by the next run', async () => {
    const service = await rolledBack();
    putBack(service);
    await runGuardOf(service);
    const before = await told(service);

    await runGuardOf(service);

    expect(await told(service)).toEqual(before);
    expect(service.cluster.patches).toHaveLength(2);
  });

  it('counts its own reasserts and those of retries together: five, then contested, and one page', async () => {
    const service = await rolledBack();

    for (let round = 1; round <= 8; round += 1) {
      putBack(service);
      service.clock.advance(MINUTE);
      if (round % 2 === 0) await service.post();
      else await runGuardOf(service);
    }
    await runGuardOf(service);

    expect(service.cluster.patches).toHaveLength(6);
    expect(weights(service)).toEqual([1, 99]);
    expect(journal(service).entries).toMatchObject([{ reasserts: 5, state: 'open' }]);
    expect((await historyOf(service)).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([...times(5, ['reverted', 'reasserted']).flat(), 'contested']),
    );
    const events = await service.events();
    const pages = events.filter(({ detail }) => detail.data['pages'] === true);
    expect(pages.map(({ type, detail }) => `${type} ${detail.data['reason']}`)).toEqual([
      'RollbackSuggested contested',
    ]);
  });

  it.each([
    ['the settings', { settings: { onRevert: 'page' } }],
    ['the object', { objects: [annotated({ 'weightless/on-revert': 'page' })] }],
  ])('only pages, once, where %s say so', async (_, parts) => {
    const service = await rolledBack(parts);
    syncs(service);
    await runGuardOf(service);
    service.clock.advance(MINUTE);
    await runGuardOf(service);
    await service.post();

    expect(service.cluster.patches).toHaveLength(1);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted']);
    expect(await last(service)).toMatchObject({
      pages: true,
      revertedBy: 'argocd-controller',
      message: expect.stringContaining('put'),
      commands: [{ run: expect.stringContaining('kubectl') }],
    });
  });

  it('reasserts where the object says so and the settings say another', async () => {
    const service = await rolledBack({
      settings: { onRevert: 'page' },
      objects: [annotated({ 'weightless/on-revert': 'reassert' })],
    });
    putBack(service);

    await runGuardOf(service);

    expect(weights(service)).toEqual([100, 0]);
  });

  it.each([
    ['suggest', true],
    ['observe', false],
  ] as const)('writes nothing where the global mode is %s; a person is woken: %s', async (mode, pages) => {
    const service = await rolledBack();
    putBack(service);

    const run = await runGuardOf(service, { settings: async () => ({ ...service.settings, mode }) });

    expect(run.clusters.get('production-eu')?.holds.putBack).toBe(pages ? 1 : 0);
    expect(service.cluster.patches).toHaveLength(1);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted']);
    expect(await last(service)).toMatchObject({ pages });
  });

  it('writes nothing where the object has been set to suggest since', async () => {
    const service = await rolledBack();
    putBack(service);
    service.cluster.write(INCIDENT_NAME, ({ metadata }) => {
      Object.assign(metadata.labels ?? {}, { 'weightless/mode': 'suggest' });
    });

    await runGuardOf(service);

    expect(service.cluster.patches).toHaveLength(1);
    expect(await last(service)).toMatchObject({ pages: true, revert: 1 });
  });

  it('does not wait for the store, and tells when it is back', async () => {
    const service = await rolledBack();
    putBack(service);
    const away = async () => Promise.reject(new StoreFault('away'));
    const rollbackLog = { ...service.store, read: away, unfinished: away, commit: away };

    await runGuardOf(service, { rollbackLog }).catch(() => undefined);
    const after = weights(service);
    await runGuardOf(service);

    expect(after).toEqual([100, 0]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted']);
  });

  const patching = (service: Service, answer: PatchAnswer) => ({
    ...service.cluster,
    virtualServices: { ...service.cluster.virtualServices, patch: async () => answer },
  });

  it('pages with the command where the cluster does not let it, and tells when it does', async () => {
    const service = await rolledBack();
    syncs(service);
    const denied = patching(service, { kind: 'denied-by-admission', message: 'not in a freeze' });

    await runGuardOf(service, { clusters: async () => [denied] });
    const paged = await last(service);
    await runGuardOf(service);

    expect(paged).toMatchObject({
      pages: true,
      revertedBy: 'argocd-controller',
      message: expect.stringContaining('not in a freeze'),
      commands: [{ run: expect.stringContaining('kubectl') }],
    });
    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted', 'RollbackReasserted']);
  });

  it('wakes nobody for what the next run may mend, and somebody where two have not', async () => {
    const service = await rolledBack();
    syncs(service);
    const busy = { clusters: async () => [patching(service, { kind: 'conflict' })] };
    const types: string[][] = [];

    // Each run takes the time for which it stands back from the other writer: less than a second.
    for (const wait of [MINUTE, MINUTE - 5000, 5000]) {
      service.clock.advance(wait);
      await runGuardOf(service, busy);
      types.push(await told(service));
    }

    expect(types).toEqual([['RollbackCompleted'], ['RollbackCompleted'], ['RollbackCompleted', 'RollbackReverted']]);
    expect(await last(service)).toMatchObject({ pages: true, revert: 1 });
  });

  it.each<[string, (service: Service) => void]>([
    ['at no known time', putBack],
    ['by a clock that is an hour ahead', (service) => syncs(service, at(FIRED_AT + HOUR_MS))],
  ])('waits for no next run where the canary was put back %s', async (_, change) => {
    const service = await rolledBack();
    change(service);

    await runGuardOf(service, { clusters: async () => [patching(service, { kind: 'conflict' })] });

    expect(await told(service)).toEqual(['RollbackCompleted', 'RollbackReverted']);
    expect(await last(service)).toMatchObject({ pages: true, revert: 1 });
  });

  it('leaves alone what a person released while it looked', async () => {
    const service = await rolledBack();
    putBack(service);
    const released = {
      ...service.cluster,
      virtualServices: {
        ...service.cluster.virtualServices,
        async patch(...call: Parameters<typeof service.cluster.virtualServices.patch>) {
          editJournal(service, (entry) => ({ ...entry, state: 'released' }));
          return service.cluster.virtualServices.patch(...call);
        },
      },
    };

    await runGuardOf(service, { clusters: async () => [released] });

    expect(weights(service)).toEqual([1, 99]);
    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it('never makes an undo that does not fit what it left', async () => {
    const service = await rolledBack();
    service.cluster.write(INCIDENT_NAME, (object) => {
      const [testers, everyone] = aVirtualService().spec.http ?? [];
      object.spec = { ...object.spec, http: [everyone, testers].flatMap((route) => route ?? []) };
    });

    await runGuardOf(service);

    expect(journal(service).entries[0]?.undo?.map(({ path }) => path)).toEqual([
      '/spec/http/0/route/0/weight',
      '/spec/http/0/route/1/weight',
    ]);
  });
});

function editJournal({ cluster }: Service, change: (entry: Record<string, unknown>) => unknown): void {
  cluster.write(INCIDENT_NAME, ({ metadata }) => {
    const entries: Record<string, unknown>[] = JSON.parse(metadata.annotations?.['weightless/journal'] ?? '[]');
    Object.assign(metadata.annotations ?? {}, { 'weightless/journal': JSON.stringify(entries.map(change)) });
  });
}

const isHeld = ({ cluster }: Service, name = INCIDENT_NAME) =>
  Object.hasOwn(cluster.read(name).metadata.labels ?? {}, 'weightless/held');

describe('guard, for a hold that is over', () => {
  it('closes it once the hold has passed and the alert has resolved; the journal stays', async () => {
    const service = await rolledBack();
    service.clock.advance(10 * MINUTE);
    await resolve(service);
    service.clock.advance(49 * MINUTE);
    await runGuardOf(service);
    const early = isHeld(service);
    service.clock.advance(MINUTE + 1000);

    const run = await runGuardOf(service);
    await runGuardOf(service);

    expect([early, isHeld(service)]).toEqual([true, false]);
    expect(run.clusters.get('production-eu')?.holds).toMatchObject({ closed: 1, open: 0 });
    expect(journal(service).entries).toMatchObject([{ state: 'closed', ended: { at: service.clock.now() } }]);
    expect(weights(service)).toEqual([100, 0]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'AlertResolved', 'HoldReleased']);
    expect(await last(service)).toMatchObject({ virtualService: INCIDENT_NAME, pages: false });
    expect(await last(service)).not.toHaveProperty('by');
  });

  it('keeps it while one of the firings that it names goes on', async () => {
    const service = await rolledBack();
    service.clock.advance(2 * HOUR_MS);

    await runGuardOf(service);

    expect(isHeld(service)).toBe(true);
    expect(await told(service)).toEqual(['RollbackCompleted']);
  });

  it('closes it at its end anyway, and keeps the firing from acting again', async () => {
    const service = await rolledBack();
    service.clock.advance(HOLD_OVER_MS);
    putBack(service);

    await runGuardOf(service);
    const { results } = await service.post();

    expect(isHeld(service)).toBe(false);
    expect(weights(service)).toEqual([1, 99]);
    expect(results).toMatchObject([{ outcome: 'suggested', reason: 'already-acted' }]);
    expect(await told(service)).toEqual(['RollbackCompleted', 'HoldReleased', 'RollbackSuggested']);
  });

  it('writes nothing where the mode is observe', async () => {
    const service = await rolledBack();
    service.clock.advance(HOLD_OVER_MS);

    await runGuardOf(service, { settings: async () => ({ ...service.settings, mode: 'observe' as const }) });

    expect(isHeld(service)).toBe(true);
    expect(service.cluster.patches).toHaveLength(1);
  });

  it.each([
    ['takes Flux’s annotation away where we had set it', {}, undefined],
    ['leaves Flux’s annotation where it stood before', { [FLUX_RECONCILE]: 'disabled' }, 'disabled'],
  ])('%s', async (_, more, left) => {
    const object = annotated(more);
    object.metadata.labels = { ...object.metadata.labels, [FLUX_NAME]: 'apps' };
    const service = await rolledBack({ objects: [object] });
    service.clock.advance(HOLD_OVER_MS);

    await runGuardOf(service);

    expect(service.cluster.read(INCIDENT_NAME).metadata.annotations?.[FLUX_RECONCILE]).toBe(left);
    expect(isHeld(service)).toBe(false);
  });

  it('tells of an end that whoever made it did not live to tell, with who and why', async () => {
    const service = await rolledBack();
    const ended = { at: service.clock.now(), by: 'alice', why: 'v2 is mended' };
    editJournal(service, (entry) => ({ ...entry, state: 'released', ended }));

    await runGuardOf(service);
    await runGuardOf(service);

    expect(await told(service)).toEqual(['RollbackCompleted', 'HoldReleased']);
    expect(await last(service)).toMatchObject({ by: 'alice', why: 'v2 is mended', virtualService: INCIDENT_NAME });
  });

  it('is closed although the store is away, and told of when it is back', async () => {
    const service = await rolledBack();
    service.clock.advance(HOLD_OVER_MS);
    const away = async () => Promise.reject(new StoreFault('away'));

    await runGuardOf(service, { rollbackLog: { ...service.store, read: away, commit: away } }).catch(() => undefined);
    const held = isHeld(service);
    await runGuardOf(service);

    expect(held).toBe(false);
    expect(await told(service)).toEqual(['RollbackCompleted', 'HoldReleased']);
  });

  it('gives a record that is made afterwards the time of the rollback, and not of the end', async () => {
    const service = await rolledBack();
    const [delivered] = await service.records();
    const lost = await rolledBack();
    const none = { ...lost.store, read: async () => ({ rollbacks: new Map() }), ofFiring: async () => [] };
    lost.clock.advance(HOLD_OVER_MS);
    await runGuardOf(lost, {
      rollbackLog: { ...none, commit: async () => Promise.reject(new StoreFault('away')) },
    }).catch(() => undefined);
    const [entry] = journal(lost).entries;

    expect(entry?.state).toBe('closed');
    const zeroedAt = delivered?.timeline.zeroedAt ?? Number.NaN;
    expect(entry?.zeroedBy).toBeGreaterThanOrEqual(zeroedAt);
    expect(entry?.zeroedBy).toBeLessThanOrEqual(zeroedAt + 1000);
  });
});

describe('an object that holds the canaries of two services', () => {
  const route = (host: string) => ({
    name: host,
    route: [
      { destination: { host, subset: 'stable' }, weight: 10 },
      { destination: { host, subset: 'canary' }, weight: 90 },
    ],
  });
  const both = (): RawVirtualService => {
    const object = aVirtualService({
      annotations: {},
      spec: { hosts: ['shop'], http: [route('cart'), route('search')] },
    });
    object.metadata.labels = { ...object.metadata.labels, [FLUX_NAME]: 'apps' };
    return object;
  };
  const about = (service: string, more: Partial<ReturnType<typeof aRawAlert>> = {}) =>
    aRawAlert({ labels: { ...aRawAlert().labels, destination_service_name: service }, fingerprint: service, ...more });

  it('stays held, and out of Flux’s reach, until the last of them may get traffic again', async () => {
    const service = await rolledBack({ objects: [both()] });
    await service.post([about('cart')]);
    service.clock.advance(10 * MINUTE);
    await service.post([about('search')]);
    const patches = service.cluster.patches.length;
    service.clock.advance(HOLD_OVER_MS - 10 * MINUTE);

    await runGuardOf(service);
    const first = {
      held: isHeld(service),
      flux: service.cluster.read(INCIDENT_NAME).metadata.annotations?.[FLUX_RECONCILE],
    };
    service.clock.advance(10 * MINUTE);
    await runGuardOf(service);
    const second = {
      held: isHeld(service),
      flux: service.cluster.read(INCIDENT_NAME).metadata.annotations?.[FLUX_RECONCILE],
    };

    expect(patches).toBe(2);
    expect([first, second]).toEqual([
      { held: true, flux: 'disabled' },
      { held: false, flux: undefined },
    ]);
    expect((await told(service)).filter((type) => type === 'HoldReleased')).toHaveLength(2);
  });
});
