import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { aWrittenVirtualService } from '#test/builders/written-objects.ts';
import { ANY_WORDS, aFailure, detailsOf, told } from './api-answer.ts';
import { create, type OpenStage, pathOf, read, type StageObject } from './cluster-stage.ts';
import { useStage } from './use-stage.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const SPEC = { hosts: ['a', 'b'], http: [{ name: 'one', route: [{ destination: { host: 'a' }, weight: 1 }] }] };
const WEIGHT = '/spec/http/0/route/0/weight';
const UNFIT = aFailure(422, {
  reason: 'Invalid',
  message: 'the server rejected our request due to an error in our request',
  details: {},
});
const Managed = z.object({
  metadata: z.object({
    managedFields: z.array(z.looseObject({ manager: z.string(), time: z.string(), fieldsV1: z.looseObject({}) })),
  }),
});

const Invalid = z.object({
  status: z.literal(422),
  body: z.looseObject({
    message: z.string(),
    details: z.looseObject({
      causes: z.array(z.object({ reason: z.string(), message: z.string(), field: z.string() })),
    }),
  }),
});

/** Patches of every kind, beyond those that the product sends. */
export function describePatching(open: OpenStage): void {
  describe('patches', () => {
    const on = useStage(open);
    const theObject = () =>
      aWrittenVirtualService({ namespace: on().stage.namespace, labels: { app: 'x', 'a/b': 'c' }, spec: SPEC });

    async function patch(body: unknown, contentType = JSON_PATCH, query = '') {
      const path = `${pathOf(theObject())}${query}`;
      return told(await on().stage.send({ method: 'PATCH', path, body, contentType }));
    }

    it.each<[string, object, Partial<StageObject>]>([
      [
        'add, at the end of a list',
        { op: 'add', path: '/spec/hosts/-', value: 'c' },
        { spec: { ...SPEC, hosts: ['a', 'b', 'c'] } },
      ],
      [
        'add, into a list',
        { op: 'add', path: '/spec/hosts/1', value: 'c' },
        { spec: { ...SPEC, hosts: ['a', 'c', 'b'] } },
      ],
      [
        'replace, of an element',
        { op: 'replace', path: '/spec/hosts/1', value: 'c' },
        { spec: { ...SPEC, hosts: ['a', 'c'] } },
      ],
      [
        'replace, of an absent member',
        { op: 'replace', path: '/spec/gateways', value: ['g'] },
        { spec: { ...SPEC, gateways: ['g'] } },
      ],
      ['remove, of an element', { op: 'remove', path: '/spec/hosts/0' }, { spec: { ...SPEC, hosts: ['b'] } }],
      [
        'move',
        { op: 'move', from: '/spec/hosts', path: '/spec/gateways' },
        { spec: { http: SPEC.http, gateways: ['a', 'b'] } },
      ],
      [
        'move, within a list',
        { op: 'move', from: '/spec/hosts/0', path: '/spec/hosts/1' },
        { spec: { ...SPEC, hosts: ['b', 'a'] } },
      ],
      [
        'copy',
        { op: 'copy', from: '/spec/hosts', path: '/spec/gateways' },
        { spec: { ...SPEC, gateways: ['a', 'b'] } },
      ],
      ['test, of a whole list', { op: 'test', path: '/spec/http', value: SPEC.http }, { spec: SPEC }],
      ['test, of an escaped key', { op: 'test', path: '/metadata/labels/a~1b', value: 'c' }, { spec: SPEC }],
      [
        'add, of a null, which is nothing',
        { op: 'add', path: WEIGHT, value: null },
        { spec: { ...SPEC, http: [{ name: 'one', route: [{ destination: { host: 'a' } }] }] } },
      ],
      [
        'add, of a null, where the type lets it be',
        { op: 'add', path: '/spec/http/0/mirrorPercent', value: null },
        { spec: { ...SPEC, http: [{ ...SPEC.http[0], mirrorPercent: null }] } },
      ],
      ['remove, of the spec', { op: 'remove', path: '/spec' }, {}],
    ])('%s', async (_what, operation, expected) => {
      const { apiVersion, kind } = await create(on().stage, theObject());

      const answer = await patch([operation]);

      const { metadata, ...rest } = await read(on().stage, theObject());
      expect(answer).toMatchObject({ status: 200, body: { metadata } });
      expect(rest).toEqual({ apiVersion, kind, ...expected });
    });

    it.each<[string, object]>([
      ['a move from nowhere', { op: 'move', from: '/spec/tcp', path: '/spec/gateways' }],
      ['a move into itself', { op: 'move', from: '/spec', path: '/spec/hosts' }],
      ['an element beyond the end', { op: 'add', path: '/spec/hosts/9', value: 'x' }],
      ['an element of that number', { op: 'replace', path: '/spec/hosts/2', value: 'x' }],
      ['an index that is no number', { op: 'replace', path: '/spec/hosts/length', value: 'x' }],
      ['a path through a value', { op: 'add', path: `${WEIGHT}/deep`, value: 1 }],
      ['a list in another order', { op: 'test', path: '/spec/hosts', value: ['b', 'a'] }],
      ['an operation of that name', { op: 'increase', path: WEIGHT }],
      ['an operation without a path', { op: 'add', value: 1 }],
      ['a removal from nowhere', { op: 'remove', path: '/spec/tcp' }],
    ])('knows no %s, and takes nothing of such a patch', async (_what, operation) => {
      const created = await create(on().stage, theObject());

      const answer = await patch([{ op: 'add', path: WEIGHT, value: 7 }, operation]);

      expect(answer).toEqual(UNFIT);
      expect(await read(on().stage, theObject())).toEqual(created);
    });

    it.each(['nope', '{"not":"a list"}', '[1]', ''])('does not understand the JSON Patch %j', async (body) => {
      await create(on().stage, theObject());

      const message = expect.stringContaining('error decoding patch: ');
      expect(await patch(body)).toEqual(aFailure(400, { reason: 'BadRequest', message }));
    });

    it.each(['application/strategic-merge-patch+json', 'application/json', 'text/plain'])(
      'does not take a patch of the type %s',
      async (contentType) => {
        await create(on().stage, theObject());

        const message = expect.stringContaining('application/json-patch+json, application/merge-patch+json');
        expect(await patch('{}', contentType)).toEqual(aFailure(415, { reason: 'UnsupportedMediaType', message }));
      },
    );

    it('takes a type with parameters', async () => {
      await create(on().stage, theObject());

      expect(await patch([], `${JSON_PATCH}; charset=utf-8`)).toMatchObject({ status: 200 });
    });

    it('merges: members are merged, lists replaced, nulls removed', async () => {
      await create(on().stage, theObject());

      const answer = await patch(
        { metadata: { labels: { app: null, by: 'me' } }, spec: { hosts: ['c'], gateways: ['g'] } },
        MERGE_PATCH,
      );

      expect(answer).toMatchObject({
        status: 200,
        body: { metadata: { generation: 2 }, spec: { ...SPEC, hosts: ['c'], gateways: ['g'] } },
      });
      const { metadata } = await read(on().stage, theObject());
      expect(metadata['labels']).toEqual({ 'a/b': 'c', by: 'me' });
    });

    it.each([
      ['a JSON Patch', [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }], JSON_PATCH],
      ['a merge patch', { metadata: { resourceVersion: '1' } }, MERGE_PATCH],
    ])('takes a stale version in %s for a conflict', async (_what, body, contentType) => {
      await create(on().stage, theObject());

      expect(await patch(body, contentType)).toEqual(
        aFailure(409, {
          reason: 'Conflict',
          message: expect.stringContaining('the object has been modified'),
          details: detailsOf('payment-svc'),
        }),
      );
    });

    it.each([
      ['the version', '/metadata/resourceVersion', '', 422],
      ['the name', '/metadata/name', 'other', 400],
      ['the namespace', '/metadata/namespace', 'other', 400],
      ['the kind', '/kind', 'Gateway', 422],
    ])('does not let a patch take away %s', async (_what, path, value, status) => {
      const created = await create(on().stage, theObject());

      const answer = await patch([{ op: 'replace', path, value }]);

      expect(answer).toMatchObject({ status, body: { status: 'Failure', message: ANY_WORDS } });
      expect(await read(on().stage, theObject())).toEqual(created);
    });

    it('names every field that breaks the type, and what is wrong with it', async () => {
      await create(on().stage, theObject());

      const answer = await patch([
        { op: 'add', path: WEIGHT, value: 'all' },
        { op: 'add', path: '/spec/hosts', value: 'a' },
        { op: 'add', path: '/spec/gateways', value: 'a' },
      ]);

      const wrong = (field: string, type: string) => ({
        reason: 'FieldValueTypeInvalid',
        message: `Invalid value: "string": ${field} in body must be of type ${type}: "string"`,
        field,
      });
      const unchecked = {
        reason: 'FieldValueInvalid',
        message:
          'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
        field: '<nil>',
      };
      const wrongs = [
        wrong('spec.gateways', 'array'),
        wrong('spec.hosts', 'array'),
        wrong('spec.http[0].route[0].weight', 'integer'),
      ];
      const { message, details } = Invalid.parse(answer).body;
      expect(details).toMatchObject({ ...detailsOf('payment-svc'), kind: 'VirtualService' });
      // The real one names the fields in any order, and this at the end.
      expect(details.causes.slice(0, -1)).toHaveLength(wrongs.length);
      expect(details.causes).toEqual(expect.arrayContaining(wrongs));
      expect(details.causes.at(-1)).toEqual(unchecked);
      const list = details.causes.map((cause) => `${cause.field}: ${cause.message}`).join(', ');
      expect(message).toBe(`VirtualService.networking.istio.io "payment-svc" is invalid: [${list}]`);
    });

    it('lets racing patches all through that name no version, each on top of the others', async () => {
      await create(on().stage, theObject());
      await on().stage.admission({ kind: 'webhook-patches', operations: [] });
      const keys = ['a', 'b', 'c', 'd'];

      const answers = await Promise.all(
        keys.map((key) => patch([{ op: 'add', path: `/metadata/annotations/${key}`, value: key }])),
      );

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const { metadata } = await read(on().stage, theObject());
      expect(metadata['annotations']).toMatchObject(Object.fromEntries(keys.map((key) => [key, key])));
    });

    it('leaves the time of a writer who only takes away as it is', async () => {
      await create(on().stage, theObject());
      const byUs = '?fieldManager=weightless';
      await patch([{ op: 'add', path: WEIGHT, value: 5 }], JSON_PATCH, byUs);
      const timesOf = async () => Managed.parse(await read(on().stage, theObject())).metadata.managedFields;
      const before = await timesOf();
      // Times have whole seconds.
      await sleep(1100);

      await patch([{ op: 'remove', path: '/metadata/labels/app' }], JSON_PATCH, byUs);

      const times = (entries: typeof before) => entries.map(({ manager, time }) => ({ manager, time }));
      expect(times(await timesOf())).toEqual(times(before));
    });

    it('lets every writer own what it changed last, and nobody what changed nothing', async () => {
      await create(on().stage, theObject());

      await patch([{ op: 'add', path: WEIGHT, value: 5 }], JSON_PATCH, '?fieldManager=weightless');
      await patch([{ op: 'add', path: WEIGHT, value: 5 }], JSON_PATCH, '?fieldManager=idle');
      await patch([{ op: 'remove', path: '/metadata/labels/app' }], JSON_PATCH, '?fieldManager=remover');
      await patch({ metadata: { labels: { by: 'somebody' } } }, MERGE_PATCH, '?fieldManager=somebody');

      const { managedFields } = Managed.parse(await read(on().stage, theObject())).metadata;
      const owned = Object.fromEntries(
        managedFields.map(({ manager, fieldsV1 }) => [manager, JSON.stringify(fieldsV1)]),
      );
      const others = Object.entries(owned).filter(([manager]) => !['weightless', 'somebody'].includes(manager));
      expect(owned).toMatchObject({
        weightless: '{"f:spec":{"f:http":{}}}',
        somebody: '{"f:metadata":{"f:labels":{"f:by":{}}}}',
      });
      expect(others).toEqual([[expect.any(String), expect.stringContaining('f:hosts')]]);
      expect(others).not.toEqual([[expect.any(String), expect.stringMatching(/f:http|f:app/)]]);
    });
  });
}
