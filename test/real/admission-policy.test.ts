import fc from 'fast-check';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { parseVirtualService } from '#shared/contracts/kubernetes-virtual-service.ts';
import { formatDestination } from '#shared/domain/destination.ts';
import { plan } from '#shared/domain/plan.ts';
import { routesOf, totalWeight, weightOf } from '#shared/domain/routes.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { buildPatch } from '#shared/steps/build-patch.ts';
import { nextEntries } from '#shared/steps/journal-entries.ts';
import { anAlert } from '#test/builders/alert.ts';
import { arbitraryCase } from '#test/istio/arbitrary-virtual-service.ts';
import { at, to } from '#test/scenarios/objects.ts';
import { callKube } from './engines/call-kube.ts';
import { KubeError, type KubeObject, kube, type WrittenObject } from './engines/kube-objects.ts';
import { serviceAccountToken } from './engines/kube-rights.ts';

const server = inject('kubeApiserver');
const admin = kube(server);
const POLICY = "ValidatingAdmissionPolicy 'weightless' with binding 'weightless' denied request: ";
const KIND = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' };
const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const FLUX = 'kustomize.toolkit.fluxcd.io/reconcile';
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'any', uid: '6b5f2f0c-3a0f-4c2e-9f0e-000000000001' };

let token = '';
let namespace = '';
beforeAll(async () => {
  token = await serviceAccountToken(server);
  namespace = await admin.newNamespace();
});

type Meta = { readonly labels?: object; readonly annotations?: object; readonly [key: string]: unknown };

let count = 0;
function create(spec: object, { labels = { 'weightless/mode': 'act' }, ...meta }: Meta = {}): Promise<KubeObject> {
  count += 1;
  return admin.create({ ...KIND, metadata: { ...meta, labels, name: `vs-${count}`, namespace }, spec });
}

/** With everything in it that a thief might want to change. */
function shop(meta: Meta = {}) {
  const spec = {
    hosts: ['payments'],
    gateways: ['shop'],
    exportTo: ['.'],
    http: [
      {
        name: 'first',
        match: [{ uri: { prefix: '/pay' } }],
        timeout: '5s',
        mirror: at('shadow'),
        mirrorPercentage: { value: 10 },
        mirrors: [{ destination: at('reviews'), percentage: { value: 5 } }],
        route: [
          to('payments/v1', 1, { headers: { response: { set: { 'Set-Cookie': 'a=1', kept: 'x' } } } }),
          to('payments/v2', 99),
        ],
      },
      { route: [{ destination: at('payments-canary', 8081) }] },
    ],
    tcp: [{ match: [{ port: 5432 }], route: [{ destination: at('payments', 5432) }] }],
  };
  const annotations = { 'weightless/canary': 'payments/v2', 'weightless/stable': 'payments/v1', team: 'shop' };
  return create(spec, { annotations, ...meta });
}

type Request = {
  readonly method?: string;
  readonly body: unknown;
  readonly contentType?: string;
  readonly version?: string;
  readonly query?: string;
};

/** Directly by HTTP, as whoever holds the token. */
function write(object: KubeObject, request: Request, as = token) {
  const { method = 'PATCH', body, contentType = JSON_PATCH, version = 'v1', query = '' } = request;
  const path = `/apis/networking.istio.io/${version}/namespaces/${object.metadata.namespace}/virtualservices/${object.metadata.name}${query}`;
  return callKube({ ...server, token: as }, { method, path, body, contentType });
}

const op = (name: 'add' | 'replace' | 'remove', path: string, value?: unknown) => ({
  op: name,
  path,
  ...(value === undefined ? {} : { value }),
});
const set = (path: string, value: unknown) => ({ body: [op('add', path, value)] });
const drop = (path: string) => ({ body: [op('remove', path)] });
const LABEL = '/metadata/labels/';
const NOTE = '/metadata/annotations/';
const FIRST = '/spec/http/0';
const journal = (text: string) => op('add', `${NOTE}weightless~1journal`, text);

