import { describe, expect, it } from 'vitest';
import type { PatchOperation } from '#shared/domain/json-patch.ts';
import { aWrittenVirtualService } from '#test/builders/written-objects.ts';
import { change, create, type OpenStage, read, remove, type StageObject } from './cluster-stage.ts';
import { useStage } from './use-stage.ts';

const signal = new AbortController().signal;
const WEIGHTS: readonly PatchOperation[] = [
  { op: 'add', path: '/spec/http/1/route/0/weight', value: 100 },
  { op: 'add', path: '/spec/http/1/route/1/weight', value: 0 },
];

function guarded({ metadata }: StageObject, operations: readonly PatchOperation[] = WEIGHTS): PatchOperation[] {
  return [{ op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion }, ...operations];
}

function touch(value: string): PatchOperation {
  return { op: 'add', path: '/metadata/annotations/weightless~1journal', value };
}

/** What the API server decides about a JSON Patch. */
export function describePatches(open: OpenStage): void {
  describe('patches a VirtualService', () => {
    const on = useStage(open);

    async function theIncident() {
      const { stage, cluster } = on();
      const object = aWrittenVirtualService({ namespace: stage.namespace });
      const created = await create(stage, object);
      const ref = { namespace: stage.namespace, name: object.metadata.name };
      const { virtualServices } = cluster();
      const patch = (operations: readonly PatchOperation[]) => virtualServices.patch(ref, operations, signal);
      return { stage, object, created, patch, reread: () => read(stage, object) };
    }

    it('answers the object as it is stored from then on', async () => {
      const { created, patch, reread } = await theIncident();

      const answer = await patch(guarded(created, [...WEIGHTS, touch('[]')]));

      const stored = await reread();
      expect(stored.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
      expect(answer).toMatchObject({
        kind: 'patched',
        object: {
          metadata: {
            resourceVersion: stored.metadata.resourceVersion,
            annotations: { 'weightless/canary': 'v2', 'weightless/stable': 'v1', 'weightless/journal': '[]' },
          },
          spec: stored['spec'],
        },
      });
    });

    it('answers in a dry run what the patch would leave, and keeps nothing', async () => {
      const { stage, object, created, reread } = await theIncident();
      const ref = { namespace: stage.namespace, name: object.metadata.name };
      const { virtualServices } = on().cluster();

      const answer = await virtualServices.patch(ref, guarded(created), signal, { dryRun: true });

      expect(answer).toMatchObject({
        kind: 'patched',
        object: { spec: { http: expect.arrayContaining([expect.anything()]) } },
      });
      expect(answer.kind === 'patched' && answer.object.spec).not.toEqual(created['spec']);
      expect(await reread()).toEqual(created);
    });

    it('changes the weights and leaves all else as it was', async () => {
      const { object, created, patch, reread } = await theIncident();

      await patch(guarded(created));

      const zeroed = structuredClone(object.spec);
      expect(zeroed).toHaveProperty('http.1.route.1.weight', 99);
      Object.assign(at(zeroed, ['http', 1, 'route', 0]), { weight: 100 });
      Object.assign(at(zeroed, ['http', 1, 'route', 1]), { weight: 0 });
      const { metadata, spec } = await reread();
      expect(spec).toEqual(zeroed);
      expect(metadata).toMatchObject({
        uid: created.metadata['uid'],
        creationTimestamp: created.metadata['creationTimestamp'],
        labels: created.metadata['labels'],
        annotations: created.metadata['annotations'],
        generation: 2,
      });
    });

    it('is known by name for what it wrote, with a time in whole seconds', async () => {
      const { created, patch } = await theIncident();
      const before = Math.floor(Date.now() / 1000) * 1000;

      const answer = await patch(guarded(created));

      const entries = answer.kind === 'patched' ? answer.object.metadata.managedFields : [];
      const { time = 0 } = entries.find(({ manager }) => manager === 'weightless') ?? {};
      expect(time % 1000).toBe(0);
      expect(time).toBeGreaterThanOrEqual(before);
      expect(time).toBeLessThanOrEqual(Date.now());
    });

    it('leaves an object as it is, version included, that already is what the patch makes of it', async () => {
      const { created, patch, reread } = await theIncident();

      const answer = await patch(guarded(created, [{ op: 'add', path: '/spec/http/1/route/1/weight', value: 99 }]));

      expect(answer.kind).toBe('patched');
      expect(await reread()).toEqual(created);
    });

    it('takes a stale version for a conflict, and changes nothing', async () => {
      const { stage, object, created, patch, reread } = await theIncident();
      const changed = await change(stage, object, { metadata: { labels: { by: 'somebody' } } });

      const answer = await patch(guarded(created));

      expect(answer).toEqual({ kind: 'conflict' });
      expect(await reread()).toEqual(changed);
    });

    it('lets one of many racing patches through', async () => {
      const { created, patch } = await theIncident();

      const answers = await Promise.all(
        ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((value) => patch(guarded(created, [touch(value)]))),
      );

      expect(answers.map(({ kind }) => kind).sort()).toEqual([...Array(7).fill('conflict'), 'patched']);
    });

    it('says that the object is gone', async () => {
      const { stage, object, created, patch } = await theIncident();
      await remove(stage, object);

      expect(await patch(guarded(created))).toEqual({ kind: 'gone' });
    });

    it.each<[string, PatchOperation]>([
      [
        'replaces a weight of a route that is not there',
        { op: 'replace', path: '/spec/http/7/route/0/weight', value: 0 },
      ],
      ['removes what is not there', { op: 'remove', path: '/spec/http/1/mirror' }],
      ['adds below what is not there', { op: 'add', path: '/spec/http/1/mirrorPercentage/value', value: 0 }],
      ['tests for another weight', { op: 'test', path: '/spec/http/1/route/1/weight', value: 98 }],
      ['tests a path that is not there', { op: 'test', path: '/spec/tcp/0/route', value: [] }],
    ])('takes a patch that %s for a bad path, and changes nothing', async (_what, operation) => {
      const { created, patch, reread } = await theIncident();

      const answer = await patch(guarded(created, [...WEIGHTS, operation]));

      expect(answer).toEqual({ kind: 'bad-path', message: expect.stringContaining('rejected our request') });
      expect(await reread()).toEqual(created);
    });

    it.each<[string, unknown, string]>([
      ['a text', 'all', '"string": spec.http[1].route[1].weight in body must be of type integer'],
      ['a fraction', 0.5, '"number": spec.http[1].route[1].weight in body must be of type integer'],
    ])('is refused with the server’s words where a weight is %s', async (_what, value, words) => {
      const { created, patch, reread } = await theIncident();

      const answer = await patch(guarded(created, [{ op: 'replace', path: '/spec/http/1/route/1/weight', value }]));

      expect(answer).toEqual({ kind: 'rejected', message: expect.stringContaining(words) });
      expect(answer).toHaveProperty(
        'message',
        expect.stringMatching(/^VirtualService\.networking\.istio\.io "payment-svc" is invalid: /),
      );
      expect(await reread()).toEqual(created);
    });

    it('is refused where a destination would have no host', async () => {
      const { created, patch } = await theIncident();

      const answer = await patch(guarded(created, [{ op: 'remove', path: '/spec/http/1/route/0/destination/host' }]));

      expect(answer).toEqual({
        kind: 'rejected',
        message: expect.stringContaining('spec.http[1].route[0].destination.host: Required value'),
      });
    });

    it.each([
      ['annotations over 256 KiB', 270_000, 'metadata.annotations: Too long: may not be more than 262144 bytes'],
      ['a body over 3 MiB', 3 * 1024 * 1024, '413: Request entity too large: limit is 3145728'],
    ])('is refused with %s', async (_what, bytes, words) => {
      const { created, patch, reread } = await theIncident();

      const answer = await patch(guarded(created, [touch('x'.repeat(bytes))]));

      expect(answer).toEqual({ kind: 'rejected', message: expect.stringContaining(words) });
      expect(await reread()).toEqual(created);
    });

    it('adds annotations to an object that has none', async () => {
      const { stage, cluster } = on();
      const { namespace } = stage;
      const { metadata, ...object } = aWrittenVirtualService({ namespace });
      const { annotations, ...bare } = metadata;
      const created = await create(stage, { ...object, metadata: { ...bare, name: 'payment-svc' } });

      const answer = await cluster().virtualServices.patch(
        { namespace, name: 'payment-svc' },
        guarded(created, [{ op: 'add', path: '/metadata/annotations', value: {} }, touch('[]')]),
        signal,
      );

      expect(answer).toMatchObject({ object: { metadata: { annotations: { 'weightless/journal': '[]' } } } });
    });
  });
}

function at(node: unknown, path: readonly (string | number)[]): object {
  const found = path.reduce<unknown>((value, key) => Object(value)[key], node);
  return Object(found);
}
