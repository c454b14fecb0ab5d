import { describe, expect, it, vi } from 'vitest';
import type { PatchOperation } from '#shared/domain/json-patch.ts';
import { ClusterFault } from '#shared/ports/cluster.ts';
import { aWrittenVirtualService } from '#test/builders/written-objects.ts';
import { create, type OpenStage, read } from './cluster-stage.ts';
import { tokensInTurn } from './open-cluster.ts';
import { useStage } from './use-stage.ts';

const signal = new AbortController().signal;
const PATCH: readonly PatchOperation[] = [{ op: 'add', path: '/spec/http/1/route/1/weight', value: 0 }];
const READ_VIRTUAL_SERVICES = { verbs: ['get', 'list'], resources: ['virtualservices'] };

/** What a token may not do, and what happens when it is no token any more. */
export function describeRights(open: OpenStage): void {
  describe('asks with a token', () => {
    const on = useStage(open);

    async function theIncident() {
      const { stage } = on();
      const object = aWrittenVirtualService({ namespace: stage.namespace });
      const created = await create(stage, object);
      return { stage, object, created, ref: { namespace: stage.namespace, name: 'payment-svc' } };
    }

    it.each([
      ['lists', 'list', 'at the cluster scope'],
      ['reads', 'get', 'in the namespace'],
    ] as const)('that lacks the right, and says so with verb and resource when it %s', async (_what, verb, scope) => {
      const { stage, ref } = await theIncident();
      const { virtualServices } = on().cluster({ credentials: tokensInTurn(await stage.limitedUser([])) });

      const answer = verb === 'list' ? virtualServices.list('managed', signal) : virtualServices.get(ref, signal);

      await expect(answer).rejects.toMatchObject({
        name: 'ClusterFault',
        kind: 'forbidden',
        retryable: false,
        verb,
        resource: 'virtualservices',
        message: expect.stringContaining(
          `User "system:serviceaccount:${stage.namespace}:limited" cannot ${verb} resource`,
        ),
      });
      await expect(answer).rejects.toThrow(scope);
    });

    it('that may list in its namespace only, and lists there', async () => {
      const { stage } = await theIncident();
      const credentials = tokensInTurn(await stage.limitedUser([READ_VIRTUAL_SERVICES]));

      const inNamespace = on().cluster({ credentials, namespaces: [stage.namespace] }).virtualServices;
      const everywhere = on().cluster({ credentials }).virtualServices;

      expect((await inNamespace.list('managed', signal)).objects).toHaveLength(1);
      await expect(everywhere.list('managed', signal)).rejects.toMatchObject({ kind: 'forbidden' });
    });

    it('that may list in one of the configured namespaces: what is there, and which one is forbidden', async () => {
      const { stage } = await theIncident();
      const other = await stage.newNamespace();
      const credentials = tokensInTurn(await stage.limitedUser([READ_VIRTUAL_SERVICES]));
      const { virtualServices } = on().cluster({ credentials, namespaces: [other, stage.namespace] });

      const first = await virtualServices.listPage({ limit: 9 }, signal);
      const second = await virtualServices.listPage(
        { limit: 9, from: first.kind === 'page' ? first.next : '' },
        signal,
      );

      const { namespace } = stage;
      const incident = expect.objectContaining({ metadata: expect.objectContaining({ namespace }) });
      for (const which of ['managed', 'managed-cached', 'all'] as const) {
        const listed = { objects: [incident], forbidden: [other] };
        await vi.waitFor(async () => expect(await virtualServices.list(which, signal)).toEqual(listed), 10_000);
      }
      expect(first).toEqual({ kind: 'page', objects: [], forbidden: [other], next: expect.any(String) });
      expect(second).toEqual({ kind: 'page', objects: [incident], forbidden: [] });
    });

    it('that may read but not patch: forbidden, with verb and resource, and nothing changed', async () => {
      const { stage, object, created, ref } = await theIncident();
      const credentials = tokensInTurn(await stage.limitedUser([READ_VIRTUAL_SERVICES]));

      const answer = await on().cluster({ credentials }).virtualServices.patch(ref, PATCH, signal);

      expect(answer).toEqual({
        kind: 'forbidden',
        verb: 'patch',
        resource: 'virtualservices',
        message: `virtualservices.networking.istio.io "payment-svc" is forbidden: User "system:serviceaccount:${stage.namespace}:limited" cannot patch resource "virtualservices" in API group "networking.istio.io" in the namespace "${stage.namespace}"`,
      });
      expect(await read(stage, object)).toEqual(created);
    });

    it('that is not known, loads it again once, and gives up', async () => {
      const { ref } = await theIncident();
      const credentials = tokensInTurn('wrong', 'wrong as well', 'never asked for');
      const { virtualServices } = on().cluster({ credentials });

      const answer = virtualServices.patch(ref, PATCH, signal);

      await expect(answer).rejects.toBeInstanceOf(ClusterFault);
      await expect(answer).rejects.toMatchObject({ kind: 'unauthorized', retryable: false });
      expect(credentials.reloads()).toBe(1);
    });

    it('that is not known any more, loads it again, and goes on', async () => {
      const { stage, ref } = await theIncident();
      const credentials = tokensInTurn('expired', stage.adminToken);
      const { virtualServices } = on().cluster({ credentials });

      const answer = await virtualServices.patch(ref, PATCH, signal);

      expect(answer.kind).toBe('patched');
      expect(await virtualServices.get(ref, signal)).toBeDefined();
      expect(credentials.reloads()).toBe(1);
    });

    it('whose user is given no seat: throttled, for as long as the server says', async () => {
      const { stage, object, created, ref } = await theIncident();

      await stage.whileThrottled(async (token) => {
        const { virtualServices } = on().cluster({ credentials: tokensInTurn(token) });
        const answers = await Promise.allSettled([
          virtualServices.list('managed', signal),
          virtualServices.get(ref, signal),
          virtualServices.patch(ref, PATCH, signal),
        ]);

        const reason = expect.objectContaining({ kind: 'throttled', retryable: true, retryAfterMs: 1000 });
        expect(answers).toEqual(answers.map(() => ({ status: 'rejected', reason })));
      });
      expect(await read(stage, object)).toEqual(created);
    });
  });
}