describe('the token of the service account cannot be used to', () => {
  test.each<{ readonly does: string; readonly request: Request; readonly says: string }>([
    { does: 'remove the mode', request: drop(`${LABEL}weightless~1mode`), says: 'Of the labels' },
    { does: 'change the mode', request: set(`${LABEL}weightless~1mode`, 'observe'), says: 'Of the labels' },
    { does: 'add a label', request: set(`${LABEL}app`, 'x'), says: 'Of the labels' },
    { does: 'say something else with our label', request: set(`${LABEL}weightless~1held`, 'x'), says: 'Of the labels' },
    {
      does: 'replace all labels',
      request: { body: { metadata: { labels: null } }, contentType: MERGE_PATCH },
      says: 'Of the labels',
    },
    { does: 'set an annotation of others', request: set(`${NOTE}team`, 'x'), says: 'Of the annotations' },
    { does: 'add an annotation', request: set(`${NOTE}new`, 'x'), says: 'Of the annotations' },
    { does: 'remove an annotation', request: drop(`${NOTE}team`), says: 'Of the annotations' },
    { does: 'mark another stable', request: set(`${NOTE}weightless~1stable`, 'evil'), says: 'Of the annotations' },
    { does: 'remove the mark of the canary', request: drop(`${NOTE}weightless~1canary`), says: 'Of the annotations' },
    {
      does: 'let Flux reconcile',
      request: set(`${NOTE}kustomize.toolkit.fluxcd.io~1reconcile`, 'enabled'),
      says: 'Of the annotations',
    },
    {
      does: 'fill the annotations',
      request: set(`${NOTE}weightless~1journal`, 'x'.repeat(16_385)),
      says: 'Of the annotations',
    },
    { does: 'own the object', request: set('/metadata/ownerReferences', [owner]), says: 'Of the metadata' },
    {
      does: 'hold the object by a finalizer',
      request: set('/metadata/finalizers', ['example.com/x']),
      says: 'Of the metadata',
    },
    { does: 'change a host', request: set('/spec/hosts/0', 'reviews'), says: 'hosts, gateways, exportTo' },
    { does: 'add a host', request: set('/spec/hosts/-', 'reviews'), says: 'hosts, gateways, exportTo' },
    { does: 'change a gateway', request: set('/spec/gateways/0', 'other'), says: 'hosts, gateways, exportTo' },
    { does: 'remove the gateways', request: drop('/spec/gateways'), says: 'hosts, gateways, exportTo' },
    { does: 'export it', request: set('/spec/exportTo', ['*']), says: 'hosts, gateways, exportTo' },
    {
      does: 'add a route',
      request: set('/spec/http/-', { route: [to('payments/v2')] }),
      says: 'neither add nor remove a route',
    },
    {
      does: 'put a route first',
      request: set('/spec/http/0', { route: [to('payments/v2')] }),
      says: 'neither add nor remove a route',
    },
    { does: 'remove a route', request: drop('/spec/http/1'), says: 'neither add nor remove a route' },
    { does: 'remove all tcp routes', request: drop('/spec/tcp'), says: 'neither add nor remove a route' },
    {
      does: 'add a tls route',
      request: set('/spec/tls', [{ match: [{ sniHosts: ['x'] }], route: [to('payments')] }]),
      says: 'neither add nor remove a route',
    },
    {
      does: 'exchange two routes',
      request: { body: [{ op: 'move', from: '/spec/http/0', path: '/spec/http/1' }] },
      says: 'Weightless',
    },
    {
      does: 'add a destination',
      request: set(`${FIRST}/route/-`, to('evil', 1)),
      says: 'neither add nor remove a route, a destination',
    },
    {
      does: 'remove a destination',
      request: drop(`${FIRST}/route/0`),
      says: 'neither add nor remove a route, a destination',
    },
    {
      does: 'remove all destinations',
      request: drop(`${FIRST}/route`),
      says: 'neither add nor remove a route, a destination',
    },
    {
      does: 'add a mirror',
      request: set(`${FIRST}/mirrors/-`, { destination: at('evil') }),
      says: 'neither add nor remove a route, a destination or a mirror',
    },
    { does: 'change a match', request: set(`${FIRST}/match/0/uri/prefix`, '/'), says: 'Of a route' },
    { does: 'add a match', request: set(`${FIRST}/match/-`, { uri: { prefix: '/' } }), says: 'Of a route' },
    { does: 'change the match of a tcp route', request: set('/spec/tcp/0/match/0/port', 80), says: 'Of a route' },
    { does: 'rename a route', request: set(`${FIRST}/name`, 'x'), says: 'Of a route' },
    {
      does: 'add a redirect',
      request: set('/spec/http/1/redirect', { authority: 'evil.example.com' }),
      says: 'Of a route',
    },
    { does: 'answer itself', request: set('/spec/http/1/directResponse', { status: 200 }), says: 'Of a route' },
    { does: 'add a rewrite', request: set(`${FIRST}/rewrite`, { uri: '/admin' }), says: 'Of a route' },
    {
      does: 'add a fault',
      request: set(`${FIRST}/fault`, { abort: { httpStatus: 503, percentage: { value: 100 } } }),
      says: 'Of a route',
    },
    { does: 'delegate', request: set('/spec/http/1/delegate', { name: 'evil' }), says: 'Of a route' },
    {
      does: 'change headers of a route',
      request: set(`${FIRST}/headers`, { request: { set: { admin: 'yes' } } }),
      says: 'Of a route',
    },
    { does: 'open CORS', request: set(`${FIRST}/corsPolicy`, { allowOrigins: [{ exact: '*' }] }), says: 'Of a route' },
    { does: 'retry', request: set(`${FIRST}/retries`, { attempts: 100 }), says: 'Of a route' },
    { does: 'take a timeout away', request: drop(`${FIRST}/timeout`), says: 'Of a route' },
    { does: 'mirror to another service', request: set(`${FIRST}/mirror`, at('evil')), says: 'Of a route' },
    {
      does: 'mirror to another service of several',
      request: set(`${FIRST}/mirrors/0/destination`, at('evil')),
      says: 'Of a mirror',
    },
    { does: 'mirror more', request: set(`${FIRST}/mirrorPercentage`, { value: 100 }), says: 'Of a mirror' },
    {
      does: 'mirror more by taking the percentage away',
      request: drop(`${FIRST}/mirrorPercentage`),
      says: 'Of a mirror',
    },
    { does: 'mirror more to one of several', request: drop(`${FIRST}/mirrors/0/percentage`), says: 'Of a mirror' },
    {
      does: 'point a route to another service',
      request: set(`${FIRST}/route/0/destination`, at('evil')),
      says: 'one that the VirtualService names',
    },
    {
      does: 'point a route to another namespace',
      request: set(`${FIRST}/route/0/destination/host`, 'payments.evil.svc.cluster.local'),
      says: 'one that the VirtualService names',
    },
    {
      does: 'point a route outside',
      request: set(`${FIRST}/route/0/destination/host`, 'evil.example.com'),
      says: 'one that the VirtualService names',
    },
    {
      does: 'point a route nowhere',
      request: set(`${FIRST}/route/0/destination/host`, ''),
      says: 'one that the VirtualService names',
    },
    {
      does: 'point a route to two services in one',
      request: set(`${FIRST}/route/0/destination/host`, 'payments reviews'),
      says: 'one that the VirtualService names',
    },
    {
      does: 'point a tcp route to another service',
      request: set('/spec/tcp/0/route/0/destination/host', 'evil'),
      says: 'one that the VirtualService names',
    },
    {
      does: 'point routes to two services at a time',
      request: {
        body: [
          op('replace', `${FIRST}/route/0/destination`, at('payments-canary', 8081)),
          op('replace', '/spec/http/1/route/0/destination', at('payments', 8081)),
        ],
      },
      says: 'only to one service at a time',
    },
    {
      does: 'name a service in the journal and point a route to it',
      request: { body: [journal('[{"host":"evil"}]'), op('replace', `${FIRST}/route/0/destination`, at('evil'))] },
      says: 'The journal may name',
    },
    {
      does: 'name a service in the journal for later',
      request: { body: [journal('[{"host":"evil"}]')] },
      says: 'The journal may name',
    },
    {
      does: 'name a port in the journal for later',
      request: { body: [journal('[{"number":22}]')] },
      says: 'The journal may name',
    },
    {
      does: 'put a cookie into the journal for later',
      request: { body: [journal('[{"value":"a=2"}]')] },
      says: 'The journal may name',
    },
    {
      does: 'use another port',
      request: set(`${FIRST}/route/0/destination/port`, { number: 22 }),
      says: 'change a port only',
    },
    {
      does: 'use a port of another service with it',
      request: { body: [op('replace', '/spec/http/1/route/0/destination', at('payments', 8082))] },
      says: 'change a port only',
    },
    { does: 'make a weight negative', request: set(`${FIRST}/route/0/weight`, -1), says: 'A weight must be' },
    {
      does: 'make a weight larger than Istio reads',
      request: set(`${FIRST}/route/0/weight`, 2 ** 31),
      says: 'A weight must be',
    },
    {
      does: 'leave a route without weights',
      request: { body: [op('add', `${FIRST}/route/0/weight`, 0), op('add', `${FIRST}/route/1/weight`, 0)] },
      says: 'Of several destinations',
    },
    {
      does: 'set a cookie',
      request: set(`${FIRST}/route/1/headers`, { response: { set: { 'Set-Cookie': 'session=evil' } } }),
      says: 'Of a destination’s headers'.replace('’', "'"),
    },
    {
      does: 'change a cookie',
      request: set(`${FIRST}/route/0/headers/response/set/Set-Cookie`, 'session=evil'),
      says: "Of a destination's headers",
    },
    {
      does: 'remove another header',
      request: drop(`${FIRST}/route/0/headers/response/set/kept`),
      says: "Of a destination's headers",
    },
    {
      does: 'change a request header',
      request: set(`${FIRST}/route/0/headers/request`, { set: { admin: 'yes' } }),
      says: "Of a destination's headers",
    },
  ])('$does', async ({ request, says }) => {
    const object = await shop();

    const answer = await write(object, request);

    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining(POLICY) });
    expect(answer.text).toContain(says);
    expect(await admin.get(object)).toEqual(object);
  });

  test('write to an object that has not opted in, not even what a rollback writes', async () => {
    const object = await shop({ labels: {} });

    const answers = [
      await write(object, { body: { metadata: { labels: { 'weightless/held': 'true' } } }, contentType: MERGE_PATCH }),
      await write(object, { body: [op('add', `${FIRST}/route/0/weight`, 100)] }),
      await write(object, {
        body: { metadata: { labels: { 'weightless/mode': 'act' } }, spec: { hosts: ['evil'] } },
        contentType: MERGE_PATCH,
      }),
    ];

    for (const answer of answers)
      expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('has the label weightless/mode') });
    expect(await admin.get(object)).toEqual(object);
  });

  test('get past the policy by another way of writing', async () => {
    const object = await shop();
    const evil = { ...object, spec: { hosts: ['evil'] } };
    const bare = { ...KIND, metadata: { name: object.metadata.name, namespace }, spec: { hosts: ['evil'] } };
    const apply = { contentType: 'application/apply-patch+yaml', query: '?fieldManager=evil&force=true' };

    const put = await write(object, { method: 'PUT', body: evil, contentType: 'application/json' });
    const applied = await write(object, { body: bare, ...apply });
    const created = await write(
      { ...object, metadata: { name: 'new', namespace } },
      { body: { ...bare, metadata: { name: 'new', namespace } }, ...apply },
    );
    const older = await write(object, { body: [op('add', '/spec/hosts/0', 'evil')], version: 'v1beta1' });
    const status = await write(object, { body: { status: {} }, contentType: MERGE_PATCH, query: '/status' });
    const removed = await write(object, { method: 'DELETE', body: undefined });

    expect([put.status, created.status, status.status, removed.status]).toEqual([403, 403, 403, 403]);
    for (const denied of [applied, older])
      expect(denied).toMatchObject({ status: 403, text: expect.stringContaining(POLICY) });
    expect(await admin.get(object)).toEqual(object);
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
    const object = await shop(meta);

    expect(await write(object, { body })).toMatchObject({ status: 200 });
  });

  test('do nothing else as a member of the group', async () => {
    const object = await shop();

    const denied = await write(object, set('/spec/hosts/0', 'evil'), server.tokens.member);
    const allowed = await write(object, set(`${LABEL}weightless~1held`, 'true'), server.tokens.member);

    expect([denied.status, allowed.status]).toEqual([403, 200]);
  });

  test('alone: everybody else writes what RBAC lets them', async () => {
    const object = await shop({ labels: {} });
    const gitOps = {
      method: 'PATCH',
      contentType: 'application/apply-patch+yaml',
      query: '?fieldManager=argocd-controller&force=true',
    };
    const whole = {
      ...KIND,
      metadata: { name: object.metadata.name, namespace, labels: { app: 'x' } },
      spec: { hosts: ['other'] },
    };

    const edited = await write(
      object,
      { body: [op('add', '/spec/hosts/-', 'b'), op('remove', '/spec/http/1')] },
      server.tokens.admin,
    );
    const applied = await write(object, { ...gitOps, body: whole }, server.tokens.admin);

    expect([edited.status, applied.status]).toEqual([200, 200]);
  });
});

