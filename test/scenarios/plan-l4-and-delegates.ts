import { at, MARKED, oneRoute, to, virtualService } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

const incident = [to('payments/v1', 1), to('payments/v2', 99)];
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const root = (delegate: Readonly<Record<string, string>>, more: Readonly<Record<string, unknown>> = {}) =>
  virtualService(
    {
      http: [{ match: [{ uri: { prefix: '/pay' } }], delegate }, { route: [to('shop')] }],
    },
    { name: 'root', ...more },
  );

/** tcp and tls have the same weights; a delegate holds the weights of its root. */
export const PLAN_L4_AND_DELEGATES: readonly Scenario[] = [
  row({
    title: 'shifts the weights of a tcp route',
    objects: [virtualService({ tcp: [{ match: [{ port: 5432 }], route: incident }] }, { annotations: MARKED })],
    ...rolledBack({ 'tcp.0.route.0.weight': 100, 'tcp.0.route.1.weight': 0 }),
  }),
  row({
    title: 'sends a sole destination of a tcp route to stable, on its port',
    objects: [
      virtualService({ tcp: [{ route: [{ destination: at('payments/v2', 5432) }] }] }, { annotations: MARKED }),
    ],
    ...rolledBack({ 'tcp.0.route.0.destination': at('payments/v1', 5432) }),
  }),
  row({
    title: 'shifts the weights of a tls route',
    objects: [
      virtualService(
        {
          hosts: ['payments.example.com'],
          tls: [{ match: [{ port: 443, sniHosts: ['payments.example.com'] }], route: incident }],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({ 'tls.0.route.0.weight': 100, 'tls.0.route.1.weight': 0 }),
  }),
  row({
    title: 'makes stable 100 in a tcp route whose weights are all absent',
    objects: [virtualService({ tcp: [{ route: [to('payments/v2'), to('payments/v1')] }] }, { annotations: MARKED })],
    ...rolledBack({ 'tcp.0.route.1.weight': 100 }),
  }),
  row({
    title: 'plans http, tls and tcp of one object in one patch',
    objects: [
      virtualService(
        {
          http: [{ route: incident }],
          tls: [{ match: [{ sniHosts: ['payments'] }], route: [to('payments/v2')] }],
          tcp: [{ route: [to('payments/v2', 5), to('payments/v1', 0)] }],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({
      ...shifted,
      'tls.0.route.0.destination': at('payments/v1'),
      'tcp.0.route.0.weight': 0,
      'tcp.0.route.1.weight': 5,
    }),
  }),
  row({
    title: 'patches the delegate, where the weights are, and leaves the root',
    objects: [
      root({ name: 'payments', namespace: '{ns}' }),
      virtualService({ hosts: undefined, http: [{ route: incident }] }, { annotations: MARKED }),
    ],
    ...rolledBack(shifted, { virtualServices: ['{ns}/payments'] }),
  }),
  row({
    title: 'finds a delegate of the root’s own namespace, where it names none',
    objects: [
      root({ name: 'payments' }, { annotations: { 'weightless/match': 'team={ns}' } }),
      virtualService({ hosts: undefined, http: [{ route: incident }] }, { annotations: MARKED }),
    ],
    alerts: [{ labels: { team: '{ns}', destination_service_name: undefined } }],
    ...rolledBack(shifted, { virtualServices: ['{ns}/payments'] }),
  }),
  row({
    title: 'patches a delegate in another namespace, whose short names are of that namespace',
    objects: [
      root({ name: 'payments', namespace: '{other}' }, { annotations: { 'weightless/match': 'team={ns}' } }),
      virtualService({ hosts: undefined, http: [{ route: incident }] }, { namespace: '{other}', annotations: MARKED }),
    ],
    alerts: [{ labels: { team: '{ns}' } }],
    results: [{ outcome: 'rolled-back', canary: 'payments.{other}.svc.cluster.local/v2' }],
    changes: { '{other}/payments': shifted },
  }),
  row({
    title: 'uses the marks of the root for a delegate that has none',
    objects: [
      root({ name: 'payments' }, { annotations: MARKED }),
      virtualService({ hosts: undefined, http: [{ route: incident }] }),
    ],
    ...rolledBack(shifted, { virtualServices: ['{ns}/payments'] }),
  }),
  row({
    title: 'refuses where a delegate that holds the canary is not managed',
    objects: [
      virtualService(
        { http: [{ match: [{ uri: { prefix: '/pay' } }], delegate: { name: 'pay' } }, { route: incident }] },
        { annotations: MARKED },
      ),
      virtualService({ hosts: undefined, http: [{ route: incident }] }, { name: 'pay', mode: null }),
    ],
    ...untouched('refused', 'delegate-not-managed', { says: ['{ns}/pay', 'weightless/mode'] }),
    pages: true,
  }),
  row({
    title: 'refuses where a delegate of another namespace holds the canary and is not managed',
    objects: [
      virtualService(
        {
          http: [
            { match: [{ uri: { prefix: '/pay' } }], delegate: { name: 'pay', namespace: '{other}' } },
            { route: incident },
          ],
        },
        { annotations: MARKED },
      ),
      virtualService(
        { hosts: undefined, http: [{ route: [to('payments.{ns}.svc.cluster.local/v2')] }] },
        { name: 'pay', namespace: '{other}', mode: null },
      ),
    ],
    ...untouched('refused', 'delegate-not-managed', { says: ['{other}/pay'] }),
  }),
  row({
    title: 'refuses where the root names the canary and only an unmanaged delegate holds it',
    objects: [
      root({ name: 'pay' }, { annotations: MARKED }),
      virtualService({ hosts: undefined, http: [{ route: incident }] }, { name: 'pay', mode: null }),
    ],
    ...untouched('refused', 'delegate-not-managed', { says: ['{ns}/pay'] }),
  }),
  row({
    title: 'goes on where an unmanaged delegate holds another subset only',
    objects: [
      virtualService(
        { http: [{ match: [{ uri: { prefix: '/pay' } }], delegate: { name: 'pay' } }, { route: incident }] },
        { annotations: MARKED },
      ),
      virtualService({ hosts: undefined, http: [{ route: [to('payments/v1')] }] }, { name: 'pay', mode: null }),
    ],
    ...rolledBack({ 'http.1.route.0.weight': 100, 'http.1.route.1.weight': 0 }),
  }),
  row({
    title: 'goes on where the short name of an unmanaged delegate is another namespace’s service',
    objects: [
      virtualService(
        {
          http: [
            { match: [{ uri: { prefix: '/pay' } }], delegate: { name: 'pay', namespace: '{other}' } },
            { route: incident },
          ],
        },
        { annotations: MARKED },
      ),
      virtualService(
        { hosts: undefined, http: [{ route: incident }] },
        { name: 'pay', namespace: '{other}', mode: null },
      ),
    ],
    ...rolledBack({ 'http.1.route.0.weight': 100, 'http.1.route.1.weight': 0 }),
  }),
  row({
    title: 'goes on where a delegate is not there',
    objects: [
      virtualService(
        { http: [{ match: [{ uri: { prefix: '/pay' } }], delegate: { name: 'pay' } }, { route: incident }] },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({ 'http.1.route.0.weight': 100, 'http.1.route.1.weight': 0 }),
  }),
  row({
    title: 'patches root and delegate where both hold the canary',
    objects: [
      virtualService(
        { http: [{ match: [{ uri: { prefix: '/pay' } }], delegate: { name: 'pay' } }, { route: incident }] },
        { annotations: MARKED },
      ),
      virtualService({ hosts: undefined, http: [{ route: [to('payments/v2')] }] }, { name: 'pay' }),
    ],
    results: [{ outcome: 'rolled-back', virtualServices: ['{ns}/pay', '{ns}/payments'] }],
    changes: {
      payments: { 'http.1.route.0.weight': 100, 'http.1.route.1.weight': 0 },
      pay: { 'http.0.route.0.destination': at('payments/v1') },
    },
  }),
  row({
    title: 'refuses a delegate whose mode is none of the three',
    objects: [
      root({ name: 'payments' }, { annotations: MARKED }),
      virtualService({ hosts: undefined, http: [{ route: incident }] }, { mode: 'on' }),
    ],
    ...untouched('refused', 'invalid-mode'),
  }),
  row({
    title: 'leaves a redirect, a direct response and a fault alone',
    objects: [
      virtualService(
        {
          http: [
            { match: [{ uri: { exact: '/a' } }], redirect: { authority: 'payments-v2' } },
            { match: [{ uri: { exact: '/b' } }], directResponse: { status: 503, body: { string: 'v2' } } },
            { fault: { abort: { percentage: { value: 1 }, httpStatus: 500 } }, route: incident },
          ],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({ 'http.2.route.0.weight': 100, 'http.2.route.1.weight': 0 }),
  }),
  row({
    title: 'has nothing to do in an object without routes',
    objects: [virtualService({}, { annotations: MARKED })],
    ...untouched('skipped', 'no-canary'),
  }),
  row({
    title: 'has nothing to do in an object of the commonest kind: one route, one destination',
    objects: [oneRoute([to('payments')], {})],
    ...untouched('skipped', 'no-canary'),
  }),
  row({
    title: 'finds a managed delegate of a root that is not managed',
    objects: [
      virtualService({ hosts: ['shop'], http: [{ delegate: { name: 'payments' } }] }, { name: 'root', mode: null }),
      virtualService({ hosts: undefined, http: [{ route: incident }] }, { annotations: MARKED }),
    ],
    ...rolledBack(shifted, { virtualServices: ['{ns}/payments'] }),
  }),
  row({
    title: 'finds the delegate where the alert names its root outright',
    objects: [
      root({ name: 'payments' }),
      virtualService({ hosts: undefined, http: [{ route: incident }] }, { annotations: MARKED }),
    ],
    alerts: [{ labels: { destination_service_name: undefined, weightless_virtualservice: '{ns}/root' } }],
    ...rolledBack(shifted),
  }),
];
