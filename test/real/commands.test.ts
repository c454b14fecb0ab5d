import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  at,
  destinationRule,
  endpointSlice,
  FLAGGER_OWNER,
  MARKED,
  MARKED_HOSTS,
  oneRoute,
  type RawObject,
  rollout,
  to,
  virtualService,
} from '#test/scenarios/objects.ts';
import { fill, type Result } from '#test/scenarios/run-scenario.ts';
import type { AlertSpec, Fields } from '#test/scenarios/scenario.ts';
import { kube } from './engines/kube-objects.ts';
import { kubectlPath } from './engines/kubectl-path.ts';
import { runTool, type ToolResult } from './engines/run-tool.ts';
import { type RunningWeightless, startWeightless } from './engines/weightless.ts';
import { realWorld } from './real-world.ts';
import { expectSpec, situation } from './situation.ts';

const server = inject('kubeApiserver');
const admin = kube(server);
const incident = [to('payments/v1', 1), to('payments/v2', 99)];
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const PATH = `${kubectlPath()}:${process.env['PATH']}`;

let weightless: RunningWeightless;
const world = realWorld(server, () => weightless);

beforeAll(async () => {
  weightless = await startWeightless(['--kubeconfig', server.kubeconfigs.member]);
});
afterAll(() => weightless?.stop());

/** Runs a printed line as a person does: pasted into a shell, with the person's own kubeconfig. */
function paste(line: string): Promise<ToolResult> {
  return runTool('sh', ['-c', line], {
    env: { PATH, HOME: server.dir, KUBECONFIG: server.kubeconfigs.admin },
  });
}

/** The command of a result whose words hold these. */
function command({ commands = [], message }: Result, ...words: string[]): string {
  const found = commands.find(({ does }) => words.every((word) => does.includes(word)));
  if (!found) throw new Error(`No command says ${words.join(', ')}: ${message} ${JSON.stringify(commands)}`);
  return found.run;
}

