import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { ALERTS_TOKEN } from '#test/builders/http-event.ts';
import { sha256 } from '#test/doubles/rollback-service.ts';
import { type FaultProxy, startFaultProxy } from './proxy/fault-proxy.ts';
import { answers, everything, type Fault, hangs, resetsBeforeSending, targets } from './proxy/faults.ts';
import { expectRollback } from './world/expect-rollback.ts';
import { openFaultStage } from './world/fault-stage.ts';
import { type FaultWorld, type OnEnd, openWorld } from './world/fault-world.ts';
import type { FunctionProcess } from './world/function-process.ts';
import { insist } from './world/insist.ts';
import { type SettingsStore, startSettingsStore } from './world/settings-store.ts';
import { tally } from './world/tally.ts';

const stage = await openFaultStage();
const server = inject('kubeApiserver');
const PATH = '/weightless/test';
/** The settings are read again when they are older. */
const REFRESH_MS = 60_000;

const SECRETS = targets('GetSecretValue');

type SettingsWorld = FaultWorld & {
  readonly settings: SettingsStore;
  /** Stands before SSM and Secrets Manager. */
  readonly stores: FaultProxy;
  /** Writes who may send, as an operator does. */
  allow(...tokens: readonly string[]): void;
};

/** A world whose settings are in SSM, and whose token of the cluster is in Secrets Manager. */
async function openSettingsWorld(onEnd: OnEnd): Promise<SettingsWorld> {
  const world = await openWorld(stage, onEnd);
  const settings = await startSettingsStore();
  const stores = await startFaultProxy({ url: settings.endpoint });
  onEnd(async () => {
    await stores.stop();
    await settings.stop();
  });
  const [known] = JSON.parse(world.env()['WEIGHTLESS_SETTINGS'] ?? '').clusters;
  const cluster = { ...known, token: { secret: 'cluster-token' } };
  const allow = (...tokens: readonly string[]) => {
    const named = tokens.map((token) => ({ name: token, sha256: sha256(token), scope: 'alerts' }));
    settings.parameters.set(`${PATH}/settings`, JSON.stringify({ tokens: named }));
  };
  settings.parameters.set(`${PATH}/clusters/production-eu`, JSON.stringify(cluster));
  settings.secrets.set('cluster-token', server.tokens.member);
  allow(ALERTS_TOKEN);
  const { WEIGHTLESS_SETTINGS: _, ...env } = world.env();
  const more = {
    AWS_ENDPOINT_URL_SSM: stores.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stores.url,
    WEIGHTLESS_SETTINGS_PATH: PATH,
    // The package of this deployment has none to fall back on.
    WEIGHTLESS_SETTINGS_FILE: '/nonexistent/settings.json',
  };
  return Object.assign(world, { settings, stores, allow, env: (also = {}) => ({ ...env, ...more, ...also }) });
}

type Variant = { readonly what: string; readonly fault: Fault | 'down' };
const faults: readonly Variant[] = [
  { what: 'refuses connections', fault: 'down' },
  { what: 'resets connections', fault: resetsBeforeSending },
  { what: 'hangs', fault: hangs },
  { what: 'answers 500', fault: answers(500, { __type: 'InternalServerError', message: 'down' }) },
  { what: 'throttles', fault: answers(400, { __type: 'ThrottlingException', message: 'Rate exceeded' }) },
  { what: 'refuses our rights', fault: answers(400, { __type: 'AccessDeniedException', message: 'no' }) },
];

async function begin({ stores }: SettingsWorld, { fault }: Variant, match = everything): Promise<() => Promise<void>> {
  if (fault === 'down') {
    await stores.down();
    return stores.up;
  }
  const { lift } = stores.inject(match, fault);
  return async () => lift();
}

/** An alert that needs settings, cluster and token, and changes nothing. */
function aboutNothing(world: FaultWorld) {
  const labels = { ...world.alert().labels, destination_service_name: 'another-svc' };
  return world.alert({ fingerprint: 'another', labels });
}

/** A store that failed is asked again after a while only. */
async function untilRead(world: FaultWorld, rollback: FunctionProcess): Promise<unknown> {
  for (let tries = 0; tries < 30; tries += 1) {
    const delivered = await world.deliver(rollback);
    if (delivered.status !== 503) return delivered;
    await sleep(500);
  }
  throw new Error('The settings did not come back');
}

/** The settings of the package, in a file beside the token's. */
async function packaged(
  world: SettingsWorld,
  proof: Readonly<Record<string, unknown>>,
): Promise<Record<string, string>> {
  const { token: _, ...cluster } = JSON.parse(world.settings.parameters.get(`${PATH}/clusters/production-eu`) ?? '');
  const rest = JSON.parse(world.settings.parameters.get(`${PATH}/settings`) ?? '');
  const file = world.tokenFile.replace(/token$/, 'settings.json');
  await writeFile(file, JSON.stringify({ ...rest, clusters: [{ ...cluster, ...proof }] }));
  return { WEIGHTLESS_SETTINGS_FILE: file };
}

