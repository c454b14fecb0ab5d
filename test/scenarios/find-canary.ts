import { destinationRule, MARKED, oneRoute, rollout, to, virtualService } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

const incident = [to('payments/v1', 1), to('payments/v2', 99)];
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const marks = (canary: string, stable?: string) => ({
  annotations: { 'weightless/canary': canary, ...(stable === undefined ? {} : { 'weightless/stable': stable }) },
});
const versions = destinationRule({ v1: { version: '1.4.0' }, v2: { version: '1.5.0' }, v3: { version: '1.6.0' } });
const of = (version: string, label = 'destination_version') => [{ labels: { [label]: version } }];

/** Which destination is the canary: declared or discovered, never by the smaller weight. */
export const FIND_CANARY: readonly Scenario[] = [
  row({
    title: 'takes one word for the subset of the alerted host',
    objects: [oneRoute(incident, marks('v2', 'v1'))],
    ...rolledBack(shifted, { canary: 'payments.{ns}.svc.cluster.local/v2' }),
  }),
  row({
    title: 'takes one word for the subset of the alerted host first, where another host has one of that name',
    objects: [
      virtualService(
        { http: [{ route: incident }, { route: [to('reviews/v1', 1), to('reviews/v2', 99)] }] },
        marks('v2', 'v1'),
      ),
    ],
    ...rolledBack(shifted, { canary: 'payments.{ns}.svc.cluster.local/v2' }),
  }),
  row({
    title: 'takes one word for the subset of the only host that carries it',
    objects: [
      virtualService({ hosts: ['shop'], http: [{ route: incident }, { route: [to('reviews')] }] }, marks('v2', 'v1')),
    ],
    alerts: [{ labels: { destination_service_name: 'shop' } }],
    ...rolledBack(shifted),
  }),
  row({
    title: 'refuses one word that is a subset of two hosts, neither of them alerted',
    objects: [
      virtualService(
        { hosts: ['shop'], http: [{ route: incident }, { route: [to('reviews/v1', 1), to('reviews/v2', 99)] }] },
        marks('v2', 'v1'),
      ),
    ],
    alerts: [{ labels: { destination_service_name: 'shop' } }],
    ...untouched('refused', 'ambiguous-canary', { says: ['weightless/canary'] }),
    pages: true,
  }),
  row({
    title: 'takes one word for the host that it expands to',
    objects: [oneRoute([to('payments', 1), to('payments-next', 99)], marks('payments-next', 'payments'))],
    ...rolledBack(shifted, { canary: 'payments-next.{ns}.svc.cluster.local' }),
  }),
  row({
    title: 'takes a FQDN for a host',
    objects: [
      oneRoute([to('payments', 1), to('payments-next', 99)], marks('payments-next.{ns}.svc.cluster.local', 'payments')),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'refuses one word that is both a subset and a host',
    objects: [oneRoute([to('payments/v1', 1), to('payments/v2', 50), to('v2', 49)], marks('v2', 'payments/v1'))],
    ...untouched('refused', 'ambiguous-canary', { says: ['payments.{ns}.svc.cluster.local/v2', 'v2.{ns}'] }),
  }),
  row({
    title: 'refuses a stable of one word that is both a subset and a host',
    objects: [
      oneRoute(
        [to('reviews/payments', 1), to('payments', 50), to('payments-next', 49)],
        marks('payments-next', 'payments'),
      ),
    ],
    ...untouched('refused', 'ambiguous-canary', { says: ['weightless/stable'] }),
  }),
  row({
    title: 'refuses one word that is the host of several subsets',
    objects: [oneRoute(incident, marks('payments'))],
    ...untouched('refused', 'ambiguous-canary'),
  }),
  row({
    title: 'refuses a mark that names no destination beside several, and says what is allowed',
    objects: [oneRoute(incident, marks('v9'))],
    ...untouched('refused', 'invalid-marks', {
      says: ['weightless/canary', 'v9', 'payments.{ns}.svc.cluster.local/v2'],
    }),
    pages: true,
  }),
  row({
    title: 'refuses a mark by host and subset that names no destination beside several',
    objects: [oneRoute(incident, marks('reviews/v2'))],
    ...untouched('refused', 'invalid-marks'),
  }),
  row({
    title: 'takes a mark that names nothing beside one destination for a leftover of a promotion',
    objects: [oneRoute([to('payments/v1', 100)], marks('v9', 'v1'))],
    ...untouched('skipped', 'no-canary'),
  }),
  row({
    title: 'refuses marks that name one destination as both sides',
    objects: [oneRoute(incident, marks('v2', 'payments/v2'))],
    ...untouched('refused', 'invalid-marks', { says: ['weightless/stable'] }),
  }),
  row({
    title: 'takes the only other destination of the route for stable, where only the canary is marked',
    objects: [oneRoute(incident, marks('v2'))],
    ...rolledBack(shifted),
  }),
  row({
    title: 'takes the one that is called stable, where only the canary is marked and two others share its route',
    objects: [oneRoute([to('payments/stable', 1), to('payments/v2', 90), to('payments/v0', 9)], marks('v2'))],
    ...rolledBack({ 'http.0.route.0.weight': 91, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'refuses where only the canary is marked and two others could be stable',
    objects: [oneRoute([to('payments/v1', 1), to('payments/v2', 90), to('payments/v0', 9)], marks('v2'))],
    ...untouched('refused', 'ambiguous-canary', { says: ['stable'] }),
  }),
  row({
    title: 'takes the only other destination for the canary, where only stable is marked',
    objects: [oneRoute(incident, { annotations: { 'weightless/stable': 'v1' } })],
    ...rolledBack(shifted, { canary: 'payments.{ns}.svc.cluster.local/v2' }),
  }),
  row({
    title: 'takes the version of the alert for the canary, where stable is marked and two others could be it',
    objects: [
      oneRoute([to('payments/v1', 1), to('payments/v2', 90), to('payments/v3', 9)], {
        annotations: { 'weightless/stable': 'v1' },
      }),
      versions,
    ],
    alerts: of('1.5.0'),
    ...rolledBack({ 'http.0.route.0.weight': 91, 'http.0.route.1.weight': 0 }),
  }),
  row({
    title: 'refuses where stable is marked, two others could be the canary, and the alert has no version',
    objects: [
      oneRoute([to('payments/v1', 1), to('payments/v2', 90), to('payments/v3', 9)], {
        annotations: { 'weightless/stable': 'v1' },
      }),
      versions,
    ],
    ...untouched('refused', 'ambiguous-canary'),
  }),
  row({
    title: 'finds subsets by the names canary and stable, without marks',
    objects: [oneRoute([to('payments/stable', 1), to('payments/canary', 99)], {})],
    ...rolledBack(shifted, { canary: 'payments.{ns}.svc.cluster.local/canary' }),
  }),
  row({
    title: 'finds subsets by the names canary and primary, without marks',
    objects: [oneRoute([to('payments/primary', 1), to('payments/canary', 99)], {})],
    ...rolledBack(shifted),
  }),
  row({
    title: 'finds hosts by the names canary and primary, without marks',
    objects: [oneRoute([to('payments-primary', 1), to('payments-canary', 99)], {})],
    ...rolledBack(shifted, { canary: 'payments-canary.{ns}.svc.cluster.local' }),
  }),
  row({
    title: 'finds hosts by the names canary and stable, without marks',
    objects: [oneRoute([to('payments-stable', 1), to('payments-canary', 99)], {})],
    ...rolledBack(shifted),
  }),
  row({
    title: 'believes the marks more than the names',
    objects: [oneRoute([to('payments/stable', 99), to('payments/canary', 1)], marks('stable', 'canary'))],
    ...rolledBack({ 'http.0.route.0.weight': 0, 'http.0.route.1.weight': 100 }),
  }),
  row({
    title: 'refuses two destinations without any hint, however small the one’s weight is',
    objects: [oneRoute([to('payments/v1', 99), to('payments/v2', 1)], {})],
    ...untouched('refused', 'ambiguous-canary', { says: ['weightless/canary'] }),
    pages: true,
  }),
  row({
    title: 'refuses two hosts without any hint',
    objects: [oneRoute([to('payments', 99), to('payments-v2', 1)], {})],
    ...untouched('refused', 'ambiguous-canary'),
  }),
  row({
    title:
      'refuses two destinations without any hint, also where the alert names one’s version: the other may be no stable',
    objects: [oneRoute(incident, {}), versions],
    alerts: of('1.5.0'),
    ...untouched('refused', 'ambiguous-canary'),
  }),
  row({
    title: 'refuses a canary without a stable of that name',
    objects: [oneRoute([to('payments/v1', 1), to('payments/canary', 99)], {})],
    ...untouched('refused', 'ambiguous-canary'),
  }),
  row({
    title: 'refuses a canary beside both a stable and a primary',
    objects: [oneRoute([to('payments/stable', 1), to('payments/primary', 1), to('payments/canary', 98)], {})],
    ...untouched('refused', 'ambiguous-canary'),
  }),
  row({
    title: 'skips an object with one destination in many routes: an ordinary alert',
    objects: [
      virtualService({
        http: [
          { match: [{ uri: { prefix: '/a' } }], route: [to('payments')] },
          { match: [{ uri: { prefix: '/b' } }], route: [to('payments.{ns}.svc.cluster.local')] },
          { route: [to('payments', 0)] },
        ],
      }),
    ],
    ...untouched('skipped', 'no-canary'),
  }),
  row({
    title: 'skips an ordinary alert about one of several services of an object',
    objects: [
      virtualService({
        hosts: ['shop.example.com'],
        http: [{ match: [{ uri: { prefix: '/pay' } }], route: [to('payments')] }, { route: [to('reviews')] }],
      }),
    ],
    ...untouched('skipped', 'no-canary'),
  }),
  row({
    title: 'skips an object whose paths lead to a service each, also where the alert names none of them',
    objects: [
      virtualService(
        {
          hosts: ['shop.example.com'],
          http: [{ match: [{ uri: { prefix: '/pay' } }], route: [to('payments')] }, { route: [to('reviews')] }],
        },
        { annotations: { 'weightless/match': 'team=shop-{ns}' } },
      ),
    ],
    alerts: [
      {
        labels: {
          team: 'shop-{ns}',
          destination_service_name: undefined,
          destination_service_namespace: undefined,
          destination_version: undefined,
        },
      },
    ],
    ...untouched('skipped', 'no-canary'),
  }),
  row({
    title: 'rolls back where the alert names the canary’s version by the labels of the DestinationRule',
    objects: [oneRoute(incident, { annotations: MARKED }), versions],
    alerts: of('1.5.0'),
    ...rolledBack(shifted),
  }),
  row({
    title: 'rolls back where the alert’s version is the name of the canary’s subset, without a DestinationRule',
    objects: [oneRoute(incident, { annotations: MARKED })],
    alerts: of('v2'),
    ...rolledBack(shifted),
  }),
  row({
    title: 'rolls back where the alert’s version is one that nobody knows',
    objects: [oneRoute(incident, { annotations: MARKED })],
    alerts: of('1.5.0'),
    ...rolledBack(shifted),
  }),
  row({
    title: 'rolls back where the alert’s version is Istio’s unknown',
    objects: [oneRoute(incident, { annotations: MARKED }), versions],
    alerts: of('unknown'),
    ...rolledBack(shifted),
  }),
  row({
    title: 'takes the canonical revision for a version, and its default latest for none',
    objects: [oneRoute(incident, { annotations: MARKED }), versions],
    alerts: of('latest', 'destination_canonical_revision'),
    ...rolledBack(shifted),
  }),
  row({
    title: 'reads subsets that are labelled by the recommended version label',
    objects: [
      oneRoute(incident, { annotations: MARKED }),
      destinationRule({
        v1: { 'app.kubernetes.io/version': '1.4.0' },
        v2: { 'app.kubernetes.io/version': '1.5.0' },
      }),
    ],
    alerts: of('1.4.0'),
    ...untouched('refused', 'stable-is-breaching'),
  }),
  row({
    title: 'refuses where the alert is about stable, by the labels of the DestinationRule',
    objects: [oneRoute(incident, { annotations: MARKED }), versions],
    alerts: of('1.4.0'),
    ...untouched('refused', 'stable-is-breaching', { canary: 'payments.{ns}.svc.cluster.local/v2' }),
    pages: true,
  }),
  row({
    title: 'refuses where the alert is about stable, by the name of its subset',
    objects: [oneRoute(incident, { annotations: MARKED })],
    alerts: of('v1'),
    ...untouched('refused', 'stable-is-breaching'),
  }),
  row({
    title: 'refuses where the alert is about stable, though the canary was found by its name',
    objects: [
      oneRoute([to('payments/stable', 1), to('payments/canary', 99)], {}),
      destinationRule({ stable: { version: 'v1' }, canary: { version: 'v2' } }),
    ],
    alerts: of('v1', 'version'),
    ...untouched('refused', 'stable-is-breaching'),
  }),
  row({
    title: 'refuses where the alert’s version is a subset of neither side',
    objects: [oneRoute(incident, { annotations: MARKED }), versions],
    alerts: of('1.6.0'),
    ...untouched('refused', 'other-version', { canary: 'payments.{ns}.svc.cluster.local/v2' }),
    pages: true,
  }),
  row({
    title: 'refuses where the alert’s version is the name of a third subset of the object',
    objects: [oneRoute([to('payments/v1', 1), to('payments/v2', 90), to('payments/v3', 9)], { annotations: MARKED })],
    alerts: of('v3'),
    ...untouched('refused', 'other-version'),
  }),
  row({
    title: 'goes on where both sides have the alert’s version',
    objects: [
      oneRoute(incident, { annotations: MARKED }),
      destinationRule({
        v1: { version: '1', track: 'stable' },
        v2: { version: '1', track: 'canary' },
      }),
    ],
    alerts: of('1'),
    ...rolledBack(shifted),
  }),
  row({
    title: 'believes the labels of the DestinationRule more than a subset’s name',
    objects: [
      oneRoute(incident, { annotations: MARKED }),
      destinationRule({ v1: { version: 'v2' }, v2: { version: 'v1' } }),
    ],
    alerts: of('v2'),
    ...untouched('refused', 'stable-is-breaching'),
  }),
  row({
    title: 'reads a DestinationRule that is written in the namespace of the service by its short name',
    objects: [
      oneRoute([to('payments.{other}.svc.cluster.local/v1', 1), to('payments.{other}.svc.cluster.local/v2', 99)], {
        annotations: { 'weightless/canary': 'v2', 'weightless/stable': 'v1' },
      }),
      destinationRule({ v1: { version: '1.4.0' }, v2: { version: '1.5.0' } }, { namespace: '{other}' }),
    ],
    alerts: [{ labels: { destination_service_namespace: '{other}', destination_version: '1.4.0' } }],
    ...untouched('refused', 'stable-is-breaching'),
  }),
  row({
    title: 'does not take a Rollout that names another object for an owner',
    objects: [
      oneRoute(incident, { annotations: MARKED }),
      rollout({
        canaryService: 'payments-canary',
        stableService: 'payments',
        trafficRouting: { istio: { virtualService: { name: 'another' } } },
      }),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'finds hosts by their names also where they are written as FQDNs',
    objects: [
      oneRoute(
        [to('payments-primary.{ns}.svc.cluster.local', 1), to('payments-canary.{ns}.svc.cluster.local', 99)],
        {},
      ),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'does not pair a canary with the stable of another service',
    objects: [oneRoute([to('reviews-stable', 1), to('payments-canary', 99)], {})],
    ...untouched('refused', 'ambiguous-canary'),
  }),
  row({
    title: 'reads the subsets of a host from all its DestinationRules',
    objects: [
      oneRoute(incident, { annotations: MARKED }),
      destinationRule({ v1: { version: '1.4.0' } }),
      destinationRule({ v2: { version: '1.5.0' } }, { name: 'second', host: 'payments.{ns}.svc.cluster.local' }),
    ],
    alerts: of('1.4.0'),
    ...untouched('refused', 'stable-is-breaching'),
  }),
  row({
    title: 'does not read the subsets of another host with the same name elsewhere',
    objects: [
      oneRoute(incident, { annotations: MARKED }),
      destinationRule(
        { v1: { version: '1.5.0' }, v2: { version: '1.4.0' } },
        { host: 'payments.{other}.svc.cluster.local' },
      ),
    ],
    alerts: of('1.5.0'),
    ...rolledBack(shifted),
  }),
];
