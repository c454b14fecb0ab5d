import { describe, expect, it, vi } from 'vitest';
import type { Surroundings } from '#shared/ports/cluster.ts';
import { aDestinationRule, anEndpointSlice, aPod, aRollout } from '#test/builders/written-objects.ts';
import { create, type OpenStage } from './cluster-stage.ts';
import { tokensInTurn } from './open-cluster.ts';
import { useStage } from './use-stage.ts';

const signal = new AbortController().signal;
const WITHIN = 10_000;

/** What tells canary from stable beside the VirtualServices. It is read from a cache, which follows after a moment. */
export function describeSurroundings(open: OpenStage): void {
  describe('reads the surroundings', () => {
    const on = useStage(open);

    function surroundings(options?: Parameters<ReturnType<typeof on>['cluster']>[0]): Surroundings {
      const { surroundings: found } = on().cluster({ namespaces: [on().stage.namespace], ...options });
      if (!found) throw new Error('the cluster was opened without its surroundings');
      return found;
    }

    async function rolloutsSeen(options?: Parameters<typeof surroundings>[0]) {
      return (await surroundings(options).rollouts(signal)).objects;
    }

    async function expectSoon<T>(asked: () => Promise<T>, expected: unknown): Promise<void> {
      await vi.waitFor(async () => expect(await asked()).toEqual(expected), WITHIN);
    }

    it('knows a Rollout that splits between two hosts', async () => {
      const { stage } = on();
      await create(stage, aRollout({ namespace: stage.namespace, name: 'payments' }));

      await expectSoon(
        () => rolloutsSeen(),
        [
          {
            namespace: stage.namespace,
            name: 'payments',
            virtualServices: [`${stage.namespace}/payment-svc`],
            canaryHost: 'payment-svc-canary',
            stableHost: 'payment-svc',
            subsets: undefined,
          },
        ],
      );
    });

    it('knows a Rollout that splits between two subsets, of VirtualServices here and elsewhere', async () => {
      const { stage } = on();
      const { namespace } = stage;
      const istio = {
        virtualServices: [{ name: 'payment-svc', routes: ['everyone'] }, { name: 'edge.gateways' }],
        destinationRule: { name: 'payment-svc', canarySubsetName: 'v2', stableSubsetName: 'v1' },
      };
      await create(stage, aRollout({ namespace, canary: { trafficRouting: { istio } } }));

      await expectSoon(
        () => rolloutsSeen(),
        [
          expect.objectContaining({
            virtualServices: [`${namespace}/payment-svc`, 'gateways/edge'],
            subsets: { destinationRule: 'payment-svc', canary: 'v2', stable: 'v1' },
          }),
        ],
      );
    });

    it('leaves out Rollouts that do not route through Istio', async () => {
      const { stage } = on();
      await create(stage, aRollout({ namespace: stage.namespace, name: 'a', canary: { canaryService: 'x' } }));
      await create(stage, aRollout({ namespace: stage.namespace, name: 'b' }));

      await expectSoon(() => rolloutsSeen(), [expect.objectContaining({ name: 'b' })]);
    });

    it('finds the Rollouts of all namespaces where none are configured', async () => {
      const { stage } = on();
      const other = await stage.newNamespace();
      await create(stage, aRollout({ namespace: stage.namespace }));
      await create(stage, aRollout({ namespace: other }));

      await expectSoon(
        async () => (await rolloutsSeen({ namespaces: undefined })).map(({ namespace }) => namespace),
        expect.arrayContaining([stage.namespace, other]),
      );
    });

    it('knows the subsets of the DestinationRules of a namespace, by the whole name of their host', async () => {
      const { stage } = on();
      const { namespace } = stage;
      await create(stage, aDestinationRule({ namespace, subsets: { v1: { version: 'v1' }, all: {} } }));
      await create(stage, aDestinationRule({ namespace: await stage.newNamespace() }));

      await expectSoon(
        () => surroundings().destinationRules(namespace, signal),
        [
          {
            namespace,
            name: 'payment-svc',
            host: `payment-svc.${namespace}.svc.cluster.local`,
            subsets: [
              { name: 'v1', labels: { version: 'v1' } },
              { name: 'all', labels: {} },
            ],
          },
        ],
      );
    });

    it('takes an endpoint whose readiness is unset for ready', async () => {
      const { stage } = on();
      const { namespace } = stage;
      const endpoints = [{ pod: 'a' }, { pod: 'b', ready: true }, { pod: 'c', ready: false }, {}];
      await create(stage, anEndpointSlice({ namespace, endpoints }));

      await expectSoon(
        () => surroundings().endpoints(namespace, 'payment-svc', signal),
        [
          {
            namespace,
            service: 'payment-svc',
            endpoints: [
              { pod: 'a', ready: true },
              { pod: 'b', ready: true },
              { pod: 'c', ready: false },
              { pod: undefined, ready: true },
            ],
          },
        ],
      );
    });

    it('tells the endpoints of one service from those of all, and leaves out slices of none', async () => {
      const { stage } = on();
      const { namespace } = stage;
      await create(stage, anEndpointSlice({ namespace }));
      await create(stage, anEndpointSlice({ namespace, service: 'payment-svc-canary', endpoints: [] }));
      await create(stage, anEndpointSlice({ namespace, service: '' }));
      const services = async (service: string | undefined) =>
        (await surroundings().endpoints(namespace, service, signal)).map((one) => one.service);

      await expectSoon(() => services(undefined), ['payment-svc', 'payment-svc-canary']);
      await expectSoon(() => services('payment-svc-canary'), ['payment-svc-canary']);
    });

    it('finds the pods that carry all of the labels', async () => {
      const { stage } = on();
      const { namespace } = stage;
      const labels = { app: 'payment-svc', 'example.test/version': 'v1' };
      await create(stage, aPod({ namespace, name: 'both', labels }));
      await create(stage, aPod({ namespace, name: 'one', labels: { app: 'payment-svc' } }));
      await create(stage, aPod({ namespace, name: 'other', labels: { ...labels, app: 'checkout-svc' } }));

      await expectSoon(() => surroundings().pods(namespace, labels, signal), ['both']);
      await expectSoon(() => surroundings().pods(namespace, { app: 'payment-svc' }, signal), ['both', 'one']);
      await expectSoon(() => surroundings().pods(namespace, { app: 'nobody' }, signal), []);
    });

    it('finds the Rollouts of the namespaces that it may read, and names the one that it may not', async () => {
      const { stage } = on();
      const other = await stage.newNamespace();
      const credentials = tokensInTurn(await stage.limitedUser([{ verbs: ['list'], resources: ['rollouts'] }]));
      await create(stage, aRollout({ namespace: stage.namespace, name: 'payments' }));

      const found = () => surroundings({ credentials, namespaces: [other, stage.namespace] }).rollouts(signal);

      await expectSoon(found, { objects: [expect.objectContaining({ name: 'payments' })], forbidden: [other] });
    });

    it('says what it may not read', async () => {
      const { stage } = on();
      const { namespace } = stage;
      const credentials = tokensInTurn(await stage.limitedUser([]));
      const { rollouts } = surroundings({ credentials, namespaces: undefined });
      const { destinationRules, endpoints, pods } = surroundings({ credentials });

      const answers = await Promise.allSettled([
        rollouts(signal),
        destinationRules(namespace, signal),
        endpoints(namespace, undefined, signal),
        pods(namespace, {}, signal),
      ]);

      const reasons = answers.map((answer) => (answer.status === 'rejected' ? answer.reason : undefined));
      expect(reasons).toMatchObject(
        ['rollouts', 'destinationrules', 'endpointslices', 'pods'].map((resource) => ({
          name: 'ClusterFault',
          kind: 'forbidden',
          verb: 'list',
          resource,
        })),
      );
    });
  });
}