describe('the command that takes the canary to zero', () => {
  test.each<{ title: string; objects: RawObject[]; alert?: AlertSpec; reason: string; changes?: Fields }>([
    {
      title: 'of the mode suggest',
      objects: [oneRoute(incident, { annotations: MARKED, mode: 'suggest' })],
      reason: 'mode-suggest',
    },
    {
      title: 'of a weak identity',
      objects: [oneRoute(incident)],
      alert: { labels: { destination_service_name: undefined, service: 'payments', namespace: '{ns}' } },
      reason: 'weak-identity',
    },
    {
      title: 'of a stable that is not ready',
      objects: [
        oneRoute([to('payments', 1), to('payments-canary', 99)], { annotations: MARKED_HOSTS }),
        endpointSlice({ a: false }),
      ],
      reason: 'stable-not-ready',
    },
    {
      title: 'of a plan with destinations, ports, cookies, mirrors and absent weights',
      objects: [
        virtualService(
          {
            http: [
              {
                match: [{ uri: { prefix: '/it\'s $(exit 3) `exit 4` "q" \\ ü' } }],
                route: [
                  {
                    destination: at('payments/v2', 8080),
                    headers: { response: { set: { 'Set-Cookie': 'a=\'b\'; $(exit 5) "c" \\n ü' } } },
                  },
                ],
                mirror: at('payments/v2'),
              },
              {
                route: [to('payments/v1'), to('payments/v2', 7)],
                mirrors: [{ destination: at('payments/v2'), percentage: { value: 2.5 } }],
              },
            ],
            tcp: [{ route: [to('payments/v2')] }],
          },
          { annotations: MARKED, mode: 'suggest' },
        ),
      ],
      reason: 'mode-suggest',
      changes: {
        'http.0.route.0.destination': at('payments/v1', 8080),
        'http.0.route.0.headers.response.set.Set-Cookie': null,
        'http.0.mirrorPercentage': { value: 0 },
        'http.1.route.0.weight': 7,
        'http.1.route.1.weight': 0,
        'http.1.mirrors.0.percentage': { value: 0 },
        'tcp.0.route.0.destination': at('payments/v1'),
      },
    },
  ])('$title does what it says, and a second time refuses', async ({ objects, alert, reason, changes = shifted }) => {
    const here = await situation(world, objects, alert);
    const result = await here.post();
    expect(result.reason).toBe(reason);

    const first = await paste(command(result, 'to zero'));
    const after = await here.get();
    const second = await paste(command(result, 'to zero'));

    expect(first).toMatchObject({ code: 0 });
    await expectSpec(here, changes);
    expect(second.code).not.toBe(0);
    expect(await here.get()).toEqual(after);
    expect(await here.post()).toMatchObject({ outcome: 'already-zero' });
  });

  test.each([
    {
      title: 'another destination stands in its place',
      patch: { spec: { http: [{ route: [to('payments/v2', 1), to('payments/v1', 99)] }] } },
    },
    {
      title: 'a weight is another one',
      patch: { spec: { http: [{ route: [to('payments/v1', 2), to('payments/v2', 98)] }] } },
    },
    {
      title: 'a route was put before it',
      patch: { spec: { http: [{ route: [to('reviews')] }, { route: incident }] } },
    },
    { title: 'the route is gone', patch: { spec: { http: [{ route: [to('payments/v1')] }] } } },
  ])('refuses to touch a route that is not the one it was written for: $title', async ({ patch }) => {
    const here = await situation(world, [oneRoute(incident, { annotations: MARKED, mode: 'suggest' })]);
    const result = await here.post();
    const changed = await here.merge(patch);

    const { code, output } = await paste(command(result, 'to zero'));

    expect(code, output).not.toBe(0);
    expect(await here.get()).toEqual(changed);
  });

  test('still fits where somebody changed something else', async () => {
    const here = await situation(world, [oneRoute(incident, { annotations: MARKED, mode: 'suggest' })]);
    const result = await here.post();
    await here.merge({ metadata: { labels: { team: 'payments' } }, spec: { hosts: ['payments', 'pay'] } });

    const { code, output } = await paste(command(result, 'to zero'));

    expect(code, output).toBe(0);
    await expectSpec(here, { ...shifted, hosts: ['payments', 'pay'] });
  });

  test('is given where the service may not patch, and works for a person who may', async () => {
    const reader = await weightlessThatOnlyReads();
    const here = await situation(world, [oneRoute(incident)]);

    const result = await reader.through(here.post);

    expect(result).toMatchObject({ outcome: 'failed', reason: 'forbidden' });
    expect(result.message).toContain('patch virtualservices');
    expect(await paste(command(result, 'to zero'))).toMatchObject({ code: 0 });
    await expectSpec(here, shifted);
  });
});

/** Another `npm start`, as a user who may list and get, and no more. */
async function weightlessThatOnlyReads() {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'only-reads' } };
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }];
  await admin.patch(role, { ...role, rules }, 'apply');
  const binding = { ...role, kind: 'ClusterRoleBinding' };
  const subjects = [{ kind: 'User', name: 'nobody', apiGroup: 'rbac.authorization.k8s.io' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'only-reads' };
  await admin.patch(binding, { ...binding, subjects, roleRef }, 'apply');
  const reader = await startWeightless(['--kubeconfig', server.kubeconfigs.nobody]);
  return {
    async through<T>(act: () => Promise<T>): Promise<T> {
      const usual = weightless;
      weightless = reader;
      try {
        return await act();
      } finally {
        weightless = usual;
        await reader.stop();
        await admin.delete(binding);
        await admin.delete(role);
      }
    },
  };
}

