import { describe, expect, it } from 'vitest';
import type { PatchOperation } from '#shared/domain/json-patch.ts';
import { aWrittenVirtualService } from '#test/builders/written-objects.ts';
import { create, type OpenStage, read, type Verdict } from './cluster-stage.ts';
import { useStage } from './use-stage.ts';

const signal = new AbortController().signal;
const TO_ZERO: readonly PatchOperation[] = [
  { op: 'add', path: '/spec/http/1/route/0/weight', value: 100 },
  { op: 'add', path: '/spec/http/1/route/1/weight', value: 0 },
];
const DENIED = 'admission webhook "freeze.example.test" denied the request';

/** What admission does to a patch. */
export function describeDenials(open: OpenStage): void {
  describe('patches through admission', () => {
    const on = useStage(open);

    async function patchedThrough(verdict: Verdict) {
      const { stage, cluster } = on();
      const object = aWrittenVirtualService({ namespace: stage.namespace });
      const created = await create(stage, object);
      await stage.admission(verdict);
      const ref = { namespace: stage.namespace, name: 'payment-svc' };
      const answer = cluster().virtualServices.patch(ref, TO_ZERO, signal);
      return { created, answer, reread: () => read(stage, object) };
    }

    it.each<[string, Omit<Verdict & { kind: 'webhook-denies' }, 'kind'>, string]>([
      ['a 403', { code: 403, message: 'change freeze' }, `${DENIED}: change freeze`],
      ['a code of its own', { code: 409, message: 'change freeze' }, `${DENIED}: change freeze`],
      ['no code', { message: 'change freeze' }, `${DENIED}: change freeze`],
      ['a reason only', { code: 403, reason: 'Frozen' }, `${DENIED}: Frozen`],
      ['no words', { code: 403 }, `${DENIED} without explanation`],
    ])('says that a webhook denied it with %s', async (_what, denial, message) => {
      const { created, answer, reread } = await patchedThrough({ kind: 'webhook-denies', ...denial });

      expect(await answer).toEqual({ kind: 'denied-by-admission', message });
      expect(await reread()).toEqual(created);
    });

    it('waits for as long as a webhook asks for', async () => {
      const denial = { code: 429, reason: 'TooManyRequests', message: 'slow down', retryAfterSeconds: 7 };

      const { answer } = await patchedThrough({ kind: 'webhook-denies', ...denial });

      await expect(answer).rejects.toMatchObject({
        name: 'ClusterFault',
        kind: 'throttled',
        retryable: true,
        retryAfterMs: 7000,
        message: expect.stringContaining('slow down'),
      });
    });

    it('takes a webhook that is down for a fault that a retry can mend', async () => {
      const { created, answer, reread } = await patchedThrough({ kind: 'webhook-is-down' });

      await expect(answer).rejects.toMatchObject({
        name: 'ClusterFault',
        kind: 'error',
        retryable: true,
        message: expect.stringContaining('failed calling webhook "freeze.example.test"'),
      });
      expect(await reread()).toEqual(created);
    });

    it('is rejected by a policy, with its words', async () => {
      const { created, answer, reread } = await patchedThrough({
        kind: 'policy-denies',
        message: 'weights are frozen',
      });

      expect(await answer).toEqual({
        kind: 'rejected',
        message: expect.stringMatching(
          /^virtualservices\.networking\.istio\.io "payment-svc" is forbidden: ValidatingAdmissionPolicy '.+' with binding '.+' denied request: weights are frozen$/,
        ),
      });
      expect(await reread()).toEqual(created);
    });

    it('is not taken for lacking a right where a policy forbids it', async () => {
      const { answer } = await patchedThrough({ kind: 'policy-denies', message: 'frozen', reason: 'Forbidden' });

      expect(await answer).toEqual({
        kind: 'denied-by-admission',
        message: expect.stringContaining('denied request: frozen'),
      });
    });

    it('answers what a webhook made of it', async () => {
      const { answer, reread } = await patchedThrough({
        kind: 'webhook-patches',
        operations: [{ op: 'replace', path: '/spec/http/1/route/1/weight', value: 10 }],
      });

      expect(await answer).toMatchObject({
        kind: 'patched',
        object: { spec: { http: [{}, { route: [{ weight: 100 }, { weight: 10 }] }] } },
      });
      expect(await reread()).toHaveProperty('spec.http.1.route.1.weight', 10);
    });
  });
}
