import { describe, expect, it } from 'vitest';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { type Edit, invert, withEdits } from '#shared/domain/json-patch.ts';
import { weightChanges } from '#shared/domain/weight-change.ts';
import { aVirtualService } from '#test/builders/virtual-service.ts';

const mirror = { host: 'payment-svc', subset: 'v2' };
const to = 'payment-svc.production.svc.cluster.local/v2';

describe('the changes of weights', () => {
  it.each([
    [
      'mirror',
      { mirror, mirrorPercentage: { value: 40 } },
      { path: '/spec/http/0/mirrorPercentage', from: { value: 40 } },
    ],
    [
      'one of several mirrors',
      { mirrors: [{ destination: mirror, percentage: { value: 40 } }] },
      { path: '/spec/http/0/mirrors/0/percentage', from: { value: 40 } },
    ],
  ])('tell of a %s that is stopped, and of one that goes on', (_, http, place) => {
    const object = parseVirtualService(aVirtualService({ spec: { hosts: ['payment-svc'], http: [http] } }));
    const stop: Edit = { ...place, to: { value: 0 } };
    const stopped = withEdits({ metadata: object.metadata, spec: object.spec }, [stop]);

    const there = weightChanges(object, [stop]);
    const back = weightChanges(stopped, [invert(stop)]);

    expect(there).toMatchObject([{ before: [{ to, weight: 40 }], after: [{ to, weight: 0 }] }]);
    expect(back).toMatchObject([{ before: [{ to, weight: 0 }], after: [{ to, weight: 40 }] }]);
  });
});
