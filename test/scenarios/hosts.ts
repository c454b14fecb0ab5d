import { at, destinationRule, MARKED, MARKED_HOSTS, oneRoute, pod, to, virtualService } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };

/** Hosts compare as Istio resolves them; what else of the canary's host reaches its pods is told, or refused. */
export const HOSTS: readonly Scenario[] = [
  row({
    title: 'takes a short name and the FQDN for one host',
    objects: [oneRoute([to('payments/v1', 1), to('payments.{ns}.svc.cluster.local/v2', 99)])],
    ...rolledBack(shifted),
  }),
  row({
    title: 'takes a mark by FQDN for the short name',
    objects: [
      oneRoute([to('payments/v1', 1), to('payments/v2', 99)], {
        annotations: {
          'weightless/canary': 'payments.{ns}.svc.cluster.local/v2',
          'weightless/stable': 'payments.{ns}.svc.cluster.local/v1',
        },
      }),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'takes a dotted short name literally: it is another host',
    objects: [oneRoute([to('payments/v1', 1), to('payments/v2', 50), to('payments.{ns}/v2', 49)])],
    ...rolledBack({ 'http.0.route.0.weight': 51, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'takes a dotted short name as the canary where the mark says so',
    objects: [
      oneRoute([to('payments.{ns}/v1', 1), to('payments.{ns}/v2', 99)], {
        annotations: { 'weightless/canary': 'payments.{ns}/v2', 'weightless/stable': 'payments.{ns}/v1' },
      }),
    ],
    ...rolledBack(shifted, { canary: 'payments.{ns}/v2' }),
  }),
  row({
    title: 'does not take the same subset of another host for the canary',
    objects: [
      virtualService(
        {
          http: [
            { match: [{ uri: { prefix: '/reviews' } }], route: [to('reviews/v1', 1), to('reviews/v2', 99)] },
            { route: [to('payments/v1', 1), to('payments/v2', 99)] },
          ],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({ 'http.1.route.0.weight': 100, 'http.1.route.1.weight': 0 }),
  }),
  row({
    title: 'does not take a subset for the canary where the canary is a whole host of that name',
    objects: [
      virtualService(
        {
          http: [
            { match: [{ uri: { prefix: '/x' } }], route: [to('reviews/payments-canary', 100)] },
            { route: [to('payments', 1), to('payments-canary', 99)] },
          ],
        },
        { annotations: MARKED_HOSTS },
      ),
    ],
    results: [{ outcome: 'refused', reason: 'ambiguous-canary' }],
  }),
  row({
    title: 'takes a service of another namespace by its FQDN',
    objects: [
      oneRoute([to('payments.{other}.svc.cluster.local/v1', 1), to('payments.{other}.svc.cluster.local/v2', 99)], {
        annotations: { 'weightless/canary': 'v2', 'weightless/stable': 'v1' },
      }),
    ],
    alerts: [{ labels: { destination_service_namespace: '{other}' } }],
    ...rolledBack(shifted, { canary: 'payments.{other}.svc.cluster.local/v2' }),
  }),
  row({
    title: 'writes stable’s host as the route wrote it',
    objects: [oneRoute([to('payments.{ns}.svc.cluster.local/v2')])],
    ...rolledBack({ 'http.0.route.0.destination': at('payments.{ns}.svc.cluster.local/v1') }),
  }),
  row({
    title: 'tells of a destination of the canary’s host that has no subset: it still reaches the canary',
    objects: [oneRoute([to('payments/v1', 50), to('payments/v2', 30), to('payments', 20)])],
    ...rolledBack(
      { 'http.0.route.0.weight': 80, 'http.0.route.1.weight': 0 },
      { residual: ['overlapping-destination http[0]'] },
    ),
    pages: false,
  }),
  row({
    title: 'tells of a route of its own to the canary’s whole host',
    objects: [
      virtualService(
        {
          http: [
            { name: 'health', match: [{ uri: { exact: '/health' } }], route: [to('payments')] },
            { route: [to('payments/v1', 1), to('payments/v2', 99)] },
          ],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack(
      { 'http.1.route.0.weight': 100, 'http.1.route.1.weight': 0 },
      { residual: ['overlapping-destination health'] },
    ),
  }),
  row({
    title: 'does not tell of a whole-host destination at weight 0',
    objects: [oneRoute([to('payments/v1', 50), to('payments/v2', 50), to('payments', 0)])],
    ...rolledBack(shifted),
  }),
  row({
    title: 'tells of a subset whose labels select the canary’s pods',
    objects: [
      oneRoute([to('payments/v1', 50), to('payments/v2', 30), to('payments/all', 20)]),
      destinationRule({ v1: { version: 'v1' }, v2: { app: 'payments', version: 'v2' }, all: { app: 'payments' } }),
    ],
    ...rolledBack(
      { 'http.0.route.0.weight': 80, 'http.0.route.1.weight': 0 },
      { residual: ['overlapping-destination http[0]'] },
    ),
  }),
  row({
    title: 'tells of a subset that selects the same pods under another name',
    objects: [
      oneRoute([to('payments/v1', 50), to('payments/v2', 30), to('payments/next', 20)]),
      destinationRule({ v1: { version: 'v1' }, v2: { version: 'v2' }, next: { version: 'v2' } }),
    ],
    ...rolledBack(
      { 'http.0.route.0.weight': 80, 'http.0.route.1.weight': 0 },
      { residual: ['overlapping-destination http[0]'] },
    ),
  }),
  row({
    title: 'does not tell of a subset whose labels select other pods',
    objects: [
      oneRoute([to('payments/v1', 50), to('payments/v2', 30), to('payments/v3', 20)]),
      destinationRule({ v1: { version: 'v1' }, v2: { version: 'v2' }, v3: { version: 'v3' } }),
    ],
    ...rolledBack({ 'http.0.route.0.weight': 80, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'does not count a destination of a different host, whatever its subset selects',
    objects: [
      oneRoute([to('payments/v1', 50), to('payments/v2', 30), to('reviews', 20)]),
      destinationRule({ v1: { version: 'v1' }, v2: { version: 'v2' } }),
      destinationRule({ v2: { version: 'v2' } }, { name: 'reviews', host: 'reviews' }),
    ],
    ...rolledBack({ 'http.0.route.0.weight': 80, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'refuses a stable that is the canary’s whole host',
    objects: [
      oneRoute([to('payments', 1), to('payments/v2', 99)], {
        annotations: { 'weightless/canary': 'payments/v2', 'weightless/stable': 'payments' },
      }),
    ],
    results: [{ outcome: 'refused', reason: 'stable-includes-canary' }],
    pages: true,
  }),
  row({
    title: 'refuses a stable whose labels select the canary’s pods',
    objects: [
      oneRoute([to('payments/v1', 1), to('payments/v2', 99)]),
      destinationRule({ v1: { app: 'payments' }, v2: { app: 'payments', version: 'v2' } }),
    ],
    ...untouched('refused', 'stable-includes-canary'),
  }),
  row({
    title: 'refuses a stable whose subset selects every pod',
    objects: [
      oneRoute([to('payments/v1', 1), to('payments/v2', 99)]),
      destinationRule({ v1: {}, v2: { version: 'v2' } }),
    ],
    ...untouched('refused', 'stable-includes-canary'),
  }),
  row({
    title: 'takes a canary whose labels are a part of stable’s for another one',
    objects: [
      oneRoute([to('payments/v1', 1), to('payments/v2', 99)]),
      destinationRule({ v1: { app: 'payments', version: 'v1' }, v2: { app: 'payments', version: 'v2' } }),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'tells of a subset that selects a pod of the canary by another label',
    objects: [
      oneRoute([to('payments/v1', 50), to('payments/v2', 30), to('payments/eu', 20)]),
      destinationRule({ v1: { version: 'v1' }, v2: { version: 'v2' }, eu: { region: 'eu' } }),
      pod('one', { version: 'v1', region: 'us' }),
      pod('two', { version: 'v2', region: 'eu' }),
    ],
    ...rolledBack(
      { 'http.0.route.0.weight': 80, 'http.0.route.1.weight': 0 },
      { residual: ['overlapping-destination http[0]'] },
    ),
  }),
  row({
    title: 'does not tell of a subset by another label that no pod of the canary carries',
    objects: [
      oneRoute([to('payments/v1', 50), to('payments/v2', 30), to('payments/eu', 20)]),
      destinationRule({ v1: { version: 'v1' }, v2: { version: 'v2' }, eu: { region: 'eu' } }),
      pod('one', { version: 'v1', region: 'eu' }),
      pod('two', { version: 'v2', region: 'us' }),
    ],
    ...rolledBack({ 'http.0.route.0.weight': 80, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'refuses a stable that selects a pod of the canary by another label',
    objects: [
      oneRoute([to('payments/v1', 1), to('payments/v2', 99)]),
      destinationRule({ v1: { track: 'stable' }, v2: { version: 'v2' } }),
      pod('two', { version: 'v2', track: 'stable' }),
    ],
    ...untouched('refused', 'stable-includes-canary'),
  }),
];
