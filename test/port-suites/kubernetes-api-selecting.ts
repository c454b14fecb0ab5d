import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { aWrittenVirtualService } from '#test/builders/written-objects.ts';
import { ANY_WORDS, aFailure, detailsOf, told } from './api-answer.ts';
import { collectionOf, create, type OpenStage, pathOf } from './cluster-stage.ts';
import { useStage } from './use-stage.ts';

const List = z.object({
  apiVersion: z.literal('networking.istio.io/v1'),
  kind: z.literal('VirtualServiceList'),
  metadata: z.looseObject({ resourceVersion: z.string() }),
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })),
});

/** Lists with label selectors, and who may ask at all. */
export function describeSelecting(open: OpenStage): void {
  describe('selects', () => {
    const on = useStage(open);

    async function select(selector: string) {
      const { stage } = on();
      const path = collectionOf(aWrittenVirtualService({ namespace: stage.namespace }));
      return told(await stage.send({ method: 'GET', path: `${path}?labelSelector=${encodeURIComponent(selector)}` }));
    }

    it.each([
      ['', ['a', 'b', 'c']],
      ['app', ['a', 'b']],
      ['!app', ['c']],
      ['weightless/mode', ['a', 'c']],
      ['app=x', ['a']],
      ['app==x', ['a']],
      ['app!=x', ['b', 'c']],
      ['app=', []],
      ['app in (x, y)', ['a', 'b']],
      ['app in (y)', ['b']],
      ['app notin (x)', ['b', 'c']],
      ['app in (x,y),weightless/mode', ['a']],
      [' app , !weightless/mode', ['b']],
      ['app=x,app=y', []],
      ['nothing', []],
    ])('by "%s"', async (selector, expected) => {
      const { stage } = on();
      const { namespace } = stage;
      await create(stage, aWrittenVirtualService({ namespace, name: 'c', labels: { 'weightless/mode': 'act' } }));
      await create(stage, aWrittenVirtualService({ namespace, name: 'b', labels: { app: 'y' } }));
      await create(
        stage,
        aWrittenVirtualService({ namespace, name: 'a', labels: { app: 'x', 'weightless/mode': 'suggest' } }),
      );

      const { status, body } = await select(selector);

      expect(status).toBe(200);
      expect(List.parse(body).items.map(({ metadata }) => metadata.name)).toEqual(expected);
    });

    it.each(['app=x=y', 'app in x', 'a,,b', '*', 'app=x y', ','])('nothing by the malformed "%s"', async (selector) => {
      expect(await select(selector)).toEqual(aFailure(400, { reason: 'BadRequest', message: ANY_WORDS }));
    });
  });

  describe('lists in parts', () => {
    const on = useStage(open);

    async function three(names = ['a', 'b', 'c']) {
      const { stage } = on();
      const { namespace } = stage;
      for (const name of names) await create(stage, aWrittenVirtualService({ namespace, name }));
      return collectionOf(aWrittenVirtualService({ namespace }));
    }
    async function part(path: string, query: Record<string, string>) {
      const answer = told(await on().stage.send({ method: 'GET', path: `${path}?${new URLSearchParams(query)}` }));
      const { metadata, items } = List.parse(answer.body);
      return { names: items.map((one) => one.metadata.name), more: String(metadata['continue'] ?? ''), metadata };
    }

    it('of at most the limit, as it was when the first one was read', async () => {
      const path = await three();

      const first = await part(path, { limit: '2' });
      await create(on().stage, aWrittenVirtualService({ namespace: on().stage.namespace, name: 'd' }));
      const second = await part(path, { limit: '2', continue: first.more });

      expect([first.names, second.names]).toEqual([['a', 'b'], ['c']]);
      expect(second.more).toBe('');
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it.each(['0', '3', '9'])('of all there is, under a limit of %s', async (limit) => {
      const path = await three();

      expect(await part(path, { limit })).toMatchObject({ names: ['a', 'b', 'c'], more: '' });
    });

    it('and refuses a part that begins nowhere, and a limit that is none', async () => {
      const path = await three();

      for (const query of ['limit=2&continue=nowhere', 'limit=some']) {
        expect(told(await on().stage.send({ method: 'GET', path: `${path}?${query}` }))).toEqual(
          aFailure(400, { reason: 'BadRequest', message: ANY_WORDS }),
        );
      }
    });
  });

  describe('asks who it is', () => {
    const on = useStage(open);

    it('and does not know a wrong token', async () => {
      const answer = await on().stage.send({ method: 'GET', path: '/version', token: 'wrong' });

      expect(told(answer)).toEqual(aFailure(401, { reason: 'Unauthorized', message: 'Unauthorized' }));
    });

    it('and lets somebody without a token do next to nothing', async () => {
      const { stage } = on();
      const object = aWrittenVirtualService({ namespace: stage.namespace });

      const version = await stage.send({ method: 'GET', path: '/version', token: '' });
      const answer = await stage.send({ method: 'DELETE', path: pathOf(object), token: '' });

      expect(told(version)).toMatchObject({
        status: 200,
        body: { major: '1', gitVersion: expect.stringMatching(/^v1\./) },
      });
      expect(told(answer)).toEqual(
        aFailure(403, {
          reason: 'Forbidden',
          message: `virtualservices.networking.istio.io "payment-svc" is forbidden: User "system:anonymous" cannot delete resource "virtualservices" in API group "networking.istio.io" in the namespace "${stage.namespace}"`,
          details: detailsOf('payment-svc'),
        }),
      );
    });

    it.each([
      [
        'GET',
        '/api/v1/pods',
        'pods is forbidden: User "USER" cannot list resource "pods" in API group "" at the cluster scope',
      ],
      [
        'GET',
        '/api/v1/pods?watch=true',
        'pods is forbidden: User "USER" cannot watch resource "pods" in API group "" at the cluster scope',
      ],
      [
        'GET',
        '/api/v1/namespaces/NS/pods',
        'pods is forbidden: User "USER" cannot list resource "pods" in API group "" in the namespace "NS"',
      ],
      [
        'GET',
        '/apis/nope.io/v1/namespaces/NS/nothings',
        'nothings.nope.io is forbidden: User "USER" cannot list resource "nothings" in API group "nope.io" in the namespace "NS"',
      ],
    ])('before it says whether %s %s is served', async (method, path, message) => {
      const { stage } = on();
      const token = await stage.limitedUser([]);
      const fill = (text: string) =>
        text.replaceAll('NS', stage.namespace).replaceAll('USER', `system:serviceaccount:${stage.namespace}:limited`);

      const answer = await stage.send({ method, path: fill(path), token });

      expect(told(answer)).toMatchObject({ status: 403, body: { message: fill(message) } });
    });

    it.each(['/apis/networking.istio.io/v1/namespaces/NS/nothings', '/apis/nope.io/v1/nothings', '/nothing'])(
      'and answers in text that %s is not served',
      async (path) => {
        const { stage } = on();

        const answer = await stage.send({ method: 'GET', path: path.replace('NS', stage.namespace) });

        expect(told(answer)).toEqual({ status: 404, body: '404 page not found\n' });
      },
    );
  });
}
