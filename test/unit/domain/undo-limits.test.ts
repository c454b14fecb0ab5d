import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { editsOf, undoing, withEdits } from '#shared/domain/json-patch.ts';
import { plan } from '#shared/domain/plan.ts';
import { invalidWeights, routesOf } from '#shared/domain/routes.ts';
import { isWithinRollback } from '#shared/domain/undo-limits.ts';
import { arbitraryCase } from '#test/istio/arbitrary-virtual-service.ts';

describe('what an undo may bring back', () => {
  it('is all that the plan of any rollback took, where the weights were valid before', () => {
    let undone = 0;
    fc.assert(
      fc.property(arbitraryCase, ({ object: raw, sides, darkLaunch }) => {
        const object = parseVirtualService(raw);
        const planned = plan({ object, ...sides, darkLaunch, rules: [] });
        const isValid = routesOf(object).every((route) => invalidWeights(route) === undefined);
        if (planned.kind !== 'change' || !isValid) return;
        const after = withEdits({ metadata: object.metadata, spec: object.spec }, planned.edits);
        const undo = editsOf(planned.edits.map(undoing).reverse(), { spec: after.spec });
        undone += 1;

        expect(isWithinRollback(after, undo, sides.canary)).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(undone).toBeGreaterThan(100);
  });
});
