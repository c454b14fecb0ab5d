import { describe, expect, it } from 'vitest';
import { parseSettings } from '#shared/contracts/settings.ts';
import type { VirtualServices } from '#shared/ports/cluster.ts';
import { keepSettings } from '#shared/runtime/keep-settings.ts';
import { REFRESH_AFTER_MS } from '#shared/runtime/read-settings.ts';
import { aRawAlert, aWebhook, type RawAlert } from '#test/builders/alert.ts';
import { ALERTS_TOKEN } from '#test/builders/http-event.ts';
import { FIRED_AT } from '#test/builders/rollback-record.ts';
import { gatedCluster } from '#test/doubles/gated.ts';
import { incidentSurroundings } from '#test/doubles/incident-surroundings.ts';
import { rollbackService, send, sha256 } from '#test/doubles/rollback-service.ts';
import { fails, scriptedCluster } from '#test/doubles/scripted-cluster.ts';
import { parametersOf, scriptedSettingsSource } from '#test/doubles/scripted-settings-source.ts';
import { steppedClock } from '#test/doubles/stepped-clock.ts';

const PATH = '/weightless/test';
const NEW_TOKEN = 'new-token';
const INCIDENT = 'production/payment-svc';

const old = { name: 'alertmanager-1', sha256: sha256(ALERTS_TOKEN), scope: 'alerts' };
const fresh = { name: 'alertmanager-2', sha256: sha256(NEW_TOKEN), scope: 'alerts' };

function documentOf(more: Readonly<Record<string, unknown>> = {}) {
  return {
    clusters: [{ name: 'production-eu', endpoint: 'https://kubernetes.example.com', token: { env: 'UNUSED' } }],
    tokens: [old],
    ...more,
  };
}
const stored = (more?: Readonly<Record<string, unknown>>) => parametersOf(documentOf(more), PATH);

type Parts = {
  /** What Parameter Store holds when the function starts; undefined: it does not answer. */
  readonly first: Parameters<typeof scriptedSettingsSource>[0];
  readonly service?: Parameters<typeof rollbackService>[0];
};

/** The rollback function over settings that are kept as in Lambda; each call of the cluster is noted when it begins. */
function keptService({ first, service: parts = {} }: Parts) {
  const service = rollbackService({ surroundings: incidentSurroundings(), ...parts });
  const clock = steppedClock(FIRED_AT + 4000);
  const source = scriptedSettingsSource(first);
  const asked: string[] = [];
  const clusters = (parts.clusters?.(service.cluster) ?? [service.cluster]).map((one) =>
    gatedCluster(one, async (what, when) => {
      if (when === 'before') asked.push(what);
    }),
  );
  const fallback = () => parseSettings(JSON.stringify(documentOf()));
  const keeper = keepSettings({ source, path: PATH, fallback, clock, log: service.log, meter: service.meter });
  const handler = service.handler({
    clock,
    clusters: async () => clusters,
    settings: async () => (await keeper.current()).settings,
    settingsAtHand: () => keeper.atHand(),
    renewedSettings: (since) => keeper.renewed(since),
    settingsState: () => keeper.refreshed(),
  });
  async function post(token = ALERTS_TOKEN, alerts: readonly RawAlert[] = [aRawAlert()]) {
    const authorization = token === '' ? '' : `Bearer ${token}`;
    const { status, body } = await send(handler, {
      headers: { authorization },
      body: JSON.stringify(aWebhook(alerts)),
    });
    return { status, ...(JSON.parse(body) as { results?: { outcome: string; reason?: string }[] }) };
  }
  return { ...service, clock, source, asked, handler, post };
}

/** The same after a minute: what is stored now has to be asked for. */
async function withOldSettings(parts: Partial<Parts> = {}) {
  const service = keptService({ first: stored(), ...parts });
  await service.clock.advance(0);
  service.source.stored = undefined;
  await service.clock.advance(REFRESH_AFTER_MS + 1);
  return service;
}

describe('a delivery whose settings are older than a minute', () => {
  it('reads the cluster while the refresh is under way, each thing once, and patches after it', async () => {
    const { source, clock, asked, post } = await withOldSettings();

    const posting = post();
    await clock.advance(0);
    const beside = [...asked];
    source.asked[1]?.answer(stored());
    const { status, results } = await posting;

    expect(new Set(beside)).toEqual(new Set(['list managed-cached', 'rollouts', 'destinationrules', 'endpointslices']));
    expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
    expect(asked.filter((what) => what === 'patch')).toHaveLength(1);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('obeys the kill switch that has been thrown since', async () => {
    const { source, cluster, post } = await withOldSettings();
    source.stored = stored({ mode: 'observe' });

    const { results } = await post();

    expect(results).toMatchObject([{ outcome: 'observed' }]);
    expect(cluster.patches).toEqual([]);
  });

  it('waits 300 ms for the refresh and goes on without it; the next one has what arrived', async () => {
    const { source, clock, cluster, meter, log, post } = await withOldSettings();

    const posting = post();
    await clock.advance(300);
    const first = await posting;
    source.asked[1]?.answer(stored({ mode: 'observe' }));
    await clock.advance(0);
    const other = aRawAlert({ startsAt: new Date(FIRED_AT + 1000).toISOString() });
    cluster.write(INCIDENT, ({ spec }) => Object.assign(spec.http?.[1]?.route?.[1] ?? {}, { weight: 5 }));
    const second = await post(ALERTS_TOKEN, [other]);

    expect(first.results).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(second.results).toMatchObject([{ outcome: 'observed' }]);
    expect(cluster.patches).toHaveLength(1);
    expect(meter.totals.get('SettingsStale')).toBe(1);
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'The settings in use are not the latest' }),
    );
  });

  it('asks the cluster again where what was read ahead has failed', async () => {
    const { source, clock, asked, post } = await withOldSettings({
      service: { clusters: (memory) => [scriptedCluster(memory, { list: [fails('unreachable')] })] },
    });
    source.stored = stored();

    const posting = post();
    await clock.advance(1000);
    const { status, results } = await posting;

    expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
    expect(asked.filter((what) => what === 'list managed-cached')).toHaveLength(2);
  });

  it('patches nothing where the refresh is not valid and its own mode says observe', async () => {
    const { source, cluster, meter, post } = await withOldSettings({ first: stored({ mode: 'observe' }) });
    source.stored = stored({ mode: 'act' }).slice(0, 1);

    const { results } = await post();

    expect(results).toMatchObject([{ outcome: 'observed' }]);
    expect(cluster.patches).toEqual([]);
    expect(meter.totals.get('SettingsInvalid')).toBe(1);
  });
});

