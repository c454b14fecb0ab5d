import { describe, expect, it, vi } from 'vitest';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { Listing } from '#shared/ports/cluster.ts';
import { aWrittenVirtualService } from '#test/builders/written-objects.ts';
import { create, type OpenStage, remove } from './cluster-stage.ts';
import { type OpenedCluster, openCluster } from './open-cluster.ts';
import { useStage } from './use-stage.ts';

const signal = new AbortController().signal;

/** Other tests may have left objects in other namespaces of the same cluster. */
function namesIn(namespace: string, found: readonly VirtualService[]): string[] {
  return found
    .map(({ metadata }) => metadata)
    .filter((one) => one.namespace === namespace)
    .map(({ name }) => name);
}

/** How VirtualServices are listed and read. */
export function describeReads(open: OpenStage): void {
  describe('lists and reads VirtualServices', () => {
    const on = useStage(open);

    async function aManagedAndAnUnmanagedOne() {
      const { stage } = on();
      const { namespace } = stage;
      await create(stage, aWrittenVirtualService({ namespace, name: 'acts', labels: { 'weightless/mode': 'act' } }));
      await create(stage, aWrittenVirtualService({ namespace, name: 'typo', labels: { 'weightless/mode': 'atc' } }));
      await create(stage, aWrittenVirtualService({ namespace, name: 'unmanaged', labels: { app: 'x' } }));
      return namespace;
    }

    const listed = async (cluster: OpenedCluster, which: Listing, namespace: string) =>
      namesIn(namespace, (await cluster.virtualServices.list(which, signal)).objects);

    it('lists as managed what carries the mode label, whatever it says', async () => {
      const namespace = await aManagedAndAnUnmanagedOne();

      const names = await listed(on().cluster(), 'managed', namespace);

      expect(names).toEqual(['acts', 'typo']);
    });

    it.each([
      ['managed-cached', ['acts', 'typo']],
      ['all', ['acts', 'typo', 'unmanaged']],
    ] as const)('lists %s from a cache that comes to know of every object', async (which, expected) => {
      const namespace = await aManagedAndAnUnmanagedOne();
      const cluster = on().cluster();

      await vi.waitFor(async () => expect(await listed(cluster, which, namespace)).toEqual(expected), 10_000);
    });

    it('lists the configured namespaces and no others', async () => {
      const { stage, cluster } = on();
      const [second, third] = [await stage.newNamespace(), await stage.newNamespace()];
      for (const namespace of [stage.namespace, second, third]) {
        await create(stage, aWrittenVirtualService({ namespace }));
      }

      const { virtualServices } = cluster({ namespaces: [stage.namespace, third] });
      const { objects } = await virtualServices.list('managed', signal);

      expect(objects.map(({ metadata }) => metadata.namespace)).toEqual([stage.namespace, third]);
    });

    async function pagesOf(cluster: OpenedCluster, limit: number): Promise<(readonly VirtualService[])[]> {
      const pages: (readonly VirtualService[])[] = [];
      let from: string | undefined;
      do {
        const page = await cluster.virtualServices.listPage({ limit, from }, signal);
        if (page.kind !== 'page') throw new Error('The list expired');
        pages.push(page.objects);
        from = page.next;
      } while (from !== undefined);
      return pages;
    }

    it('lists what carries the mode label in pages, and nothing else', async () => {
      const { stage, cluster } = on();
      const { namespace } = stage;
      const names = Array.from({ length: 7 }, (_, index) => `managed-${index}`);
      for (const name of names) {
        await create(stage, aWrittenVirtualService({ namespace, name }));
        await create(stage, aWrittenVirtualService({ namespace, name: `not-${name}`, labels: { app: 'x' } }));
      }

      const pages = await pagesOf(cluster({ namespaces: [namespace] }), 3);

      expect(pages.length).toBeGreaterThanOrEqual(3);
      expect(pages.every((page) => page.length <= 3)).toBe(true);
      expect(namesIn(namespace, pages.flat())).toEqual(names);
    });

    it('pages through the configured namespaces, one after the other, and through one that is empty', async () => {
      const { stage, cluster } = on();
      const [second, third] = [await stage.newNamespace(), await stage.newNamespace()];
      for (const namespace of [stage.namespace, third]) {
        for (const name of ['a', 'b']) await create(stage, aWrittenVirtualService({ namespace, name }));
      }

      const pages = await pagesOf(cluster({ namespaces: [stage.namespace, second, third] }), 1);

      expect(pages.flat().map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(
        [stage.namespace, third].flatMap((namespace) => [`${namespace}/a`, `${namespace}/b`]),
      );
    });

    it('lists nothing where there is nothing', async () => {
      const { stage, cluster } = on();

      const listed = await cluster({ namespaces: [stage.namespace] }).virtualServices.list('managed', signal);

      expect(listed).toEqual({ objects: [], forbidden: [] });
    });

    it('reads an object with all that was written into it', async () => {
      const { stage, cluster } = on();
      const { namespace } = stage;
      const object = aWrittenVirtualService({ namespace, annotations: { 'weightless/canary': 'v2' } });
      const { metadata } = await create(stage, object);

      const found = await cluster().virtualServices.get({ namespace, name: 'payment-svc' }, signal);

      expect(found).toEqual({
        metadata: {
          name: 'payment-svc',
          namespace,
          uid: metadata['uid'],
          resourceVersion: metadata.resourceVersion,
          labels: { 'weightless/mode': 'act' },
          annotations: { 'weightless/canary': 'v2' },
          hasAnnotations: true,
          ownerReferences: [],
          managedFields: [
            { manager: expect.any(String), time: Date.parse(String(metadata['creationTimestamp'])), ownsRoutes: true },
          ],
        },
        spec: object.spec,
      });
    });

    it('tells an object without annotations from one whose annotations are empty of ours', async () => {
      const { stage, cluster } = on();
      const { namespace } = stage;
      const { metadata, ...object } = aWrittenVirtualService({ namespace });
      const { annotations, ...bare } = metadata;
      await create(stage, { ...object, metadata: { ...bare, name: 'payment-svc' } });

      const found = await cluster().virtualServices.get({ namespace, name: 'payment-svc' }, signal);

      expect(found?.metadata).toMatchObject({ hasAnnotations: false, annotations: {} });
    });

    it('reads nothing where there is no object of that name', async () => {
      const { stage, cluster } = on();
      const object = aWrittenVirtualService({ namespace: stage.namespace });
      await create(stage, object);
      await remove(stage, object);

      expect(await cluster().virtualServices.get({ namespace: stage.namespace, name: 'payment-svc' }, signal)).toBe(
        undefined,
      );
    });

    it('reads weights as Istio’s schema lets them in: absent, negative, over 100', async () => {
      const { stage, cluster } = on();
      const { namespace } = stage;
      const route = [undefined, 0, -5, 3_000_000_000].map((weight, index) => ({
        destination: { host: `host-${index}` },
        ...(weight === undefined ? {} : { weight }),
      }));
      await create(stage, aWrittenVirtualService({ namespace, spec: { http: [{ route }] } }));

      const found = await cluster().virtualServices.get({ namespace, name: 'payment-svc' }, signal);

      expect(found?.spec).toEqual({ http: [{ route }] });
    });
  });

  describe('in a cluster without Istio', () => {
    it('says that VirtualServices are not served, and finds nothing of the other custom types', async () => {
      const stage = await open({ istio: false });
      const one = openCluster(stage);
      const ref = { namespace: 'default', name: 'payment-svc' };
      const notServed = expect.objectContaining({ name: 'ClusterFault', kind: 'not-served', retryable: false });

      const answers = await Promise.allSettled([
        one.virtualServices.list('managed', signal),
        one.virtualServices.listPage({ limit: 1 }, signal),
        one.virtualServices.get(ref, signal),
        one.virtualServices.patch(ref, [{ op: 'remove', path: '/spec' }], signal),
      ]);
      const others = [
        await one.surroundings?.rollouts(signal),
        await one.surroundings?.destinationRules('default', signal),
      ];
      one.client.close();
      await stage.close();

      expect(answers).toEqual(answers.map(() => ({ status: 'rejected', reason: notServed })));
      expect(others).toEqual([{ objects: [], forbidden: [] }, []]);
    });
  });
}
