import { describe, expect, it } from 'vitest';
import { aFailure } from './api-answer.ts';
import { create, type OpenStage, read, type StageObject } from './cluster-stage.ts';
import { JSON_PATCH, patchingOn, SPEC, WEIGHT } from './patching-on.ts';
import { useStage } from './use-stage.ts';

const UNFIT = aFailure(422, {
  reason: 'Invalid',
  message: 'the server rejected our request due to an error in our request',
  details: {},
});

/** Every operation of a JSON Patch, beyond those that the product sends, and what is no patch. */
export function describeJsonPatch(open: OpenStage): void {
  describe('applies a JSON Patch', () => {
    const on = useStage(open);
    const { theObject, patch } = patchingOn(on);

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
  });
}