describe('a token', () => {
  it('that has been revoked is refused before any patch, though its reads were begun', async () => {
    const { source, cluster, asked, post } = await withOldSettings();
    source.stored = stored({ tokens: [fresh] });

    const { status } = await post(ALERTS_TOKEN);

    expect(status).toBe(401);
    expect(asked).toContain('list managed-cached');
    expect(cluster.patches).toEqual([]);
  });

  it('that has been revoked ends what was begun for it', async () => {
    const begun: AbortSignal[] = [];
    const { source, post } = await withOldSettings({
      service: {
        clusters: (memory) => {
          const list: VirtualServices['list'] = (which, signal) => {
            begun.push(signal);
            return memory.virtualServices.list(which, signal);
          };
          return [{ ...memory, virtualServices: { ...memory.virtualServices, list } }];
        },
      },
    });
    source.stored = stored({ tokens: [fresh] });

    await post(ALERTS_TOKEN);

    expect(begun.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('that is new waits for the refresh before anybody is told that it is wrong', async () => {
    const { source, clock, asked, post } = await withOldSettings();

    const posting = post(NEW_TOKEN);
    await clock.advance(200);
    const before = [...asked];
    source.asked[1]?.answer(stored({ tokens: [old, fresh] }));
    const { status, results } = await posting;

    expect(before).toEqual([]);
    expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
  });

  it('is good beside its successor: neither is refused while both are in the settings', async () => {
    const { source, clock, post } = await withOldSettings();
    source.stored = stored({ tokens: [old, fresh] });

    const overlap = [await post(ALERTS_TOKEN), await post(NEW_TOKEN), await post(ALERTS_TOKEN)];
    source.stored = stored({ tokens: [fresh] });
    await clock.advance(REFRESH_AFTER_MS + 1);
    const after = [await post(NEW_TOKEN), await post(ALERTS_TOKEN)];

    expect(overlap.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(after.map(({ status }) => status)).toEqual([200, 401]);
  });

  it('that is unknown is answered 503 while the settings cannot be refreshed, and 401 where there is none', async () => {
    const { source, post } = await withOldSettings();
    source.stored = 'throttled';

    const statuses = [await post(NEW_TOKEN), await post(''), await post(ALERTS_TOKEN)].map(({ status }) => status);

    expect(statuses).toEqual([503, 401, 200]);
  });

  it('that was added a moment after the settings were read is never told that it is wrong', async () => {
    const { source, clock, post } = keptService({ first: stored() });
    await clock.advance(1);
    source.stored = stored({ tokens: [old, fresh] });

    const statuses: number[] = [];
    for (let second = 0; second < 8; second += 1) {
      statuses.push((await post(NEW_TOKEN)).status);
      await clock.advance(1000);
    }

    expect(statuses).toEqual([503, 503, 503, 503, 503, 200, 200, 200]);
    expect(source.asked).toHaveLength(2);
  });

  it('that nobody knows is refused by settings that were read after it came, and is asked to come again by others', async () => {
    const { source, clock, post } = keptService({ first: stored() });
    await clock.advance(6000);

    const statuses: number[] = [];
    for (let second = 0; second < 6; second += 1) {
      statuses.push((await post(NEW_TOKEN)).status);
      await clock.advance(1000);
    }

    expect(statuses).toEqual([401, 503, 503, 503, 503, 401]);
    expect(source.asked).toHaveLength(3);
  });

  it('that is unknown is told so as soon as the settings are the latest', async () => {
    const { source, post } = await withOldSettings();
    source.stored = stored();

    expect(await post(NEW_TOKEN)).toMatchObject({ status: 401 });
  });
});

describe('a function that starts while Parameter Store does not answer', () => {
  it('rolls back by the settings of its package, and says so', async () => {
    const { clock, meter, handler, post } = keptService({ first: 'throttled' });

    const { status, results } = await post();
    await clock.advance(0);
    const health = await send(handler, { method: 'GET', path: '/healthz' });

    expect({ status, results }).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
    expect(meter.totals.get('SettingsStale')).toBe(1);
    expect(JSON.parse(health.body)).toEqual({ status: 'ok', settings: { origin: 'package', stale: true } });
  });

  it('reads the cluster while the first reading is waited for', async () => {
    const { source, clock, asked, post } = keptService({ first: undefined });

    const posting = post();
    await clock.advance(499);
    const beside = [...asked];
    await clock.advance(1);
    const { results } = await posting;

    expect(source.asked).toHaveLength(1);
    expect(beside).toContain('list managed-cached');
    expect(beside).not.toContain('patch');
    expect(results).toMatchObject([{ outcome: 'rolled-back' }]);
  });
});