describe('SSM and Secrets Manager that', () => {
  const warm = tally('SSM and Secrets Manager down, the function warm and its settings old: rolled back and recorded');
  const packagedRow = tally('SSM and Secrets Manager down, the function cold, packaged settings, EKS: rolled back');
  const secretRow = tally('Secrets Manager down, the function cold, a static token: pending, 503, then rolled back');
  const cold = tally(
    'SSM and Secrets Manager down, the function cold: 503, never 401; rolled back once they are there',
  );

  test.concurrent.for(faults)(
    '$what stop no warm function, also where its settings are old',
    async (variant, context) => {
      await warm.hold(async () => {
        const world = await openSettingsWorld(context.onTestFinished);
        const rollback = await world.start('rollback', {}, { clockMs: -REFRESH_MS - 1000 });
        await insist(world, rollback, [aboutNothing(world)]);
        await begin(world, variant);
        rollback.setClock(0);

        const delivered = await world.deliver(rollback);

        expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
        await expectRollback(world, warm);
      });
    },
  );

  test.concurrent.for(faults)(
    '$what while a function starts: 503, and rolled back when they are back',
    async (variant, context) => {
      await cold.hold(async () => {
        const world = await openSettingsWorld(context.onTestFinished);
        const end = await begin(world, variant);
        const rollback = await world.start();

        const first = await world.deliver(rollback);
        await end();
        const second = await untilRead(world, rollback);

        expect(first.status).toBe(503);
        expect(second).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
        await expectRollback(world, cold);
      });
    },
  );

  test.concurrent.for(faults)(
    '$what while a function with packaged settings and EKS starts: rolled back',
    async (variant, context) => {
      await packagedRow.hold(async () => {
        const world = await openSettingsWorld(context.onTestFinished);
        const env = await packaged(world, { eks: { cluster: 'production', region: 'eu-central-1' } });
        await begin(world, variant);

        const delivered = await world.deliver(await world.start('rollback', env));

        expect(delivered).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
        await expectRollback(world, packagedRow);
      });
    },
  );

  test.concurrent.for(faults)(
    '$what for secrets alone while a function starts: pending, then rolled back',
    async (variant, context) => {
      await secretRow.hold(async () => {
        const world = await openSettingsWorld(context.onTestFinished);
        const { lift } = world.stores.inject(SECRETS, variant.fault === 'down' ? resetsBeforeSending : variant.fault);
        const rollback = await world.start();

        const first = await world.deliver(rollback);
        lift();
        const second = await untilRead(world, rollback);

        expect(first).toMatchObject({ status: 503, results: [{ outcome: 'pending', reason: 'cluster-unauthorized' }] });
        expect(second).toMatchObject({ status: 200, results: [{ outcome: 'rolled-back' }] });
        await expectRollback(world, secretRow);
      });
    },
  );
});

type Sent = { readonly token: string; readonly phase: string; readonly second: number; readonly status: number };

/** Traffic under these tokens on every instance, for a minute and two seconds of their clocks. */
async function minuteOfTraffic(
  world: SettingsWorld,
  instances: readonly FunctionProcess[],
  { phase, minute, tokens }: { phase: string; minute: number; tokens: readonly string[] },
): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (let second = 0; second <= 62; second += 6) {
    for (const instance of instances) instance.setClock(minute * 62_000 + second * 1000);
    const all = instances.flatMap((instance) => tokens.map((token) => ({ instance, token })));
    const statuses = await Promise.all(
      all.map(async ({ instance, token }) => (await world.deliver(instance, [aboutNothing(world)], token)).status),
    );
    sent.push(...all.map(({ token }, index) => ({ token, phase, second, status: statuses[index] ?? 0 })));
  }
  return sent;
}

describe('tokens that are rotated during traffic', () => {
  const row = tally('Token rotated during traffic: no 401 in the overlap; the revoked one refused within 60 s');

  test('are both taken in the overlap, by every instance; the revoked one is refused in time', async (context) => {
    await row.hold(async () => {
      const world = await openSettingsWorld(context.onTestFinished);
      world.allow('old');
      const instances = [await world.start(), await world.start(), await world.start()];
      const sent: Sent[] = [];
      const [both, OLD, NEW] = [['old', 'new'], ['old'], ['new']];
      const plan = [
        { phase: 'before', tokens: OLD, allowed: OLD },
        { phase: 'refreshing', tokens: both, allowed: both },
        { phase: 'overlap', tokens: both, allowed: both },
        { phase: 'revoking', tokens: both, allowed: NEW },
        { phase: 'revoked', tokens: both, allowed: NEW },
      ];
      for (const [minute, { phase, tokens, allowed }] of plan.entries()) {
        world.allow(...allowed);
        sent.push(...(await minuteOfTraffic(world, instances, { phase, minute, tokens })));
      }

      const statuses = (phase: string, token: string) => [
        ...new Set(sent.filter((one) => one.phase === phase && one.token === token).map(({ status }) => status)),
      ];
      const again = sent.filter(({ status }) => status === 503);
      const added = again.filter(({ phase }) => phase === 'refreshing');
      row.note(`${sent.length} requests to ${instances.length} instances`);
      row.note(`the new token asked to come again in the first seconds after it was added: ${added.length} times`);
      expect(again.filter(({ second }) => second > 5)).toEqual([]);
      expect(new Set([...statuses('refreshing', 'new'), 503])).toEqual(new Set([200, 503]));
      expect({ before: statuses('before', 'old'), refreshing: statuses('refreshing', 'old') }).toEqual({
        before: [200],
        refreshing: [200],
      });
      expect({ old: statuses('overlap', 'old'), new: statuses('overlap', 'new') }).toEqual({ old: [200], new: [200] });
      expect(statuses('revoking', 'new')).toEqual([200]);
      expect(statuses('revoked', 'new')).toEqual([200]);
      expect(new Set([...statuses('revoked', 'old'), 503])).toEqual(new Set([401, 503]));
    });
  });
});
