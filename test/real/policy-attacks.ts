import { at, to } from '#test/scenarios/objects.ts';
import { drop, FIRST, journal, LABEL, MERGE_PATCH, NOTE, op, type Request, set } from './policy-writes.ts';

const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'any', uid: '6b5f2f0c-3a0f-4c2e-9f0e-000000000001' };

/** What whoever holds the token might want to do to an object that opted in, and the words with which it is denied. */
export const ATTACKS: readonly { readonly does: string; readonly request: Request; readonly says: string }[] = [
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
];
