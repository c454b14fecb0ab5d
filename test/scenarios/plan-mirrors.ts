import { at, MARKED, MARKED_HOSTS, to, virtualService } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

const stable = [to('payments/v1', 100), to('payments/v2', 0)];
const mirrored = (more: Readonly<Record<string, unknown>>, annotations: Readonly<Record<string, string>> = MARKED) => [
  virtualService({ http: [{ route: stable, ...more }] }, { annotations }),
];

/** A mirror without a percentage copies every request to the canary, whatever its weight. */
export const PLAN_MIRRORS: readonly Scenario[] = [
  row({
    title: 'stops a mirror that has no percentage by an explicit 0',
    objects: mirrored({ mirror: at('payments/v2') }),
    ...rolledBack({ 'http.0.mirrorPercentage': { value: 0 } }),
  }),
  row({
    title: 'stops a mirror in the same patch as the weights',
    objects: [
      virtualService(
        {
          http: [
            {
              route: [to('payments/v1', 1), to('payments/v2', 99)],
              mirror: at('payments/v2'),
              mirrorPercentage: { value: 50 },
            },
          ],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({
      'http.0.route.0.weight': 100,
      'http.0.route.1.weight': 0,
      'http.0.mirrorPercentage': { value: 0 },
    }),
  }),
  row({
    title: 'stops a mirror whose percentage is in the deprecated field, by the one that beats it',
    objects: mirrored({ mirror: at('payments/v2'), mirrorPercent: 30 }),
    ...rolledBack({ 'http.0.mirrorPercentage': { value: 0 } }),
  }),
  row({
    title: 'stops a mirror whose percentage is in the older deprecated field',
    objects: mirrored({ mirror: at('payments/v2'), mirror_percent: 30 }),
    ...rolledBack({ 'http.0.mirrorPercentage': { value: 0 } }),
  }),
  row({
    title: 'stops a mirror whose deprecated percentage is null, which the CRD lets in: it copies everything',
    objects: mirrored({ mirror: at('payments/v2'), mirrorPercent: null }),
    ...rolledBack({ 'http.0.mirrorPercentage': { value: 0 } }),
  }),
  row({
    title: 'leaves a mirror whose deprecated percentage is 0',
    objects: mirrored({ mirror: at('payments/v2'), mirrorPercent: 0 }),
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'leaves a mirror at a percentage of 0',
    objects: mirrored({ mirror: at('payments/v2'), mirrorPercentage: { value: 0 } }),
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'leaves a mirror whose percentage is an empty object: that is 0',
    objects: mirrored({ mirror: at('payments/v2'), mirrorPercentage: {} }),
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'stops a mirror of half a percent',
    objects: mirrored({ mirror: at('payments/v2'), mirrorPercentage: { value: 0.5 } }),
    ...rolledBack({ 'http.0.mirrorPercentage': { value: 0 } }),
  }),
  row({
    title: 'leaves a mirror to another destination',
    objects: mirrored({ mirror: at('payments/v3'), mirrorPercentage: { value: 100 } }),
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'stops each of several mirrors that goes to the canary, and no other',
    objects: mirrored({
      mirrors: [
        { destination: at('payments/v2') },
        { destination: at('audit'), percentage: { value: 100 } },
        { destination: at('payments.{ns}.svc.cluster.local/v2'), percentage: { value: 10 } },
        { destination: at('payments/v2'), percentage: {} },
      ],
    }),
    ...rolledBack({
      'http.0.mirrors.0.percentage': { value: 0 },
      'http.0.mirrors.2.percentage': { value: 0 },
    }),
  }),
  row({
    title: 'stops a mirror to a canary host',
    objects: [
      virtualService(
        { http: [{ route: [to('payments', 100), to('payments-canary', 0)], mirror: at('payments-canary', 8080) }] },
        { annotations: MARKED_HOSTS },
      ),
    ],
    ...rolledBack({ 'http.0.mirrorPercentage': { value: 0 } }),
  }),
  row({
    title: 'stops the mirror of a header route, too',
    objects: [
      virtualService(
        {
          http: [
            {
              match: [{ headers: { 'x-tester': { exact: '1' } } }],
              route: [to('payments/v1')],
              mirror: at('payments/v2'),
            },
            { route: stable },
          ],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({ 'http.0.mirrorPercentage': { value: 0 } }),
  }),
  row({
    title: 'stops a mirror to a marked canary that no route sends to',
    objects: [
      virtualService({ http: [{ route: [to('payments/v1')], mirror: at('payments/v2') }] }, { annotations: MARKED }),
    ],
    ...rolledBack({ 'http.0.mirrorPercentage': { value: 0 } }),
  }),
  row({
    title: 'stops a mirror to a canary that is marked by one word and that no route sends to',
    objects: [
      virtualService(
        { http: [{ route: [to('payments/v1')], mirrors: [{ destination: at('payments/v2') }] }] },
        { annotations: { 'weightless/canary': 'v2' } },
      ),
    ],
    ...rolledBack({ 'http.0.mirrors.0.percentage': { value: 0 } }),
  }),
  row({
    title: 'finds a marked canary at zero already where only a stopped mirror names it',
    objects: [
      virtualService(
        { http: [{ route: [to('payments/v1')], mirror: at('payments/v2'), mirrorPercentage: { value: 0 } }] },
        { annotations: MARKED },
      ),
    ],
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'finds a mirror canary by its name',
    objects: [virtualService({ http: [{ route: [to('payments/stable')], mirror: at('payments/canary') }] })],
    ...rolledBack({ 'http.0.mirrorPercentage': { value: 0 } }),
  }),
  row({
    title: 'takes a mirror without marks for no canary: audits are mirrored, too',
    objects: [virtualService({ http: [{ route: [to('payments')], mirror: at('audit') }] })],
    ...untouched('skipped', 'no-canary'),
  }),
];
