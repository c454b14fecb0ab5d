import { beforeAll, describe, expect, test } from 'vitest';
import { at } from '#test/scenarios/objects.ts';
import { ATTACKS } from './policy-attacks.ts';
import {
  FIRST,
  journal,
  KIND,
  LABEL,
  MERGE_PATCH,
  type Meta,
  NOTE,
  op,
  openPolicyStage,
  type PolicyStage,
  set,
} from './policy-writes.ts';

const POLICY = "ValidatingAdmissionPolicy 'weightless' with binding 'weightless' denied request: ";
const FLUX = 'kustomize.toolkit.fluxcd.io/reconcile';

let stage: PolicyStage;
beforeAll(async () => {
  stage = await openPolicyStage();
});

describe('the token of the service account cannot be used to', () => {
  test.each(ATTACKS)('$does', async ({ request, says }) => {
    const object = await stage.shop();

    const answer = await stage.write(object, request);

    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining(POLICY) });
    expect(answer.text).toContain(says);
    expect(await stage.admin.get(object)).toEqual(object);
  });

  test('write to an object that has not opted in, not even what a rollback writes', async () => {
    const object = await stage.shop({ labels: {} });

    const answers = [
      await stage.write(object, {
        body: { metadata: { labels: { 'weightless/held': 'true' } } },
        contentType: MERGE_PATCH,
      }),
      await stage.write(object, { body: [op('add', `${FIRST}/route/0/weight`, 100)] }),
      await stage.write(object, {
        body: { metadata: { labels: { 'weightless/mode': 'act' } }, spec: { hosts: ['evil'] } },
        contentType: MERGE_PATCH,
      }),
    ];

    for (const answer of answers)
      expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('has the label weightless/mode') });
    expect(await stage.admin.get(object)).toEqual(object);
  });

  test('get past the policy by another way of writing', async () => {
    const object = await stage.shop();
    const evil = { ...object, spec: { hosts: ['evil'] } };
    const bare = {
      ...KIND,
      metadata: { name: object.metadata.name, namespace: stage.namespace },
      spec: { hosts: ['evil'] },
    };
    const apply = { contentType: 'application/apply-patch+yaml', query: '?fieldManager=evil&force=true' };

    const put = await stage.write(object, { method: 'PUT', body: evil, contentType: 'application/json' });
    const applied = await stage.write(object, { body: bare, ...apply });
    const created = await stage.write(
      { ...object, metadata: { name: 'new', namespace: stage.namespace } },
      { body: { ...bare, metadata: { name: 'new', namespace: stage.namespace } }, ...apply },
    );
    const older = await stage.write(object, { body: [op('add', '/spec/hosts/0', 'evil')], version: 'v1beta1' });
    const status = await stage.write(object, { body: { status: {} }, contentType: MERGE_PATCH, query: '/status' });
    const removed = await stage.write(object, { method: 'DELETE', body: undefined });

    expect([put.status, created.status, status.status, removed.status]).toEqual([403, 403, 403, 403]);
    for (const denied of [applied, older])
      expect(denied).toMatchObject({ status: 403, text: expect.stringContaining(POLICY) });
    expect(await stage.admin.get(object)).toEqual(object);
  });
});

describe('the policy lets Weightless', () => {
  test.each<{ readonly does: string; readonly body: readonly object[]; readonly meta?: Meta }>([
    {
      does: 'write what a rollback writes',
      body: [
        op('add', `${FIRST}/route/0/weight`, 100),
        op('add', `${FIRST}/route/1/weight`, 0),
        journal('[]'),
        op('add', `${LABEL}weightless~1held`, 'true'),
      ],
    },
    {
      does: 'tell Flux to leave the object alone',
      body: [op('add', `${NOTE}kustomize.toolkit.fluxcd.io~1reconcile`, 'disabled')],
    },
    {
      does: 'release a hold',
      body: [
        op('remove', `${LABEL}weightless~1held`),
        op('remove', `${NOTE}kustomize.toolkit.fluxcd.io~1reconcile`),
        journal('[]'),
      ],
      meta: {
        labels: { 'weightless/mode': 'act', 'weightless/held': 'true' },
        annotations: { [FLUX]: 'disabled', 'weightless/journal': '[1]' },
      },
    },
    {
      does: 'stop mirrors',
      body: [
        op('replace', `${FIRST}/mirrorPercentage`, { value: 0 }),
        op('replace', `${FIRST}/mirrors/0/percentage`, { value: 0 }),
      ],
    },
    {
      does: 'send a sole destination to the stable that is marked',
      body: [op('replace', '/spec/http/1/route/0/destination', at('other/v1', 8081))],
      meta: { annotations: { 'weightless/stable': 'other/v1' } },
    },
    {
      does: 'send a sole destination to a host of the object',
      body: [op('replace', '/spec/http/1/route/0/destination', at('payments', 8081))],
    },
    {
      does: 'send a route to another subset of its service',
      body: [op('replace', `${FIRST}/route/1/destination`, at('payments/v0'))],
    },
    { does: 'take a cookie away', body: [op('remove', `${FIRST}/route/0/headers/response/set/Set-Cookie`)] },
    {
      does: 'bring back a service, a port and a cookie of which the journal says that they were replaced',
      body: [
        op('replace', '/spec/http/1/route/0/destination', at('old', 9000)),
        op('add', `${FIRST}/route/0/headers/response/set/set-cookie`, 'b="2"'),
      ],
      meta: {
        annotations: {
          'weightless/journal': JSON.stringify([{ undo: [{ value: at('old', 9000) }, { value: 'b="2"' }] }]),
        },
      },
    },
  ])('$does', async ({ body, meta }) => {
    const object = await stage.shop(meta);

    expect(await stage.write(object, { body })).toMatchObject({ status: 200 });
  });

  test('do nothing else as a member of the group', async () => {
    const object = await stage.shop();

    const denied = await stage.write(object, set('/spec/hosts/0', 'evil'), stage.server.tokens.member);
    const allowed = await stage.write(object, set(`${LABEL}weightless~1held`, 'true'), stage.server.tokens.member);

    expect([denied.status, allowed.status]).toEqual([403, 200]);
  });

  test('alone: everybody else writes what RBAC lets them', async () => {
    const object = await stage.shop({ labels: {} });
    const gitOps = {
      method: 'PATCH',
      contentType: 'application/apply-patch+yaml',
      query: '?fieldManager=argocd-controller&force=true',
    };
    const whole = {
      ...KIND,
      metadata: { name: object.metadata.name, namespace: stage.namespace, labels: { app: 'x' } },
      spec: { hosts: ['other'] },
    };

    const edited = await stage.write(
      object,
      { body: [op('add', '/spec/hosts/-', 'b'), op('remove', '/spec/http/1')] },
      stage.server.tokens.admin,
    );
    const applied = await stage.write(object, { ...gitOps, body: whole }, stage.server.tokens.admin);

    expect([edited.status, applied.status]).toEqual([200, 200]);
  });
});