/** Written as a rollback does, from an object as the API server has it. */
function rollbackOf(
  object: VirtualService,
  sides: { canary: Parameters<typeof formatDestination>[0] },
  edits: Parameters<typeof buildPatch>[1],
) {
  const served = [
    { claim: { alert: anAlert(), weak: false, side: 'canary' as const }, decision: { kind: 'act' as const } },
  ];
  const times = { receivedAt: 1, sentAt: 2, holdMs: 1, flux: false };
  const entries = nextEntries({
    object,
    edits,
    journal: { entries: [], ignored: 0 },
    served,
    cluster: 'x',
    canary: sides.canary,
    ...times,
  });
  return { patch: buildPatch(object, edits, entries), undo: entries[0]?.undo ?? [] };
}

/** Istio's CRD wants them in every match of a tls route. */
function withSniHosts({ tls, ...spec }: VirtualService['spec']): object {
  if (!tls) return spec;
  return { ...spec, tls: tls.map((route) => ({ ...route, match: [{ sniHosts: ['app'] }] })) };
}

/** undefined where Istio's CRD does not let it in. */
async function createValid(object: WrittenObject): Promise<KubeObject | undefined> {
  try {
    return await admin.create(object);
  } catch (error) {
    if (error instanceof KubeError && error.status === 422) return undefined;
    throw error;
  }
}

