import { destinationRule, endpointSlice, MARKED, MARKED_HOSTS, oneRoute, pod, to } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

const byHost = (...more: Parameters<typeof row>[0]['objects']) => [
  oneRoute([to('payments', 1), to('payments-canary', 99)], { annotations: MARKED_HOSTS }),
  ...more,
];
const bySubset = (...more: Parameters<typeof row>[0]['objects']) => [
  oneRoute([to('payments/v1', 1), to('payments/v2', 99)], { annotations: MARKED }),
  destinationRule({ v1: { version: 'v1' }, v2: { version: 'v2' } }),
  pod('one', { version: 'v1' }),
  pod('two', { version: 'v2' }),
  ...more,
];
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const ready = rolledBack(shifted);
const notReady = { ...untouched('refused', 'stable-not-ready', { says: ['require-ready-stable'] }), pages: true };

/** All users must not be sent to a side that is known to be down; what is not known stops nothing. */
export const READINESS: readonly Scenario[] = [
  row({
    title: 'refuses a stable host none of whose endpoints is ready',
    objects: byHost(endpointSlice({ a: false, b: false })),
    ...notReady,
  }),
  row({
    title: 'goes on with a stable host one of whose endpoints is ready',
    objects: byHost(endpointSlice({ a: false, b: true })),
    ...ready,
  }),
  row({
    title: 'goes on with a stable host one of whose slices has a ready endpoint',
    objects: byHost(endpointSlice({ a: false }), endpointSlice({ b: true }, { name: 'second' })),
    ...ready,
  }),
  row({ title: 'goes on with a stable host that has no slice in this cluster', objects: byHost(), ...ready }),
  row({ title: 'goes on with a stable host whose slice is empty', objects: byHost(endpointSlice({})), ...ready }),
  row({
    title: 'does not ask about the endpoints of the canary’s own host',
    objects: byHost(endpointSlice({ a: false }, { service: 'payments-canary' })),
    ...ready,
  }),
  row({
    title: 'goes on with a stable that is outside of the cluster',
    objects: [
      oneRoute([to('payments.example.com', 1), to('payments-canary', 99)], {
        annotations: { 'weightless/canary': 'payments-canary', 'weightless/stable': 'payments.example.com' },
      }),
      endpointSlice({ a: false }),
    ],
    ...ready,
  }),
  row({
    title: 'refuses a stable subset whose pods are not ready, though the canary’s are',
    objects: bySubset(endpointSlice({ one: false, two: true })),
    ...notReady,
  }),
  row({
    title: 'goes on with a stable subset one of whose pods is ready',
    objects: bySubset(pod('three', { version: 'v1' }), endpointSlice({ one: false, two: true, three: true })),
    ...ready,
  }),
  row({
    title: 'goes on with a stable subset whose pods are ready, though the canary’s are not',
    objects: bySubset(endpointSlice({ one: true, two: false })),
    ...ready,
  }),
  row({
    title: 'goes on with a stable subset none of whose pods is among the endpoints',
    objects: bySubset(endpointSlice({ two: false })),
    ...ready,
  }),
  row({
    title: 'goes on with a stable subset whose labels nobody knows',
    objects: [oneRoute([to('payments/v1', 1), to('payments/v2', 99)]), endpointSlice({ one: false, two: false })],
    ...ready,
  }),
  row({
    title: 'says that the canary is at zero, whatever stable’s readiness is',
    objects: [
      oneRoute([to('payments', 100), to('payments-canary', 0)], { annotations: MARKED_HOSTS }),
      endpointSlice({ a: false }),
    ],
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'suggests without asking about stable’s readiness',
    objects: [
      oneRoute([to('payments', 1), to('payments-canary', 99)], { annotations: MARKED_HOSTS, mode: 'suggest' }),
      endpointSlice({ a: false }),
    ],
    ...untouched('suggested', 'mode-suggest'),
  }),
];
