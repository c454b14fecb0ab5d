import { destinationRule, MARKED, oneRoute, to, virtualService } from './objects.ts';
import { type AlertSpec, rolledBack, row, type Scenario, untouched } from './scenario.ts';

const incident = [to('payments/v1', 1), to('payments/v2', 99)];
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const withoutIstio = { destination_service_name: undefined, destination_service_namespace: undefined };
const reviews = (annotations: Readonly<Record<string, string>> = {}) =>
  virtualService(
    { hosts: ['reviews'], http: [{ route: [to('reviews/v1', 1), to('reviews/v2', 99)] }] },
    { name: 'reviews', annotations: { 'weightless/canary': 'v2', 'weightless/stable': 'v1', ...annotations } },
  );
const weak = (more: AlertSpec['labels'], annotations: AlertSpec['annotations'] = {}): AlertSpec[] => [
  { labels: { ...withoutIstio, namespace: '{ns}', ...more }, annotations },
];

/** From an alert to the VirtualServices that it is about, or to why there is none. */
export const FIND_TARGET: readonly Scenario[] = [
  row({
    title: 'finds the object that a label names outright',
    objects: [oneRoute(incident, { name: 'any-name', annotations: MARKED }), reviews()],
    alerts: [{ labels: { ...withoutIstio, weightless_virtualservice: '{ns}/any-name' } }],
    results: [{ outcome: 'rolled-back', canary: 'payments.{ns}.svc.cluster.local/v2' }],
    changes: { 'any-name': shifted },
  }),
  row({
    title: 'finds the object that an annotation names outright, whatever the other labels say',
    objects: [oneRoute(incident, { annotations: MARKED }), reviews()],
    alerts: [{ annotations: { weightless_virtualservice: '{ns}/reviews' } }],
    results: [{ outcome: 'rolled-back', canary: 'reviews.{ns}.svc.cluster.local/v2' }],
    changes: { reviews: shifted },
  }),
  row({
    title: 'does not look further where the object that a label names is not managed',
    objects: [oneRoute(incident, { annotations: MARKED, mode: null })],
    alerts: [{ labels: { weightless_virtualservice: '{ns}/payments' } }],
    ...untouched('skipped', 'no-managed-virtual-service', { says: ['weightless_virtualservice={ns}/payments'] }),
  }),
  row({
    title: 'finds the object by its own selector on the labels of the alert',
    objects: [
      oneRoute(incident, { annotations: { ...MARKED, 'weightless/match': 'sloth_service=pay-{ns},tier!=batch' } }),
    ],
    alerts: [{ labels: { ...withoutIstio, sloth_service: 'pay-{ns}', sloth_severity: 'page', severity: undefined } }],
    ...rolledBack(shifted),
  }),
  row({
    title: 'does not find an object whose selector fits in part only',
    objects: [
      oneRoute(incident, { annotations: { ...MARKED, 'weightless/match': 'sloth_service=pay-{ns},tier!=batch' } }),
    ],
    alerts: [{ labels: { ...withoutIstio, sloth_service: 'pay-{ns}', tier: 'batch' } }],
    ...untouched('skipped', 'no-managed-virtual-service'),
  }),
  row({
    title: 'takes both canaries to zero where two objects’ selectors fit the alert',
    objects: [
      oneRoute(incident, { annotations: { ...MARKED, 'weightless/match': 'team={ns}' } }),
      reviews({ 'weightless/match': 'team={ns}' }),
    ],
    alerts: [{ labels: { ...withoutIstio, team: '{ns}' } }],
    results: [
      { outcome: 'rolled-back', canary: 'payments.{ns}.svc.cluster.local/v2' },
      { outcome: 'rolled-back', canary: 'reviews.{ns}.svc.cluster.local/v2' },
    ],
    changes: { payments: shifted, reviews: shifted },
  }),
  row({
    title: 'finds by Istio’s labels what routes to the service, whatever its hosts are',
    objects: [
      virtualService(
        { hosts: ['shop.example.com'], gateways: ['shop'], http: [{ route: incident }] },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'finds by Istio’s labels what clients of the service go through',
    objects: [
      oneRoute([to('payments-v1', 1), to('payments-v2', 99)], {
        annotations: { 'weightless/canary': 'payments-v2', 'weightless/stable': 'payments-v1' },
      }),
    ],
    ...rolledBack(shifted, { canary: 'payments-v2.{ns}.svc.cluster.local' }),
  }),
  row({
    title: 'finds an object by the name of the canary’s own service',
    objects: [
      virtualService(
        { hosts: ['shop.example.com'], http: [{ route: [to('payments-v1', 1), to('payments-v2', 99)] }] },
        { annotations: { 'weightless/canary': 'payments-v2', 'weightless/stable': 'payments-v1' } },
      ),
    ],
    alerts: [{ labels: { destination_service_name: 'payments-v2' } }],
    ...rolledBack(shifted),
  }),
  row({
    title: 'takes every managed object that routes to the canary with it, also one that the alert does not name',
    objects: [
      oneRoute(incident, { annotations: MARKED }),
      virtualService(
        {
          hosts: ['api.example.com'],
          gateways: ['public'],
          http: [{ route: [to('payments/v1', 50), to('payments/v2', 50)] }],
        },
        { name: 'public', annotations: MARKED },
      ),
      virtualService(
        { hosts: ['other.example.com'], http: [{ route: [to('payments.{ns}.svc.cluster.local/v2')] }] },
        { name: 'far', namespace: '{other}' },
      ),
    ],
    alerts: [{ labels: { weightless_virtualservice: '{ns}/payments' } }],
    results: [{ outcome: 'rolled-back', virtualServices: ['{ns}/payments', '{ns}/public', '{other}/far'] }],
    changes: {
      payments: shifted,
      public: shifted,
      '{other}/far': { 'http.0.route.0.destination': { host: 'payments.{ns}.svc.cluster.local', subset: 'v1' } },
    },
  }),
  row({
    title: 'suggests where service and namespace alone name the target',
    objects: [oneRoute(incident)],
    alerts: weak({ service: 'payments' }),
    ...untouched('suggested', 'weak-identity', { canary: 'payments.{ns}.svc.cluster.local/v2' }),
    pages: false,
  }),
  row({
    title: 'suggests where app and namespace alone name the target',
    objects: [oneRoute(incident)],
    alerts: weak({ app: 'payments' }),
    ...untouched('suggested', 'weak-identity'),
  }),
  row({
    title: 'acts on service and namespace alone where a label of the alert asks for it',
    objects: [oneRoute(incident)],
    alerts: weak({ service: 'payments', weightless_action: 'rollback' }),
    ...rolledBack(shifted),
  }),
  row({
    title: 'acts on app and namespace alone where an annotation of the alert asks for it',
    objects: [oneRoute(incident)],
    alerts: weak({ app: 'payments' }, { weightless_action: 'rollback' }),
    ...rolledBack(shifted),
  }),
  row({
    title: 'suggests where the alert asks for something else than a rollback',
    objects: [oneRoute(incident)],
    alerts: weak({ service: 'payments', weightless_action: 'yes' }),
    ...untouched('suggested', 'weak-identity'),
  }),
  row({
    title: 'says of a weak identity that the canary is at zero, where it is',
    objects: [oneRoute([to('payments/v1', 100), to('payments/v2', 0)])],
    alerts: weak({ service: 'payments' }),
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'takes a service label that is a FQDN, without a namespace',
    objects: [oneRoute(incident)],
    alerts: [
      { labels: { ...withoutIstio, service: 'payments.{ns}.svc.cluster.local', weightless_action: 'rollback' } },
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'does not guess the namespace of a service',
    objects: [oneRoute(incident)],
    alerts: [{ labels: { ...withoutIstio, service: 'payments', weightless_action: 'rollback' } }],
    ...untouched('skipped', 'no-managed-virtual-service'),
  }),
  row({
    title: 'does not take Istio’s unknown for a name',
    objects: [oneRoute(incident)],
    alerts: [{ labels: { destination_service_name: 'unknown' } }],
    ...untouched('skipped', 'no-managed-virtual-service'),
  }),
  row({
    title: 'skips an unknown service, and says which labels it looked at',
    objects: [oneRoute(incident)],
    alerts: [{ labels: { destination_service_name: 'ratings' } }],
    ...untouched('skipped', 'no-managed-virtual-service', { says: ['destination_service_name=ratings'] }),
  }),
  row({
    title: 'skips a service of the same name in another namespace',
    objects: [oneRoute(incident)],
    alerts: [{ labels: { destination_service_namespace: 'another-{ns}' } }],
    ...untouched('skipped', 'no-managed-virtual-service'),
  }),
  row({
    title: 'skips an object without the mode label',
    objects: [oneRoute(incident, { annotations: MARKED, mode: null })],
    ...untouched('skipped', 'no-managed-virtual-service'),
  }),
  ...[
    ['climbs out of its path', '../../secrets'],
    ['is upper case', 'Payments'],
    ['has 300 characters', 'p'.repeat(300)],
    ['has a line break', 'payments\nx'],
    ['has a slash', 'payments/v2'],
    ['has a question mark', 'payments?x=1'],
    ['has an underscore', 'payment_svc'],
  ].map(([what, name]) =>
    row({
      title: `skips an alert whose service name ${what}`,
      objects: [oneRoute(incident)],
      alerts: [{ labels: { destination_service_name: name } }],
      ...untouched('skipped', 'invalid-target', { says: ['destination_service_name'] }),
    }),
  ),
  row({
    title: 'skips an alert whose namespace could be none',
    objects: [oneRoute(incident)],
    alerts: [{ labels: { destination_service_namespace: '../{ns}' } }],
    ...untouched('skipped', 'invalid-target', { says: ['destination_service_namespace'] }),
  }),
  ...['{ns}', '{ns}/', '/payments', '{ns}/payments/x', '../payments', '{ns}/../payments', '{ns}/Payments'].map((name) =>
    row({
      title: `skips an alert that names the object ${name}`,
      objects: [oneRoute(incident)],
      alerts: [{ labels: { weightless_virtualservice: name } }],
      ...untouched('skipped', 'invalid-target', { says: ['weightless_virtualservice'] }),
    }),
  ),
  row({
    title: 'skips an alert whose weak service label could be no name',
    objects: [oneRoute(incident)],
    alerts: weak({ service: 'Payments API' }),
    ...untouched('skipped', 'invalid-target', { says: ['service'] }),
  }),
  row({
    title: 'does not mind a service label that could be no name beside Istio’s labels',
    objects: [oneRoute(incident)],
    alerts: [{ labels: { service: 'Payments API', namespace: 'Prod!' } }],
    ...rolledBack(shifted),
  }),
  row({
    title: 'refuses where two objects of the alerted host have different canaries',
    objects: [
      oneRoute(incident, { annotations: MARKED }),
      oneRoute([to('payments/v1', 50), to('payments/v3', 50)], {
        name: 'beta',
        annotations: { 'weightless/canary': 'payments/v3', 'weightless/stable': 'payments/v1' },
      }),
    ],
    ...untouched('refused', 'ambiguous-target', { says: ['/v2', '/v3'] }),
    pages: true,
  }),
  row({
    title: 'decides each alert of a mixed group by itself, in the order delivered',
    objects: [oneRoute(incident, { annotations: MARKED }), reviews()],
    alerts: [
      { fingerprint: 'a', labels: { destination_service_name: 'ratings' } },
      { fingerprint: 'b' },
      { fingerprint: 'c', labels: { severity: 'warning' } },
      { fingerprint: 'd', labels: { destination_service_name: 'reviews' } },
      { fingerprint: 'e', status: 'resolved' },
      { fingerprint: 'f', labels: { destination_service_name: 'UPPER' } },
    ],
    results: [
      { outcome: 'skipped', reason: 'no-managed-virtual-service' },
      { outcome: 'rolled-back', canary: 'payments.{ns}.svc.cluster.local/v2' },
      { outcome: 'skipped', reason: 'not-an-slo-alert' },
      { outcome: 'rolled-back', canary: 'reviews.{ns}.svc.cluster.local/v2' },
      { outcome: 'skipped', reason: 'resolved' },
      { outcome: 'skipped', reason: 'invalid-target' },
    ],
    changes: { payments: shifted, reviews: shifted },
  }),
  row({
    title: 'takes two alerts about one target as one rollback',
    objects: [oneRoute(incident)],
    alerts: [
      { fingerprint: 'errors' },
      { fingerprint: 'latency', labels: { alertname: 'CanaryLatency' }, firedLater: 3 },
    ],
    results: [{ outcome: 'rolled-back' }, { outcome: 'rolled-back' }],
    changes: { payments: shifted },
  }),
  row({
    title: 'answers the same alert twice where it is delivered twice',
    objects: [oneRoute(incident)],
    alerts: [{}, {}],
    results: [{ outcome: 'rolled-back' }, { outcome: 'rolled-back' }],
    changes: { payments: shifted },
  }),
  row({
    title: 'goes on where there is nothing else to read about the target',
    objects: [oneRoute(incident), destinationRule({ v9: { version: 'v9' } }, { name: 'far', namespace: '{other}' })],
    ...rolledBack(shifted),
  }),
];
