import { at, endpointSlice, MARKED, MARKED_HOSTS, oneRoute, to, virtualService } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

const incident = [to('payments/v1', 1), to('payments/v2', 99)];
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const marked = (more: Readonly<Record<string, string>>) => [
  oneRoute(incident, { annotations: { ...MARKED, ...more } }),
];
const testers = { match: [{ headers: { 'x-tester': { exact: 'yes' } } }], route: [to('payments/v2')] };

/** What the labels and annotations of an object, and the global mode, let the service do. */
export const MODES_AND_MARKS: readonly Scenario[] = [
  row({
    title: 'suggests, and writes nothing, where the mode is suggest',
    objects: [oneRoute(incident, { annotations: MARKED, mode: 'suggest' })],
    ...untouched('suggested', 'mode-suggest', { canary: 'payments.{ns}.svc.cluster.local/v2' }),
    pages: false,
  }),
  row({
    title: 'observes, and writes nothing, where the mode is observe',
    objects: [oneRoute(incident, { annotations: MARKED, mode: 'observe' })],
    ...untouched('observed', 'mode-observe', { canary: 'payments.{ns}.svc.cluster.local/v2' }),
    pages: false,
  }),
  ...['ACT', 'on', 'true', ''].map((mode) =>
    row({
      title: `refuses the mode ${JSON.stringify(mode)}, and says which there are`,
      objects: [oneRoute(incident, { annotations: MARKED, mode })],
      ...untouched('refused', 'invalid-mode', { says: ['act, suggest, observe'] }),
      pages: true,
    }),
  ),
  row({
    title: 'observes what would have been refused, where the mode is observe',
    objects: [oneRoute(incident, { mode: 'observe' })],
    ...untouched('observed', 'mode-observe'),
    pages: false,
  }),
  row({
    title: 'observes a breaching stable side, where the mode is observe',
    objects: [oneRoute(incident, { annotations: MARKED, mode: 'observe' })],
    alerts: [{ labels: { destination_version: 'v1' } }],
    ...untouched('observed', 'mode-observe'),
  }),
  row({
    title: 'says that the canary is at zero whatever the mode is',
    objects: [oneRoute([to('payments/v1', 100), to('payments/v2', 0)], { annotations: MARKED, mode: 'suggest' })],
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'caps every object by a global mode of observe: the kill switch',
    settings: { mode: 'observe' },
    objects: [oneRoute(incident)],
    ...untouched('observed', 'mode-observe'),
    pages: false,
  }),
  row({
    title: 'caps every object by a global mode of suggest',
    settings: { mode: 'suggest' },
    objects: [oneRoute(incident)],
    ...untouched('suggested', 'mode-suggest'),
  }),
  row({
    title: 'lets an object stay below the global mode',
    settings: { mode: 'suggest' },
    objects: [oneRoute(incident, { annotations: MARKED, mode: 'observe' })],
    ...untouched('observed', 'mode-observe'),
  }),
  ...(
    [
      ['weightless/canary', 'payments/v2/x'],
      ['weightless/canary', ''],
      ['weightless/canary', 'pay ments'],
      ['weightless/canary', '/v2'],
      ['weightless/stable', 'payments/'],
      ['weightless/stable', 'v1,v2'],
      ['weightless/match', 'sloth_service in (payments)'],
      ['weightless/match', '='],
      ['weightless/sla', '30'],
      ['weightless/sla', 'soon'],
      ['weightless/hold', '0s'],
      ['weightless/hold', '-1h'],
      ['weightless/dark-launch', 'remove'],
      ['weightless/require-ready-stable', 'no'],
    ] as const
  ).map(([mark, value]) =>
    row({
      title: `refuses ${mark}: ${JSON.stringify(value)}, naming the mark`,
      objects: marked({ [mark]: value }),
      ...untouched('refused', 'invalid-marks', { says: [mark, 'allowed'] }),
      pages: true,
    }),
  ),
  row({
    title: 'names every malformed mark',
    objects: marked({ 'weightless/sla': 'x', 'weightless/hold': 'y' }),
    ...untouched('refused', 'invalid-marks', { says: ['weightless/sla', 'weightless/hold'] }),
  }),
  row({
    title: 'takes marks with spaces around them',
    objects: marked({ 'weightless/canary': ' v2 ', 'weightless/sla': ' 30s', 'weightless/hold': '1h30m' }),
    ...rolledBack(shifted),
  }),
  row({
    title: 'does not mind an annotation of ours that it does not know',
    objects: marked({ 'weightless/team': 'payments' }),
    ...rolledBack(shifted),
  }),
  row({
    title: 'does not let the malformed marks of one object stop the rollback of another',
    objects: [
      oneRoute(incident),
      virtualService(
        { hosts: ['reviews'], http: [{ route: [to('reviews/v1'), to('reviews/v2')] }] },
        { name: 'reviews', annotations: { 'weightless/sla': 'x', 'weightless/match': '=' } },
      ),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'names the object where only one of a canary’s two objects may be written',
    objects: [oneRoute(incident), oneRoute(incident, { name: 'second', annotations: MARKED, mode: 'suggest' })],
    results: [{ outcome: 'suggested', reason: 'mode-suggest', says: ['{ns}/second'] }],
    changes: { payments: shifted },
  }),
  row({
    title: 'tries all of a canary’s objects, and names the one that refuses',
    objects: [oneRoute(incident), oneRoute(incident, { name: 'second', annotations: MARKED, mode: 'on' })],
    results: [{ outcome: 'refused', reason: 'invalid-mode', says: ['{ns}/second', '{ns}/payments'] }],
    changes: { payments: shifted },
    pages: true,
  }),
  row({
    title: 'repoints a header route of an object whose mark says so, and keeps that of another object',
    objects: [
      virtualService(
        { http: [testers, { route: incident }] },
        { annotations: { ...MARKED, 'weightless/dark-launch': 'repoint' } },
      ),
      virtualService({ http: [testers, { route: incident }] }, { name: 'second', annotations: MARKED }),
    ],
    results: [{ outcome: 'rolled-back', residual: ['header-route http[0]'] }],
    changes: {
      payments: {
        'http.0.route.0.destination': at('payments/v1'),
        'http.1.route.0.weight': 100,
        'http.1.route.1.weight': 0,
      },
      second: { 'http.1.route.0.weight': 100, 'http.1.route.1.weight': 0 },
    },
  }),
  row({
    title: 'writes an object that has no annotations at all',
    objects: [oneRoute([to('payments/stable', 1), to('payments/canary', 99)], {})],
    ...rolledBack(shifted),
  }),
  row({
    title: 'writes an object whose annotations are an empty map',
    objects: [oneRoute([to('payments/stable', 1), to('payments/canary', 99)], { annotations: {} })],
    ...rolledBack(shifted),
  }),
  row({
    title: 'asks nobody about stable’s readiness where the mark says not to',
    objects: [
      oneRoute([to('payments', 1), to('payments-canary', 99)], {
        annotations: { ...MARKED_HOSTS, 'weightless/require-ready-stable': 'false' },
      }),
      endpointSlice({ 'payments-1': false }),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'takes the label of the only configured cluster',
    objects: [oneRoute(incident)],
    alerts: [{ labels: { cluster: 'test' } }],
    ...rolledBack(shifted),
  }),
  row({
    title: 'refuses an alert of a cluster that is not configured, and says which are',
    objects: [oneRoute(incident)],
    alerts: [{ labels: { cluster: 'elsewhere' } }],
    ...untouched('refused', 'cluster-unknown', { says: ['cluster=elsewhere', 'test'] }),
    pages: true,
  }),
  row({
    title: 'refuses an alert without a cluster label where two are configured',
    settings: { clusters: ['north', 'south'] },
    objects: [oneRoute(incident)],
    ...untouched('refused', 'cluster-unknown', { says: ['north', 'south'] }),
  }),
  row({
    title: 'asks the cluster that the alert names, of two',
    settings: { clusters: ['north', 'south'] },
    objects: [oneRoute(incident)],
    alerts: [{ labels: { cluster: 'south' } }],
    ...rolledBack(shifted),
  }),
  row({
    title: 'rolls back without the optional reads, where the settings turn them off',
    settings: { optionalReads: false },
    objects: [
      oneRoute([to('payments', 1), to('payments-canary', 99)], { annotations: MARKED_HOSTS }),
      endpointSlice({ 'payments-1': false }),
    ],
    ...rolledBack(shifted),
  }),
];
