import { describe, expect, it } from 'vitest';
import { plan } from '#shared/domain/plan.ts';
import { aParsedVirtualService } from '#test/builders/virtual-service.ts';

const host = 'payment-svc.production.svc.cluster.local';
const canary = { host, subset: 'v2' };
const stable = { host, subset: 'v1' };

/** The weights of one route before and after: what random VirtualServices seldom meet. */
function planned(...entries: readonly (readonly [subset: string, weight: number])[]) {
  const route = entries.map(([subset, weight]) => ({ destination: { host: 'payment-svc', subset }, weight }));
  const object = aParsedVirtualService({ spec: { http: [{ route }] } });
  const answer = plan({ object, canary, stable, darkLaunch: 'keep', rules: [] });
  const edits = answer.kind === 'change' ? answer.edits : [];
  return edits.map(({ path, to }) => `${path.replace('/spec/http/0/route/', '')}=${to}`);
}

describe('a plan', () => {
  it('takes a second listing of stable with a negative weight to 0, and leaves one with a good weight', () => {
    expect(planned(['v1', 10], ['v2', 80], ['v1', -10])).toEqual(['1/weight=0', '0/weight=90', '2/weight=0']);
    expect(planned(['v1', 10], ['v2', 80], ['v1', 10])).toEqual(['1/weight=0', '0/weight=90']);
  });

  it('leaves a negative third one to whoever wrote it', () => {
    expect(planned(['v1', 10], ['v2', 80], ['v3', -10])).toEqual(['1/weight=0', '0/weight=90']);
  });

  it('takes a negative stable for 0, and makes it 100 where nobody else would get anything', () => {
    expect(planned(['v1', -5], ['v2', 80])).toEqual(['1/weight=0', '0/weight=80']);
    expect(planned(['v1', -5], ['v2', -80])).toEqual(['1/weight=0', '0/weight=100']);
    expect(planned(['v1', 0], ['v2', 0])).toEqual(['0/weight=100']);
  });
});