/** The plan's patch and its inverse, both written with the token; undefined where there is nothing to write. */
async function rollBackAndRestore({ object: { spec }, sides, darkLaunch }: Case) {
  count += 1;
  const labels = { 'weightless/mode': 'act' };
  const annotations = sides.stable ? { 'weightless/stable': formatDestination(sides.stable) } : undefined;
  const metadata = { name: `any-${count}`, namespace: 'prod', labels, annotations };
  const created = await createValid({ ...KIND, metadata, spec: withSniHosts(spec) });
  if (!created) return undefined;
  const object = parseVirtualService(created);
  const planned = plan({ object, ...sides, darkLaunch, rules: [] });
  if (planned.kind !== 'change') return undefined;
  const { patch, undo } = rollbackOf(object, sides, planned.edits);
  const back = await write(created, { body: patch });
  const again = await write(created, { body: [...undo, op('remove', `${LABEL}weightless~1held`)] });
  return { object, back, again };
}
type Case = typeof arbitraryCase extends fc.Arbitrary<infer T> ? T : never;

/** What the gateway would refuse, and the policy with it. */
function isInvalid(object: VirtualService): boolean {
  return routesOf(object).some((route) => {
    const weights = route.destinations.map(({ entry }) => weightOf(entry));
    return (
      weights.some((weight) => weight < 0) ||
      (weights.length > 1 && (totalWeight(route) <= 0 || totalWeight(route) > 4_294_967_295))
    );
  });
}

