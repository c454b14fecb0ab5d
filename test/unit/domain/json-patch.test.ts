import { describe, expect, it } from 'vitest';
import { applying, editsOf, escapePointer, undoing, withEdits } from '#shared/domain/json-patch.ts';
import { applyJsonPatch } from '#test/doubles/apply-json-patch.ts';

describe('an edit', () => {
  it('is sent as add, also where something is there: replace of an absent weight is a 422', () => {
    expect(applying({ path: '/a', from: undefined, to: 0 })).toEqual({ op: 'add', path: '/a', value: 0 });
    expect(applying({ path: '/a', from: 5, to: 0 })).toEqual({ op: 'add', path: '/a', value: 0 });
  });

  it('of an object is sent as replace, and of what is to go as remove', () => {
    expect(applying({ path: '/a', from: { b: 1 }, to: { c: 2 } })).toEqual({
      op: 'replace',
      path: '/a',
      value: { c: 2 },
    });
    expect(applying({ path: '/a', from: 'x', to: undefined })).toEqual({ op: 'remove', path: '/a' });
  });

  it('is undone by its inverse', () => {
    expect(undoing({ path: '/a', from: undefined, to: 0 })).toEqual({ op: 'remove', path: '/a' });
    expect(undoing({ path: '/a', from: 7, to: undefined })).toEqual({ op: 'add', path: '/a', value: 7 });
  });

  it('escapes what a key holds', () => {
    expect(escapePointer('weightless/a~b')).toBe('weightless~1a~0b');
  });
});

describe('edits on a document', () => {
  const document = { spec: { list: [{ weight: 1 }, { weight: 2 }], 'a/b~c': 'x' }, metadata: { name: 'n' } };
  const edits = [
    { path: '/spec/list/1/weight', from: 2, to: 0 },
    { path: `/spec/${escapePointer('a/b~c')}`, from: 'x', to: undefined },
    { path: '/spec/new', from: undefined, to: { value: 0 } },
  ];

  it('make another document, as a JSON Patch would, and leave the first as it is', () => {
    const before = structuredClone(document);

    const after = withEdits(document, edits);

    expect(after).toEqual(applyJsonPatch(document, edits.map(applying)));
    expect(document).toEqual(before);
  });

  it.each([
    '/spec/nothing/here',
    '/spec/list/7/weight',
    '/spec/list/2',
    '/spec/list/length',
    '/spec/list/-',
    '',
    '/metadata/name/deep',
  ])('name a place that exists: %j does not', (path) => {
    expect(() => withEdits(document, [{ path, from: undefined, to: 1 }])).toThrow(/No such place in the document/);
  });

  it('cannot reach prototypes', () => {
    withEdits(document, [{ path: '/spec/__proto__/polluted', from: undefined, to: true }]);

    expect({}).not.toHaveProperty('polluted');
  });

  it('can be read back from an undo, each with what stands there now', () => {
    const operations = [
      { op: 'add' as const, path: '/spec/list/0/weight', value: 9 },
      { op: 'remove' as const, path: '/spec/list/1/weight' },
      { op: 'add' as const, path: '/spec/nothing/here', value: 1 },
    ];

    expect(editsOf(operations, document)).toEqual([
      { path: '/spec/list/0/weight', from: 1, to: 9 },
      { path: '/spec/list/1/weight', from: 2, to: undefined },
      { path: '/spec/nothing/here', from: undefined, to: 1 },
    ]);
  });
});
