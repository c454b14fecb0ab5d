import { destinationRule, FLAGGER_OWNER, MARKED, MARKED_HOSTS, oneRoute, rollout, to } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

const incident = [to('payments/v1', 1), to('payments/v2', 99)];
const byHost = [to('payments-primary', 1), to('payments-canary', 99)];
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const hostRollout = (name = 'payments', meta = {}) =>
  rollout(
    {
      canaryService: 'payments-canary',
      stableService: 'payments-primary',
      trafficRouting: { istio: { virtualService: { name, routes: ['primary'] } } },
    },
    meta,
  );
const subsetRollout = rollout({
  trafficRouting: {
    istio: {
      virtualServices: [{ name: 'other' }, { name: 'payments' }],
      destinationRule: { name: 'payments', canarySubsetName: 'next', stableSubsetName: 'current' },
    },
  },
});
const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };

/** Who else writes the object, and what that means for a patch of ours. */
export const OWNERS: readonly Scenario[] = [
  row({
    title: 'refuses an object that Flagger owns: its next tick would ramp the canary up again',
    objects: [oneRoute(byHost, { ownerReferences: FLAGGER_OWNER })],
    ...untouched('refused', 'managed-by-flagger', {
      canary: 'payments-canary.{ns}.svc.cluster.local',
      says: ['Flagger', '{ns}/payments'],
    }),
    pages: true,
  }),
  row({
    title: 'refuses an object that Flagger owns, also where it is marked',
    objects: [oneRoute(byHost, { ownerReferences: FLAGGER_OWNER, annotations: MARKED_HOSTS })],
    alerts: [{ labels: { destination_service_name: 'payments-canary' } }],
    results: [{ outcome: 'refused', reason: 'managed-by-flagger' }],
  }),
  row({
    title: 'says that the canary of Flagger is at zero, where it is',
    objects: [oneRoute([to('payments-primary', 100), to('payments-canary', 0)], { ownerReferences: FLAGGER_OWNER })],
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'observes an object of Flagger where the mode is observe',
    objects: [oneRoute(byHost, { ownerReferences: FLAGGER_OWNER, mode: 'observe' })],
    ...untouched('observed', 'mode-observe'),
  }),
  row({
    title: 'refuses an object of Flagger whose canary nothing tells, as Flagger’s',
    objects: [oneRoute(incident, { ownerReferences: FLAGGER_OWNER, annotations: {} })],
    ...untouched('refused', 'managed-by-flagger'),
  }),
  row({
    title: 'does not take another owner of that kind for Flagger',
    objects: [
      oneRoute(incident, {
        annotations: MARKED,
        ownerReferences: FLAGGER_OWNER.map((owner) => ({ ...owner, apiVersion: 'example.com/v1' })),
      }),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'refuses an object that a Rollout names, by host: it would put the weight back at once',
    objects: [oneRoute(byHost, {}), hostRollout()],
    ...untouched('refused', 'managed-by-rollouts', {
      canary: 'payments-canary.{ns}.svc.cluster.local',
      says: ['Rollout {ns}/payments'],
    }),
    pages: true,
  }),
  row({
    title: 'refuses an object that a Rollout names, by subset',
    objects: [
      oneRoute([to('payments/current', 1), to('payments/next', 99)], {}),
      destinationRule({ current: { hash: 'a' }, next: { hash: 'b' } }),
      subsetRollout,
    ],
    ...untouched('refused', 'managed-by-rollouts', { canary: 'payments.{ns}.svc.cluster.local/next' }),
  }),
  row({
    title: 'refuses an object that a Rollout names by subset, where its DestinationRule cannot be found',
    objects: [oneRoute([to('payments/current', 1), to('payments/next', 99)], {}), subsetRollout],
    ...untouched('refused', 'managed-by-rollouts', { canary: 'payments.{ns}.svc.cluster.local/next' }),
  }),
  row({
    title: 'refuses an object that a Rollout of another namespace names',
    objects: [oneRoute(incident), hostRollout('payments.{ns}', { namespace: '{other}' })],
    ...untouched('refused', 'managed-by-rollouts', { says: ['{other}/payments'] }),
  }),
  row({
    title: 'does not take a Rollout of another namespace that names its own object for an owner',
    objects: [oneRoute(incident), hostRollout('payments', { namespace: '{other}' })],
    ...rolledBack(shifted),
  }),
  row({
    title: 'says that the canary of a Rollout is at zero, where it is',
    objects: [oneRoute([to('payments-primary', 100), to('payments-canary', 0)], {}), hostRollout()],
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'believes the marks more than the Rollout about the sides, and still leaves the weights to it',
    objects: [
      oneRoute(byHost, {
        annotations: { 'weightless/canary': 'payments-primary', 'weightless/stable': 'payments-canary' },
      }),
      hostRollout(),
    ],
    ...untouched('refused', 'managed-by-rollouts', { canary: 'payments-primary.{ns}.svc.cluster.local' }),
  }),
  row({
    title: 'tells Flux to leave the object alone, in the same patch',
    objects: [oneRoute(incident, { annotations: MARKED, labels: flux })],
    ...rolledBack(shifted),
  }),
  row({
    title: 'tells Flux to leave an object alone that has no annotations',
    objects: [oneRoute([to('payments/stable', 1), to('payments/canary', 99)], { labels: flux })],
    ...rolledBack(shifted),
  }),
  row({
    title: 'tells Flux once more where it was told to reconcile',
    objects: [
      oneRoute(incident, {
        annotations: { ...MARKED, 'kustomize.toolkit.fluxcd.io/reconcile': 'enabled' },
        labels: flux,
      }),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'leaves a Flux that was told to leave the object alone as it is',
    objects: [
      oneRoute(incident, {
        annotations: { ...MARKED, 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' },
        labels: flux,
      }),
    ],
    ...rolledBack(shifted),
  }),
  row({
    title: 'patches an object of Argo CD and of Helm like any other',
    objects: [
      oneRoute(incident, {
        annotations: {
          ...MARKED,
          'argocd.argoproj.io/tracking-id': 'shop:networking.istio.io/VirtualService:x/payments',
        },
        labels: { 'app.kubernetes.io/instance': 'shop', 'app.kubernetes.io/managed-by': 'Helm' },
      }),
    ],
    ...rolledBack(shifted),
  }),
];
