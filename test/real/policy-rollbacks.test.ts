import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import { plan } from '#shared/domain/plan.ts';
import { routesOf, totalWeight, weightOf } from '#shared/domain/routes.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { buildPatch } from '#shared/steps/build-patch.ts';
import { nextEntries } from '#shared/steps/journal-entries.ts';
import { anAlert } from '#test/builders/alert.ts';
import { arbitraryCase } from '#test/istio/arbitrary-virtual-service.ts';
import { at, to } from '#test/scenarios/objects.ts';
import { KubeError, type KubeObject } from './engines/kube-objects.ts';
import { LABEL, op, openPolicyStage, type PolicyStage } from './policy-writes.ts';

let stage: PolicyStage;
beforeAll(async () => {
  stage = await openPolicyStage();
});

/** Written as a rollback does, from an object as the API server has it. */
function rollbackOf(
  object: VirtualService,
  sides: { canary: Parameters<typeof formatDestination>[0] },
  edits: Parameters<typeof buildPatch>[1],
) {
  const served = [
    { claim: { alert: anAlert(), weak: false, side: 'canary' as const }, decision: { kind: 'act' as const } },
  ];
  const times = { receivedAt: 1, sentAt: 2, holdMs: 1, flux: false };
  const entries = nextEntries({
    object,
    edits,
    journal: { entries: [], ignored: 0 },
    served,
    cluster: 'x',
    canary: sides.canary,
    ...times,
  });
  return { patch: buildPatch(object, edits, entries), undo: entries[0]?.undo ?? [] };
}

/** Istio's CRD wants them in every match of a tls route. */
function withSniHosts({ tls, ...spec }: VirtualService['spec']): object {
  if (!tls) return spec;
  return { ...spec, tls: tls.map((route) => ({ ...route, match: [{ sniHosts: ['app'] }] })) };
}

/** undefined where Istio's CRD does not let it in. */
async function createValid(...parts: Parameters<PolicyStage['create']>): Promise<KubeObject | undefined> {
  try {
    return await stage.create(...parts);
  } catch (error) {
    if (error instanceof KubeError && error.status === 422) return undefined;
    throw error;
  }
}

/** The plan's patch and its inverse, both written with the token; undefined where there is nothing to write. */
async function rollBackAndRestore({ object: { spec }, sides, darkLaunch }: Case) {
  const annotations = sides.stable ? { 'weightless/stable': formatDestination(sides.stable) } : undefined;
  const created = await createValid(withSniHosts(spec), { namespace: 'prod', annotations });
  if (!created) return undefined;
  const object = parseVirtualService(created);
  const planned = plan({ object, ...sides, darkLaunch, rules: [] });
  if (planned.kind !== 'change') return undefined;
  const { patch, undo } = rollbackOf(object, sides, planned.edits);
  const back = await stage.write(created, { body: patch });
  const again = await stage.write(created, { body: [...undo, op('remove', `${LABEL}weightless~1held`)] });
  return { object, back, again };
}
type Case = typeof arbitraryCase extends fc.Arbitrary<infer T> ? T : never;

/** What the gateway would refuse, and the policy with it. */
function isInvalid(object: VirtualService): boolean {
  return routesOf(object).some((route) => {
    const weights = route.destinations.map(({ entry }) => weightOf(entry));
    return (
      weights.some((weight) => weight < 0) ||
      (weights.length > 1 && (totalWeight(route) <= 0 || totalWeight(route) > 4_294_967_295))
    );
  });
}

describe('whatever a VirtualService holds', () => {
  test('its rollback is let through, and so is the restore, unless it would break the gateway', {
    timeout: 300_000,
  }, async () => {
    await stage.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' } });
    const seen = { 'rolled back': 0, restored: 0, 'not restored': 0 };
    await fc.assert(
      fc.asyncProperty(arbitraryCase, async (one) => {
        const tried = await rollBackAndRestore(one);
        if (!tried) return;

        expect(tried.back).toMatchObject({ status: 200 });
        seen['rolled back'] += 1;
        seen[tried.again.status === 200 ? 'restored' : 'not restored'] += 1;
        if (tried.again.status === 200) return;
        expect(tried.again.text).toMatch(/A weight must be|Of several destinations/);
        expect(isInvalid(tried.object), tried.again.text).toBe(true);
      }),
      { numRuns: 400 },
    );
    console.log(`Of 400 VirtualServices: ${JSON.stringify(seen)}`);
    expect(Math.min(seen['rolled back'], seen.restored)).toBeGreaterThan(20);
  });

  test.each([
    { routes: 1000, what: 'weights', route: [to('payments/v1', 1), to('payments/v2', 99)] },
    { routes: 1000, what: 'destinations', route: [to('payments-canary')] },
  ])('its $routes routes can all change their $what in one write', async ({ routes, what, route }) => {
    const http = Array.from({ length: routes }, (_, index) => ({ match: [{ uri: { prefix: `/${index}` } }], route }));
    const object = await stage.create({ hosts: ['payments'], http });
    const each = (index: number) =>
      what === 'weights'
        ? [op('add', `/spec/http/${index}/route/0/weight`, 100), op('add', `/spec/http/${index}/route/1/weight`, 0)]
        : [op('replace', `/spec/http/${index}/route/0/destination`, at('payments'))];

    const answer = await stage.write(object, { body: http.flatMap((_, index) => each(index)) });

    expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  });
});