describe('the command for a person who knows more', () => {
  test.each([
    { words: ['if payments.{ns}.svc.cluster.local/v2 is the canary', 'to zero'], changes: shifted },
    {
      words: ['if payments.{ns}.svc.cluster.local/v1 is the canary', 'to zero'],
      changes: { 'http.0.route.0.weight': 0, 'http.0.route.1.weight': 100 },
    },
  ])('takes either side to zero where nothing says which is the canary: $words.0', async ({ words, changes }) => {
    const here = await situation(world, [oneRoute(incident, {})]);
    const result = await here.post();
    expect(result.reason).toBe('ambiguous-canary');

    const { code, output } = await paste(command(result, ...fill(words, here.places)));

    expect(code, output).toBe(0);
    await expectSpec(here, changes);
  });

  test.each<{
    title: string;
    objects: RawObject[];
    alert?: AlertSpec;
    reason: string;
    words: string[];
    changes?: Fields;
    name?: string;
  }>([
    {
      title: 'marks a subset as the canary',
      objects: [oneRoute(incident, {})],
      reason: 'ambiguous-canary',
      words: ['/v2 is the canary', 'mark it'],
    },
    {
      title: 'marks a host as the canary',
      objects: [oneRoute([to('payments', 1), to('payments-next', 99)], {})],
      reason: 'ambiguous-canary',
      words: ['payments-next', 'is the canary', 'mark it'],
    },
    {
      title: 'marks a stable for a sole destination',
      objects: [
        oneRoute([to('payments/v2')], { annotations: { 'weightless/canary': 'v2' } }),
        destinationRule({ v1: { version: 'v1' }, v2: { version: 'v2' } }),
      ],
      reason: 'sole-destination',
      words: ['/v1 is stable', 'mark it'],
      changes: { 'http.0.route.0.destination': at('payments/v1') },
    },
    {
      title: 'marks another stable where the marked one includes the canary',
      objects: [
        oneRoute([to('payments/v1', 1), to('payments/v2', 90), to('payments', 9)], {
          annotations: { 'weightless/canary': 'v2', 'weightless/stable': 'payments.{ns}.svc.cluster.local' },
        }),
        destinationRule({ v1: { version: 'v1' }, v2: { version: 'v2' } }),
      ],
      reason: 'stable-includes-canary',
      words: ['/v1 is stable', 'mark it'],
      changes: { 'http.0.route.0.weight': 91, 'http.0.route.1.weight': 0 },
    },
    {
      title: 'removes a malformed mark',
      objects: [oneRoute(incident, { annotations: { ...MARKED, 'weightless/sla': 'soon' } })],
      reason: 'invalid-marks',
      words: ['remove', 'weightless/sla'],
    },
    {
      title: 'sets the mode',
      objects: [oneRoute(incident, { annotations: MARKED, mode: 'on' })],
      reason: 'invalid-mode',
      words: ['let Weightless act'],
    },
    {
      title: 'lets the service act on a delegate',
      objects: [
        virtualService({ http: [{ delegate: { name: 'pay' } }] }, { annotations: MARKED }),
        virtualService({ hosts: undefined, http: [{ route: incident }] }, { name: 'pay', mode: null }),
      ],
      reason: 'delegate-not-managed',
      words: ['let Weightless act', '{ns}/pay'],
      name: 'pay',
    },
  ])(
    '$title, and the same alert is rolled back',
    async ({ objects, alert, reason, words, changes = shifted, name }) => {
      const here = await situation(world, objects, alert);
      const refused = await here.post();
      expect(refused.reason).toBe(reason);

      const { code, output } = await paste(command(refused, ...fill(words, here.places)));

      expect(code, output).toBe(0);
      expect(await here.post()).toMatchObject({ outcome: 'rolled-back' });
      await expectSpec(here, changes, name);
    },
  );

  test('takes the canary to zero in the delegate that is not managed', async () => {
    const here = await situation(world, [
      virtualService({ http: [{ delegate: { name: 'pay' } }, { route: incident }] }, { annotations: MARKED }),
      virtualService({ hosts: undefined, http: [{ route: incident }] }, { name: 'pay', mode: null }),
    ]);
    const refused = await here.post();

    const { code, output } = await paste(command(refused, fill('{ns}/pay', here.places), 'to zero'));

    expect(code, output).toBe(0);
    await expectSpec(here, shifted, 'pay');
  });

  test('takes one of two possible targets to zero, and lists what is managed', async () => {
    const marks = { 'weightless/canary': 'payments/v3', 'weightless/stable': 'payments/v1' };
    const here = await situation(world, [
      oneRoute(incident),
      oneRoute([to('payments/v1', 50), to('payments/v3', 50)], { name: 'beta', annotations: marks }),
    ]);
    const refused = await here.post();
    expect(refused.reason).toBe('ambiguous-target');

    const zeroed = await paste(command(refused, fill('{ns}/beta', here.places), 'to zero'));
    const listed = await paste(command(refused, 'list'));

    expect(zeroed).toMatchObject({ code: 0 });
    await expectSpec(here, { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 }, 'beta');
    expect(listed.output).toMatch(new RegExp(`${here.places.ns}\\s+beta`));
  });

  test('takes the canary to zero once more after the hold', async () => {
    const here = await situation(world, [oneRoute(incident, { annotations: { ...MARKED, 'weightless/hold': '1ms' } })]);
    await here.post();
    await here.merge({ spec: { http: [{ route: incident }] } });
    const suggested = await here.post();
    expect(suggested.reason).toBe('already-acted');

    const { code, output } = await paste(command(suggested, 'to zero'));

    expect(code, output).toBe(0);
    await expectSpec(here, shifted);
  });

  test('lists the managed objects where the cluster is not known', async () => {
    const here = await situation(world, [oneRoute(incident)], { labels: { cluster: 'elsewhere' } });

    const { code, output } = await paste(command(await here.post(), 'list'));

    expect(code, output).toBe(0);
    expect(output).toMatch(new RegExp(`${here.places.ns}\\s+payments`));
  });

  test.each([
    { version: 'v1', reason: 'stable-is-breaching' },
    { version: 'v3', reason: 'other-version' },
  ])('shows the object where the answer is $reason', async ({ version, reason }) => {
    const here = await situation(
      world,
      [oneRoute(incident), destinationRule({ v1: { version: 'v1' }, v2: { version: 'v2' }, v3: { version: 'v3' } })],
      { labels: { destination_version: version } },
    );
    const refused = await here.post();
    expect(refused.reason).toBe(reason);

    const { code, output } = await paste(command(refused, 'show'));

    expect(code).toBe(0);
    expect(output).toContain('kind: VirtualService');
  });
});

