import { at, destinationRule, MARKED, oneRoute, to, virtualService } from './objects.ts';
import { type AlertSpec, type Expectation, rolledBack, type Scenario, type Step, untouched } from './scenario.ts';

const incident = [to('payments/v1', 1), to('payments/v2', 99)];
const zeroed = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const putBack: Step = { somebody: 'payments', sets: { 'http.0.route.0.weight': 1, 'http.0.route.1.weight': 99 } };
const first: AlertSpec = {};
const later: AlertSpec = { firedLater: 20 };
const deliver = (expect: Expectation, ...alerts: AlertSpec[]): Step => ({
  deliver: alerts.length > 0 ? alerts : [first],
  expect,
});
const rollsBack = deliver(rolledBack(zeroed));
const journal = (edit: (entry: Record<string, unknown>) => unknown): Step => ({
  somebody: 'payments',
  annotates: {
    'weightless/journal': (text = '[]') => {
      const entries: unknown = JSON.parse(text);
      return JSON.stringify(Array.isArray(entries) ? entries.map(edit) : []);
    },
  },
});
const onePayments = (annotations: Readonly<Record<string, string>> = {}) => [
  oneRoute(incident, { annotations: { ...MARKED, ...annotations } }),
];

/** A firing acts once: again within its hold, it re-asserts; after the hold, a person decides; a new firing acts. */
export const FIRING_RULES: readonly Scenario[] = [
  {
    title: 'takes the canary to zero again where somebody puts it back within the hold',
    objects: onePayments(),
    steps: [rollsBack, putBack, rollsBack],
  },
  {
    title: 'takes the canary to zero again for the same firing where somebody gives it only a little',
    objects: onePayments(),
    steps: [
      rollsBack,
      { somebody: 'payments', sets: { 'http.0.route.0.weight': 95, 'http.0.route.1.weight': 5 } },
      rollsBack,
    ],
  },
  {
    title: 'leaves a canary that was put back to a person where its object says so',
    objects: onePayments({ 'weightless/on-revert': 'page' }),
    steps: [rollsBack, putBack, deliver({ ...untouched('suggested', 'put-back'), pages: true })],
  },
  {
    title: 'stops after five times in one hold: the canary is contested, and a person decides',
    objects: onePayments(),
    steps: [
      rollsBack,
      ...Array.from({ length: 5 }, () => [putBack, rollsBack]).flat(),
      putBack,
      deliver({ ...untouched('suggested', 'contested', { says: ['managedFields'] }), pages: true }),
    ],
  },
  {
    title: 'acts on a new firing where the old one is contested',
    objects: onePayments(),
    steps: [
      rollsBack,
      ...Array.from({ length: 5 }, () => [putBack, rollsBack]).flat(),
      putBack,
      deliver(rolledBack(zeroed), later),
    ],
  },
  {
    title: 'does not kill the next canary for a firing whose hold has expired',
    objects: onePayments({ 'weightless/hold': '1ms' }),
    steps: [
      deliver({ results: [{ outcome: 'rolled-back' }], changes: { payments: zeroed } }),
      putBack,
      deliver({ ...untouched('suggested', 'already-acted'), pages: true }),
    ],
  },
  ...['closed', 'released', 'restored'].map(
    (state): Scenario => ({
      title: `does not act again for a firing whose hold was ${state}`,
      objects: onePayments(),
      steps: [
        rollsBack,
        journal((entry) => ({ ...entry, state })),
        putBack,
        deliver(untouched('suggested', 'already-acted')),
      ],
    }),
  ),
  {
    title: 'acts on a new startsAt after the hold of the old one',
    objects: onePayments({ 'weightless/hold': '1ms' }),
    steps: [rollsBack, putBack, deliver(rolledBack(zeroed), later)],
  },
  {
    title: 'acts on a new startsAt within the hold of the old one',
    objects: onePayments(),
    steps: [rollsBack, putBack, deliver(rolledBack(zeroed), later)],
  },
  {
    title: 'acts on another alert about the same canary after the hold of the first',
    objects: onePayments({ 'weightless/hold': '1ms' }),
    steps: [rollsBack, putBack, deliver(rolledBack(zeroed), { fingerprint: 'latency' })],
  },
  {
    title: 'says of another alert that the canary is at zero already',
    objects: onePayments(),
    steps: [rollsBack, deliver(untouched('already-zero', 'at-zero'), { fingerprint: 'latency' })],
  },
  {
    title: 'says of each alert that one patch served that it was rolled back, also when they come alone later',
    objects: onePayments(),
    steps: [
      deliver(
        { results: [{ outcome: 'rolled-back' }, { outcome: 'rolled-back' }], changes: { payments: zeroed } },
        { fingerprint: 'errors' },
        { fingerprint: 'latency' },
      ),
      deliver({ results: [{ outcome: 'rolled-back' }] }, { fingerprint: 'latency' }),
      deliver({ results: [{ outcome: 'rolled-back' }] }, { fingerprint: 'errors' }),
    ],
  },
  {
    title: 'acts for the new firing of a delivery, not for the old one whose hold is over',
    objects: onePayments({ 'weightless/hold': '1ms' }),
    steps: [
      rollsBack,
      putBack,
      deliver(
        {
          results: [{ outcome: 'suggested', reason: 'already-acted' }, { outcome: 'rolled-back' }],
          changes: { payments: zeroed },
          again: [{ outcome: 'rolled-back' }, { outcome: 'rolled-back' }],
        },
        first,
        later,
      ),
    ],
  },
  {
    title: 'answers an alert whose repointed canary is in no route any more as rolled back',
    objects: [oneRoute([to('payments/v2')]), destinationRule({ v1: { version: '1' }, v2: { version: '2' } })],
    steps: [
      deliver(rolledBack({ 'http.0.route.0.destination': at('payments/v1') }), {
        labels: { destination_version: '2' },
      }),
      deliver({ results: [{ outcome: 'rolled-back' }] }, { labels: { destination_version: '2' } }),
    ],
  },
  {
    title: 'repoints again where somebody points a route to the canary again within the hold',
    objects: [oneRoute([to('payments/v2')])],
    steps: [
      deliver(rolledBack({ 'http.0.route.0.destination': at('payments/v1') })),
      { somebody: 'payments', sets: { 'http.0.route.0.destination': at('payments/v2') } },
      deliver(rolledBack({ 'http.0.route.0.destination': at('payments/v1') })),
    ],
  },
  {
    title: 'finishes a target whose second object comes later',
    objects: [
      oneRoute(incident),
      oneRoute([to('payments/v1', 100), to('payments/v2', 0)], { name: 'second', annotations: MARKED }),
    ],
    steps: [
      rollsBack,
      { somebody: 'second', sets: { 'http.0.route.0.weight': 1, 'http.0.route.1.weight': 99 } },
      deliver({ results: [{ outcome: 'rolled-back' }], changes: { second: zeroed } }),
    ],
  },
  {
    title: 'completes what was refused once somebody has mended the marks',
    objects: [oneRoute(incident, {})],
    steps: [
      deliver(untouched('refused', 'ambiguous-canary')),
      {
        somebody: 'payments',
        annotates: { 'weightless/canary': () => 'payments/v2', 'weightless/stable': () => 'payments/v1' },
      },
      rollsBack,
    ],
  },
  {
    title: 'says already-zero where somebody has mended by hand what was refused',
    objects: onePayments({ 'weightless/sla': 'soon' }),
    steps: [
      deliver(untouched('refused', 'invalid-marks')),
      { somebody: 'payments', sets: zeroed, annotates: { 'weightless/sla': () => undefined } },
      deliver(untouched('already-zero', 'at-zero')),
    ],
  },
  {
    title: 'does nothing for a resolved alert, also where the canary is back',
    objects: onePayments(),
    steps: [rollsBack, putBack, deliver(untouched('skipped', 'resolved'), { status: 'resolved' })],
  },
  {
    title: 'ignores a journal that is garbage, and overwrites it',
    objects: onePayments({ 'weightless/journal': '}not json' }),
    steps: [rollsBack],
  },
  {
    title: 'ignores journal entries of another shape',
    objects: onePayments({ 'weightless/journal': '[null, 7, {"v":2}, {"v":1,"alerts":"all"}]' }),
    steps: [rollsBack],
  },
  {
    title: 'ignores a journal that is no list',
    objects: onePayments({ 'weightless/journal': '{"v":1}' }),
    steps: [rollsBack],
  },
  {
    title: 'ignores the entries of a journal that was copied with the object: their uid is another one',
    objects: onePayments(),
    steps: [
      rollsBack,
      journal((entry) => ({ ...entry, uid: '00000000-0000-4000-8000-000000000000', state: 'closed' })),
      putBack,
      rollsBack,
    ],
  },
  {
    title: 'acts where somebody has deleted the journal',
    objects: onePayments(),
    steps: [rollsBack, { ...putBack, annotates: { 'weightless/journal': () => undefined } }, rollsBack],
  },
  {
    title: 'rolls back an object whose annotations leave no room for a journal',
    objects: onePayments({ 'example.com/blob': 'x'.repeat(256 * 1024 - 200) }),
    steps: [rollsBack],
  },
  {
    title: 'rolls back an object whose annotations leave room for a part of the journal',
    objects: onePayments({ 'example.com/blob': 'x'.repeat(256 * 1024 - 1200) }),
    steps: [rollsBack],
  },
  {
    title: 'rolls back an object of Flux whose annotations leave no room for a journal, and hardly any for Flux',
    objects: [
      oneRoute(incident, {
        annotations: { ...MARKED, 'example.com/blob': 'x'.repeat(256 * 1024 - 200) },
        labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' },
      }),
    ],
    steps: [rollsBack],
  },
  {
    title: 'keeps the journal below its limit over many firings',
    objects: onePayments(),
    steps: Array.from({ length: 10 }, (_, index) => [deliver(rolledBack(zeroed), { firedLater: index }), putBack])
      .flat()
      .slice(0, -1),
  },
  {
    title: 'serves more alerts by one patch than the journal names',
    objects: onePayments(),
    steps: [
      {
        deliver: Array.from({ length: 25 }, (_, index) => ({ fingerprint: `alert ${index}` })),
        expect: {
          results: Array.from({ length: 25 }, () => ({ outcome: 'rolled-back' as const })),
          changes: { payments: zeroed },
        },
      },
    ],
  },
  {
    title: 'acts on each object of a target by its own journal',
    objects: [
      oneRoute(incident),
      virtualService({ http: [{ route: [to('payments/v2')] }] }, { name: 'second', annotations: MARKED }),
    ],
    steps: [
      deliver({
        results: [{ outcome: 'rolled-back' }],
        changes: { payments: zeroed, second: { 'http.0.route.0.destination': at('payments/v1') } },
      }),
      putBack,
      deliver({ results: [{ outcome: 'rolled-back' }], changes: { payments: zeroed } }),
    ],
  },
];
