import { describe, expect, it } from 'vitest';
import {
  aDestinationRule,
  anEndpointSlice,
  aPod,
  aRollout,
  aWrittenVirtualService,
} from '#test/builders/written-objects.ts';
import { ANY_WORDS, aFailure, detailsOf, told } from './api-answer.ts';
import { change, collectionOf, create, type OpenStage, pathOf, read } from './cluster-stage.ts';
import { useStage } from './use-stage.ts';

const MODIFIED =
  'Operation cannot be fulfilled on virtualservices.networking.istio.io "payment-svc": the object has been modified; please apply your changes to the latest version and try again';
const MISSING = aFailure(404, {
  reason: 'NotFound',
  message: 'virtualservices.networking.istio.io "payment-svc" not found',
  details: detailsOf('payment-svc'),
});

/** Objects that are created, replaced and deleted. */
export function describeWriting(open: OpenStage): void {
  describe('writes', () => {
    const on = useStage(open);
    const theObject = () => aWrittenVirtualService({ namespace: on().stage.namespace });

    async function send(method: string, path: string, body?: unknown) {
      return told(await on().stage.send({ method, path, body }));
    }

    it('creates an object, and says what it wrote itself', async () => {
      const object = theObject();

      const answer = await send('POST', `${collectionOf(object)}?fieldManager=deployer`, object);

      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(answer).toEqual({
        status: 201,
        body: {
          ...object,
          metadata: {
            ...object.metadata,
            uid: expect.stringMatching(/^[0-9a-f]{8}-[-0-9a-f]{27}$/),
            resourceVersion: expect.stringMatching(/^\d+$/),
            creationTimestamp: time,
            generation: 1,
            managedFields: [expect.objectContaining({ manager: 'deployer', operation: 'Update', time })],
          },
        },
      });
      expect(await send('GET', pathOf(object))).toEqual({ status: 200, body: answer.body });
    });

    it('makes up a name that begins as it is told', async () => {
      const object = theObject();
      const { name, ...metadata } = object.metadata;

      const answer = await send('POST', collectionOf(object), {
        ...object,
        metadata: { ...metadata, generateName: 'made-' },
      });

      expect(answer).toMatchObject({ status: 201, body: { metadata: { name: expect.stringMatching(/^made-.{3,}/) } } });
    });

    it('does not create what is there', async () => {
      const object = theObject();
      await create(on().stage, object);

      expect(await send('POST', collectionOf(object), object)).toEqual(
        aFailure(409, {
          reason: 'AlreadyExists',
          message: 'virtualservices.networking.istio.io "payment-svc" already exists',
          details: detailsOf('payment-svc'),
        }),
      );
    });

    it.each<[string, Record<string, unknown>, number]>([
      ['of another namespace', { metadata: { name: 'a', namespace: 'elsewhere' } }, 400],
      ['with a version', { metadata: { name: 'a', resourceVersion: '5' } }, 500],
      ['with a name that is no DNS name', { metadata: { name: 'A_b' } }, 422],
      ['without a name', { metadata: {} }, 422],
      ['of another kind', { kind: 'Gateway' }, 422],
    ])('does not create an object %s', async (_what, wrong, status) => {
      const object = theObject();

      expect(await send('POST', collectionOf(object), { ...object, ...wrong })).toMatchObject({
        status,
        body: { kind: 'Status', status: 'Failure', code: status },
      });
    });

    it('does not create what is no object', async () => {
      expect(await send('POST', collectionOf(theObject()), 'zz')).toEqual(
        aFailure(400, { reason: 'BadRequest', message: expect.stringContaining('must be of type VirtualService') }),
      );
    });

    it.each([
      ['DestinationRule', aDestinationRule, { spec: {} }, 'spec.host: Required value'],
      [
        'Rollout',
        aRollout,
        { spec: { strategy: { canary: { trafficRouting: { istio: { virtualServices: [{}] } } } } } },
        'virtualServices[0].name: Required value',
      ],
      ['EndpointSlice', anEndpointSlice, { addressType: undefined }, 'addressType: Required value'],
      ['Pod', aPod, { spec: {} }, 'spec.containers: Required value'],
    ] as const)('holds a %s to its type', async (_kind, build, wrong, words) => {
      const object = build({ namespace: on().stage.namespace });

      const refused = await send('POST', collectionOf(object), { ...object, ...wrong });
      const taken = await send('POST', collectionOf(object), object);

      expect(refused).toMatchObject({
        status: 422,
        body: { reason: 'Invalid', message: expect.stringContaining(words) },
      });
      expect(taken).toMatchObject({ status: 201, body: { metadata: { name: object.metadata.name } } });
    });

    it('replaces an object that is as it was read', async () => {
      const { stage } = on();
      const created = await create(stage, theObject());

      const answer = await send('PUT', pathOf(theObject()), { ...created, spec: { hosts: ['other'] } });

      expect(answer).toMatchObject({ status: 200, body: { spec: { hosts: ['other'] }, metadata: { generation: 2 } } });
      expect(await read(stage, theObject())).toEqual(answer.body);
    });

    it('does not replace an object that was changed since', async () => {
      const { stage } = on();
      const created = await create(stage, theObject());
      await change(stage, theObject(), { metadata: { labels: { by: 'somebody' } } });

      expect(await send('PUT', pathOf(theObject()), created)).toEqual(
        aFailure(409, { reason: 'Conflict', message: MODIFIED, details: detailsOf('payment-svc') }),
      );
    });

    it('does not replace an object from nowhere', async () => {
      await create(on().stage, theObject());

      const unread = await send('PUT', pathOf(theObject()), theObject());
      const otherName = await send('PUT', pathOf(theObject()), { ...theObject(), metadata: { name: 'other' } });

      const message = 'Invalid value: 0: must be specified for an update';
      const field = 'metadata.resourceVersion';
      expect(unread).toEqual(
        aFailure(422, {
          reason: 'Invalid',
          message: `virtualservices.networking.istio.io "payment-svc" is invalid: ${field}: ${message}`,
          details: detailsOf('payment-svc', { causes: [{ reason: 'FieldValueInvalid', message, field }] }),
        }),
      );
      expect(otherName).toEqual(aFailure(400, { reason: 'BadRequest', message: ANY_WORDS }));
    });

    it('deletes an object, once', async () => {
      const { metadata } = await create(on().stage, theObject());

      const first = await send('DELETE', pathOf(theObject()));

      const details = detailsOf('payment-svc', { uid: metadata['uid'] });
      expect(first).toEqual({
        status: 200,
        body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
      });
      for (const method of ['GET', 'DELETE']) expect(await send(method, pathOf(theObject()))).toEqual(MISSING);
    });

    it('does not delete an object of another version', async () => {
      const { metadata } = await create(on().stage, theObject());

      const answer = await send('DELETE', pathOf(theObject()), { preconditions: { resourceVersion: '1' } });

      expect(answer).toEqual(
        aFailure(409, {
          reason: 'Conflict',
          message: `Operation cannot be fulfilled on VirtualService.networking.istio.io "payment-svc": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
          details: { ...detailsOf('payment-svc'), kind: 'VirtualService' },
        }),
      );
    });

    it('counts versions upwards, over all objects', async () => {
      const { stage } = on();
      const { namespace } = stage;
      const first = await create(stage, theObject());
      const second = await create(stage, aDestinationRule({ namespace }));
      const third = await change(stage, theObject(), { metadata: { labels: { a: 'b' } } });

      const versions = [first, second, third].map(({ metadata }) => Number(metadata.resourceVersion));

      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(new Set(versions).size).toBe(3);
    });
  });
}
