import { at, MARKED, oneRoute, to, virtualService } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

const incident = [to('payments/v1', 1), to('payments/v2', 99)];
const shifted = { 'http.0.route.0.weight': 100, 'http.0.route.1.weight': 0 };
const unmanaged = (http: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) =>
  virtualService({ hosts: ['api.example.com'], http }, { name: 'public', mode: null, ...more });

/** What can still reach the canary afterwards, in objects that nobody will take to zero. */
export const RESIDUAL: readonly Scenario[] = [
  row({
    title: 'pages for weight to the canary in an unmanaged object',
    objects: [oneRoute(incident), unmanaged([{ name: 'api', route: incident }])],
    ...rolledBack(shifted, { residual: ['unmanaged-virtual-service api'] }),
    pages: true,
  }),
  row({
    title: 'pages for a sole destination in an unmanaged object, also at weight 0',
    objects: [oneRoute(incident), unmanaged([{ route: [to('payments/v2', 0)] }])],
    ...rolledBack(shifted, { residual: ['unmanaged-virtual-service http[0]'] }),
    pages: true,
  }),
  row({
    title: 'pages for an unmanaged object of another namespace',
    objects: [
      oneRoute(incident),
      unmanaged([{ route: [to('payments.{ns}.svc.cluster.local/v2')] }], { namespace: '{other}' }),
    ],
    ...rolledBack(shifted, { residual: ['unmanaged-virtual-service http[0]'] }),
    pages: true,
  }),
  row({
    title: 'does not tell of an unmanaged object of another namespace whose short name is another service',
    objects: [oneRoute(incident), unmanaged([{ route: [to('payments/v2')] }], { namespace: '{other}' })],
    ...rolledBack(shifted),
    pages: false,
  }),
  row({
    title: 'does not tell of an unmanaged object that has the canary at 0',
    objects: [oneRoute(incident), unmanaged([{ route: [to('payments/v1', 100), to('payments/v2', 0)] }])],
    ...rolledBack(shifted),
  }),
  row({
    title: 'pages for a mirror of an unmanaged object',
    objects: [oneRoute(incident), unmanaged([{ route: [to('payments/v1')], mirror: at('payments/v2') }])],
    ...rolledBack(shifted, { residual: ['unmanaged-mirror mirror'] }),
    pages: true,
  }),
  row({
    title: 'tells of a header route of an unmanaged object without paging',
    objects: [
      oneRoute(incident),
      unmanaged([{ match: [{ headers: { 'x-tester': { exact: '1' } } }], route: [to('payments/v2')] }]),
    ],
    ...rolledBack(shifted, { residual: ['header-route http[0]'] }),
    pages: false,
  }),
  row({
    title: 'pages for an unmanaged tcp route',
    objects: [
      oneRoute(incident),
      virtualService({ hosts: ['db'], tcp: [{ route: [to('payments/v2')] }] }, { name: 'db', mode: null }),
    ],
    ...rolledBack(shifted, { residual: ['unmanaged-virtual-service tcp[0]'] }),
    pages: true,
  }),
  row({
    title: 'tells of an unmanaged object also where the canary was at zero already',
    objects: [oneRoute([to('payments/v1', 100), to('payments/v2', 0)]), unmanaged([{ route: [to('payments/v2')] }])],
    ...untouched('already-zero', 'at-zero', { residual: ['unmanaged-virtual-service http[0]'] }),
    pages: true,
  }),
  row({
    title: 'tells of all that is left, in one answer',
    objects: [
      virtualService(
        {
          http: [
            { name: 'testers', match: [{ headers: { 'x-tester': { exact: '1' } } }], route: [to('payments/v2')] },
            { name: 'all', match: [{ uri: { prefix: '/all' } }], route: [to('payments')] },
            { name: 'broken', match: [{ uri: { prefix: '/b' } }], route: [to('reviews', 0), to('ratings', 0)] },
            { name: 'main', route: incident },
          ],
        },
        { annotations: MARKED },
      ),
      unmanaged([{ route: [to('payments/v2')], mirror: at('payments/v2') }]),
    ],
    ...rolledBack(
      { 'http.3.route.0.weight': 100, 'http.3.route.1.weight': 0 },
      {
        residual: [
          'header-route testers',
          'overlapping-destination all',
          'route-table-invalid broken',
          'unmanaged-mirror mirror',
          'unmanaged-virtual-service http[0]',
        ],
      },
    ),
    pages: true,
  }),
];
