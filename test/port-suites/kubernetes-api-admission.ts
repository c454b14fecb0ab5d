import { describe, expect, it } from 'vitest';
import { aWrittenVirtualService } from '#test/builders/written-objects.ts';
import { aFailure, detailsOf, told } from './api-answer.ts';
import { collectionOf, type OpenStage, type Verdict } from './cluster-stage.ts';
import { useStage } from './use-stage.ts';

const DENIED = 'admission webhook "freeze.example.test" denied the request';
const denies = (denial: Omit<Verdict & { kind: 'webhook-denies' }, 'kind'>): Verdict => ({
  kind: 'webhook-denies',
  ...denial,
});

/** What is said where admission does not let a write in. */
export function describeAdmission(open: OpenStage): void {
  describe('asks admission', () => {
    const on = useStage(open);

    async function createdThrough(verdict: Verdict) {
      const { stage } = on();
      await stage.admission(verdict);
      const object = aWrittenVirtualService({ namespace: stage.namespace });
      return told(await stage.send({ method: 'POST', path: collectionOf(object), body: object }));
    }

    it.each<[string, Verdict, ReturnType<typeof aFailure>]>([
      ['a code', denies({ code: 403, message: 'frozen' }), aFailure(403, { message: `${DENIED}: frozen` })],
      ['no code', denies({ message: 'frozen' }), aFailure(400, { message: `${DENIED}: frozen` })],
      ['no words', denies({ code: 422 }), aFailure(422, { message: `${DENIED} without explanation` })],
      [
        'a reason only',
        denies({ code: 403, reason: 'Frozen' }),
        aFailure(403, { reason: 'Frozen', message: `${DENIED}: Frozen` }),
      ],
      [
        'a time to wait',
        denies({ code: 429, reason: 'TooManyRequests', message: 'slow down', retryAfterSeconds: 7 }),
        aFailure(429, {
          reason: 'TooManyRequests',
          message: `${DENIED}: slow down`,
          details: { retryAfterSeconds: 7 },
        }),
      ],
    ])('and says so where a webhook denies with %s', async (_what, verdict, expected) => {
      expect(await createdThrough(verdict)).toEqual(expected);
    });

    it('and says so where a webhook is down', async () => {
      const { status, body } = await createdThrough({ kind: 'webhook-is-down' });

      const words = 'failed calling webhook "freeze.example.test": failed to call webhook: ';
      expect(status).toBe(500);
      expect(body).toMatchObject({
        status: 'Failure',
        reason: 'InternalError',
        message: expect.stringContaining(`Internal error occurred: ${words}`),
        details: { causes: [{ message: expect.stringContaining(words) }] },
      });
    });

    it.each([
      ['Invalid', 422],
      ['Forbidden', 403],
    ] as const)('and says so where a policy denies as %s', async (reason, status) => {
      const answer = await createdThrough({ kind: 'policy-denies', message: 'frozen', reason });

      const words = expect.stringMatching(/ValidatingAdmissionPolicy '.+' with binding '.+' denied request: frozen$/);
      expect(answer).toEqual(
        aFailure(status, {
          reason,
          message: expect.stringMatching(/^virtualservices\.networking\.istio\.io "payment-svc" is forbidden: /),
          details: detailsOf('payment-svc', { causes: [{ message: words }] }),
        }),
      );
    });

    it('and creates what a webhook makes of it', async () => {
      const answer = await createdThrough({
        kind: 'webhook-patches',
        operations: [{ op: 'add', path: '/spec/hosts', value: ['changed'] }],
      });

      expect(answer).toMatchObject({ status: 201, body: { spec: { hosts: ['changed'] } } });
    });
  });
}