describe('the command for the controller that owns the weights', () => {
  test('aborts the Rollout by its status', async () => {
    const here = await situation(world, [
      oneRoute([to('payments-stable', 1), to('payments-canary', 99)], {}),
      rollout({
        canaryService: 'payments-canary',
        stableService: 'payments-stable',
        trafficRouting: { istio: { virtualService: { name: 'payments' } } },
      }),
    ]);
    const refused = await here.post();
    expect(refused.reason).toBe('managed-by-rollouts');

    const { code, output } = await paste(command(refused, 'abort'));

    expect(code, output).toBe(0);
    expect(await here.get('payments', 'Rollout')).toMatchObject({ status: { abort: true } });
  });

  test('suspends the Flagger Canary', async () => {
    const canary: RawObject = {
      apiVersion: 'flagger.app/v1beta1',
      kind: 'Canary',
      metadata: { name: 'payments', namespace: '{ns}' },
      spec: {
        targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payments' },
        service: { port: 80 },
        analysis: { interval: '1m', threshold: 5, iterations: 10 },
      },
    };
    const here = await situation(world, [
      oneRoute([to('payments-primary', 1), to('payments-canary', 99)], { ownerReferences: FLAGGER_OWNER }),
      canary,
    ]);
    const refused = await here.post();
    expect(refused.reason).toBe('managed-by-flagger');

    const { code, output } = await paste(command(refused, 'suspend'));

    expect(code, output).toBe(0);
    expect(await here.get('payments', 'Canary')).toMatchObject({ spec: { suspend: true } });
  });
});
