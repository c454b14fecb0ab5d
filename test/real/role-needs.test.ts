import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { SCENARIOS } from '#test/scenarios/all.ts';
import type { RawObject } from '#test/scenarios/objects.ts';
import type { AlertSpec } from '#test/scenarios/scenario.ts';
import { kube } from './engines/kube-objects.ts';
import { rightsIn, serviceAccountToken, untilRights } from './engines/kube-rights.ts';
import { serviceAs } from './engines/service-as.ts';
import { situation } from './situation.ts';

const server = inject('kubeApiserver');
const admin = kube(server);
const RBAC = 'rbac.authorization.k8s.io';
const Rule = z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) });
type Rule = z.infer<typeof Rule>;

/** Each right, a scenario that needs it, what comes of it with the whole role, and what comes of it without the right. */
const NEEDS: readonly {
  readonly right: string;
  readonly scenario: string;
  readonly has: object;
  readonly lacks: object;
}[] = [
  {
    right: 'list networking.istio.io/virtualservices',
    scenario: 'takes the 1/99 of the incident to 100/0',
    has: { outcome: 'rolled-back' },
    lacks: { outcome: 'failed', reason: 'forbidden', message: expect.stringContaining('list virtualservices') },
  },
  {
    right: 'patch networking.istio.io/virtualservices',
    scenario: 'takes the 1/99 of the incident to 100/0',
    has: { outcome: 'rolled-back' },
    lacks: { outcome: 'failed', reason: 'forbidden', message: expect.stringContaining('patch virtualservices') },
  },
  {
    right: 'get networking.istio.io/virtualservices',
    scenario: 'refuses where a delegate that holds the canary is not managed',
    has: { outcome: 'refused', reason: 'delegate-not-managed' },
    lacks: { outcome: 'failed', reason: 'forbidden', message: expect.stringContaining('get virtualservices') },
  },
  {
    right: 'list networking.istio.io/destinationrules',
    scenario: 'refuses where the alert is about stable, by the labels of the DestinationRule',
    has: { outcome: 'refused', reason: 'stable-is-breaching' },
    lacks: { outcome: 'rolled-back', message: expect.stringContaining('destinationrules of') },
  },
  {
    right: 'list argoproj.io/rollouts',
    scenario: 'refuses an object that a Rollout names, by host: it would put the weight back at once',
    has: { outcome: 'refused', reason: 'managed-by-rollouts' },
    lacks: { outcome: 'rolled-back', message: expect.stringContaining('rollouts') },
  },
  {
    right: 'list discovery.k8s.io/endpointslices',
    scenario: 'refuses a stable host none of whose endpoints is ready',
    has: { outcome: 'refused', reason: 'stable-not-ready' },
    lacks: { outcome: 'rolled-back', message: expect.stringContaining('endpointslices of') },
  },
  {
    right: 'list core/pods',
    scenario: 'refuses a stable subset whose pods are not ready, though the canary’s are',
    has: { outcome: 'refused', reason: 'stable-not-ready' },
    lacks: { outcome: 'rolled-back', message: expect.stringContaining('pods of') },
  },
];

let rules: readonly Rule[] = [];
beforeAll(async () => {
  rules = await shippedRules('cluster-role.yaml', 'ClusterRole');
});

async function shippedRules(file: string, kind: string): Promise<Rule[]> {
  const path = fileURLToPath(new URL(`../../infra/kubernetes/${file}`, import.meta.url));
  const documents = parseAllDocuments(await readFile(path, 'utf8')).map((document): unknown => document.toJS());
  const Role = z.object({ kind: z.literal(kind), rules: z.array(Rule) });
  return documents.flatMap((document) => Role.safeParse(document).data?.rules ?? []);
}

/** The service as an account that has every right of the role but one. */
async function serviceWithout(right: string | undefined) {
  const namespace = await admin.newNamespace();
  const account = { name: 'limited', namespace };
  const name = `limited-${namespace}`;
  const kept = rules.flatMap(({ verbs, ...rule }) =>
    verbs.map((verb) => ({ ...rule, verbs: [verb] })).filter((one) => !rightsIn(one).includes(right ?? '')),
  );
  await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
  await admin.create({ apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules: kept });
  await admin.create({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
  const token = await serviceAccountToken(server, account);
  await untilRights(server, token, kept.length);
  const service = await serviceAs(server, token);
  onTestFinished(service.stop);
  return service;
}

function scenarioOf(title: string): { readonly objects: readonly RawObject[]; readonly alert: AlertSpec | undefined } {
  const found = Object.values(SCENARIOS)
    .flat()
    .find((one) => one.title === title);
  const [step] = found?.steps ?? [];
  if (!found || !step || !('deliver' in step))
    throw new Error(`There is no scenario "${title}" that begins with an alert`);
  return { objects: found.objects, alert: step.deliver[0] };
}

describe('what comes of a scenario with the whole role, and without one of its rights', () => {
  test.each(NEEDS)('$right: $scenario', async ({ right, scenario, has, lacks }) => {
    const { objects, alert } = scenarioOf(scenario);
    const whole = await serviceWithout(undefined);
    const limited = await serviceWithout(right);

    const withIt = await (await situation(whole.world, objects, alert)).post();
    const withoutIt = await (await situation(limited.world, objects, alert)).post();

    expect(withIt).toMatchObject(has);
    expect(withIt.message).not.toContain('did not let us read');
    expect(withoutIt).toMatchObject(lacks);
  });

  test('names every right of the role, so that none is spare', () => {
    expect(NEEDS.map(({ right }) => right).sort()).toEqual(rules.flatMap(rightsIn).sort());
  });

  test('is of the rules that are given by namespace, too', async () => {
    expect(await shippedRules('namespaced.yaml', 'Role')).toEqual(rules);
  });
});
