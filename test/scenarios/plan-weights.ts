import { MARKED, MARKED_HOSTS, oneRoute, to, virtualService } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

/** Canary and stable in one route: weights as Istio reads them. */
export const PLAN_WEIGHTS: readonly Scenario[] = [
  row({
    title: 'takes the 1/99 of the incident to 100/0',
    objects: [oneRoute([to('payments/v1', 1), to('payments/v2', 99)])],
    ...rolledBack(
      { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 },
      { canary: 'payments.{ns}.svc.cluster.local/v2', virtualServices: ['{ns}/payments'] },
    ),
    pages: false,
  }),
  row({
    title: 'keeps a sum that is not 100',
    objects: [oneRoute([to('payments/v1', 3), to('payments/v2', 4)])],
    ...rolledBack({ 'http.0.route.0.weight': 7, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'raises a stable at 0 in the same patch',
    objects: [oneRoute([to('payments/v1', 0), to('payments/v2', 100)])],
    ...rolledBack({ 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'raises a stable without a weight',
    objects: [oneRoute([to('payments/v1'), to('payments/v2', 100)])],
    ...rolledBack({ 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'finds a canary without a weight at zero already, beside a stable that has one',
    objects: [oneRoute([to('payments/v1', 100), to('payments/v2')])],
    ...untouched('already-zero', 'at-zero'),
    pages: false,
  }),
  row({
    title: 'finds a canary at 0 at zero already',
    objects: [oneRoute([to('payments/v1', 100), to('payments/v2', 0)])],
    ...untouched('already-zero', 'at-zero', { canary: 'payments.{ns}.svc.cluster.local/v2' }),
  }),
  row({
    title: 'leaves a third destination as it is',
    objects: [oneRoute([to('payments/v1', 80), to('payments/v2', 15), to('payments/v3', 5)])],
    ...rolledBack({ 'http.0.route.0.weight': 95, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'leaves a third destination as it is when stable is at 0',
    objects: [oneRoute([to('payments/v1', 0), to('payments/v2', 60), to('payments/v3', 40)])],
    ...rolledBack({ 'http.0.route.0.weight': 60, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'takes every listing of the canary to 0, and gives what they had to the first stable',
    objects: [
      oneRoute([
        to('payments/v2', 10, { headers: { request: { set: { 'x-canary': 'a' } } } }),
        to('payments/v1', 30),
        to('payments.{ns}.svc.cluster.local/v2', 20),
        to('payments/v1', 40),
      ]),
    ],
    ...rolledBack({ 'http.0.route.0.weight': 0, 'http.0.route.1.weight': 60, 'http.0.route.2.weight': 0 }),
  }),
  row({
    title: 'makes stable 100 where all weights are 0',
    objects: [oneRoute([to('payments/v1', 0), to('payments/v2', 0)])],
    ...rolledBack({ 'http.0.route.0.weight': 100 }),
  }),
  row({
    title: 'makes stable 100 where no weight is written at all',
    objects: [oneRoute([to('payments/v1'), to('payments/v2')])],
    ...rolledBack({ 'http.0.route.0.weight': 100 }),
  }),
  row({
    title: 'counts a negative canary as 0',
    objects: [oneRoute([to('payments/v1', 100), to('payments/v2', -1)])],
    ...rolledBack({ 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'counts a negative stable as 0',
    objects: [oneRoute([to('payments/v1', -50), to('payments/v2', 100)])],
    ...rolledBack({ 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'makes stable 100 where canary and stable are negative',
    objects: [oneRoute([to('payments/v1', -1), to('payments/v2', -99)])],
    ...rolledBack({ 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'leaves a negative third destination, and pages: the gateway refuses the table while it stands',
    objects: [oneRoute([to('payments/v1', 50), to('payments/v2', 50), to('reviews', -1)])],
    ...rolledBack(
      { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 },
      { residual: ['route-table-invalid http[0]'] },
    ),
    pages: true,
  }),
  row({
    title: 'makes stable 100 where a negative third destination would bring the total to 0 or less',
    objects: [oneRoute([to('payments/v1', 10), to('payments/v2', 10), to('reviews', -30)])],
    ...rolledBack(
      { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 },
      { residual: ['route-table-invalid http[0]'] },
    ),
  }),
  row({
    title: 'leaves a route without the canary whose total is 0, names it, and pages',
    objects: [
      virtualService(
        {
          http: [
            { name: 'broken', match: [{ uri: { prefix: '/r' } }], route: [to('reviews/a', 0), to('reviews/b', 0)] },
            { route: [to('payments/v1', 1), to('payments/v2', 99)] },
          ],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack(
      { 'http.1.route.0.weight': 100, 'http.1.route.1.weight': 0 },
      { residual: ['route-table-invalid broken'] },
    ),
    pages: true,
  }),
  row({
    title: 'pages for an invalid route also where the canary is at zero already',
    objects: [
      virtualService(
        { http: [{ route: [to('payments/v1', 100), to('payments/v2', 0)] }, { route: [to('reviews/a', -1)] }] },
        { annotations: MARKED },
      ),
    ],
    ...untouched('already-zero', 'at-zero', { residual: ['route-table-invalid http[1]'] }),
    pages: true,
  }),
  row({
    title: 'plans every route of an object by itself',
    objects: [
      virtualService(
        {
          http: [
            {
              name: 'api',
              match: [{ uri: { prefix: '/api' } }],
              route: [to('payments/v1', 50), to('payments/v2', 50)],
            },
            {
              name: 'at-zero',
              match: [{ uri: { prefix: '/z' } }],
              route: [to('payments/v1', 1), to('payments/v2', 0)],
            },
            { name: 'others', match: [{ uri: { prefix: '/o' } }], route: [to('reviews', 70), to('ratings', 30)] },
            { name: 'gone', match: [{ uri: { exact: '/old' } }], redirect: { uri: '/new' } },
            { route: [to('payments/v2', 99), to('payments/v1', 1)] },
          ],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({
      'http.0.route.0.weight': 100,
      'http.0.route.1.weight': 0,
      'http.4.route.0.weight': 0,
      'http.4.route.1.weight': 100,
    }),
  }),
  row({
    title: 'shifts weights by host where the canary has a service of its own',
    objects: [oneRoute([to('payments', 1), to('payments-canary', 99)], { annotations: MARKED_HOSTS })],
    ...rolledBack(
      { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 },
      { canary: 'payments-canary.{ns}.svc.cluster.local' },
    ),
  }),
  row({
    title: 'leaves everything else of the object byte for byte',
    objects: [
      virtualService(
        {
          hosts: ['payments', 'payments.example.com'],
          gateways: ['mesh', 'istio-system/public'],
          exportTo: ['.'],
          http: [
            {
              name: 'primary',
              match: [
                { uri: { regex: '/v1/.*~1/ü' }, ignoreUriCase: true, sourceLabels: { app: 'shop' }, port: 8080 },
                { method: { exact: 'POST' }, withoutHeaders: { 'x-skip': { exact: '' } } },
              ],
              rewrite: { uri: '/' },
              timeout: '3.5s',
              retries: { attempts: 3, perTryTimeout: '250ms', retryOn: '5xx', retryRemoteLocalities: null },
              fault: { abort: { percentage: { value: 0.001 }, httpStatus: 503 } },
              corsPolicy: { allowOrigins: [{ exact: 'https://shop.example' }], maxAge: '24h', allowCredentials: false },
              headers: { request: { add: { 'x-~/key': 'value' } }, response: { remove: ['server'] } },
              mirror: { host: 'audit', port: { number: 9090 } },
              mirrorPercentage: { value: 12.5 },
              route: [
                to('payments/v1', 10, { headers: { response: { set: { 'Set-Cookie': 'pin=v1' } } } }),
                to('payments/v2', 90, { headers: { response: { set: { 'Set-Cookie': 'pin=v2' } } } }),
              ],
            },
          ],
        },
        {
          annotations: { ...MARKED, 'kubectl.kubernetes.io/last-applied-configuration': '{"kind":"VirtualService"}\n' },
          labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        },
      ),
    ],
    ...rolledBack({ 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'keeps a weight that istiod can read where two huge ones add up to more than 32 bits',
    objects: [oneRoute([to('payments/v1', 2147483000), to('payments/v2', 2147483000)])],
    ...rolledBack({ 'http.0.route.0.weight': 2147483647, 'http.0.route.1.weight': 0 }),
  }),
];