describe('whatever a VirtualService holds', () => {
  test('its rollback is let through, and so is the restore, unless it would break the gateway', {
    timeout: 300_000,
  }, async () => {
    await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' } });
    const seen = { 'rolled back': 0, restored: 0, 'not restored': 0 };
    await fc.assert(
      fc.asyncProperty(arbitraryCase, async (one) => {
        const tried = await rollBackAndRestore(one);
        if (!tried) return;

        expect(tried.back).toMatchObject({ status: 200 });
        seen['rolled back'] += 1;
        seen[tried.again.status === 200 ? 'restored' : 'not restored'] += 1;
        if (tried.again.status === 200) return;
        expect(tried.again.text).toMatch(/A weight must be|Of several destinations/);
        expect(isInvalid(tried.object), tried.again.text).toBe(true);
      }),
      { numRuns: 400 },
    );
    console.log(`Of 400 VirtualServices: ${JSON.stringify(seen)}`);
    expect(Math.min(seen['rolled back'], seen.restored)).toBeGreaterThan(20);
  });

  test.each([
    { routes: 1000, what: 'weights', route: [to('payments/v1', 1), to('payments/v2', 99)] },
    { routes: 1000, what: 'destinations', route: [to('payments-canary')] },
  ])('its $routes routes can all change their $what in one write', async ({ routes, what, route }) => {
    const http = Array.from({ length: routes }, (_, index) => ({ match: [{ uri: { prefix: `/${index}` } }], route }));
    const object = await create({ hosts: ['payments'], http });
    const each = (index: number) =>
      what === 'weights'
        ? [op('add', `/spec/http/${index}/route/0/weight`, 100), op('add', `/spec/http/${index}/route/1/weight`, 0)]
        : [op('replace', `/spec/http/${index}/route/0/destination`, at('payments'))];

    const answer = await write(object, { body: http.flatMap((_, index) => each(index)) });

    expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  });
});
