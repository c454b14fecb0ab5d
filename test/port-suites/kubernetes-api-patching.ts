import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ANY_WORDS, aFailure, detailsOf } from './api-answer.ts';
import { create, type OpenStage, read } from './cluster-stage.ts';
import { JSON_PATCH, MERGE_PATCH, patchingOn, SPEC, WEIGHT } from './patching-on.ts';
import { useStage } from './use-stage.ts';

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

/** What patches of both kinds do to versions, types and owners of fields. */
export function describePatching(open: OpenStage): void {
  describe('patches', () => {
    const on = useStage(open);
    const { theObject, patch } = patchingOn(on);

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

    it('decides a dry run as it would the patch itself, and keeps nothing of it', async () => {
      const created = await create(on().stage, theObject());

      const taken = await patch([{ op: 'add', path: WEIGHT, value: 5 }], JSON_PATCH, '?dryRun=All');
      const refused = await patch([{ op: 'add', path: WEIGHT, value: 'all' }], JSON_PATCH, '?dryRun=All');

      expect(taken).toMatchObject({ status: 200, body: { spec: { http: [{ route: [{ weight: 5 }] }] } } });
      expect(refused).toMatchObject({ status: 422 });
      expect(await read(on().stage, theObject())).toEqual(created);
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
