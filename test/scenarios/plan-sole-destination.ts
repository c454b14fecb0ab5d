import { at, MARKED, MARKED_HOSTS, oneRoute, to, virtualService } from './objects.ts';
import { rolledBack, row, type Scenario, untouched } from './scenario.ts';

const testers = { match: [{ headers: { 'x-tester': { exact: 'yes' } } }] };
const weighted = { route: [to('payments/v1', 1), to('payments/v2', 99)] };
const shifted = (index: number) => ({
  [`http.${index}.route.0.weight`]: 100,
  [`http.${index}.route.1.weight`]: 0,
});
const repointed = { 'http.0.route.0.destination': at('payments/v1') };

/** A canary with no stable beside it: users are sent to stable, testers stay unless the mark says otherwise. */
export const PLAN_SOLE_DESTINATION: readonly Scenario[] = [
  row({
    title: 'sends a sole destination to stable, because zeroing it would do nothing',
    objects: [oneRoute([to('payments/v2')])],
    ...rolledBack(repointed),
  }),
  row({
    title: 'keeps the weight of a sole destination, also where it is 0',
    objects: [oneRoute([to('payments/v2', 0)])],
    ...rolledBack(repointed),
  }),
  row({
    title: 'keeps the weight beside a third destination',
    objects: [oneRoute([to('payments/v2', 30), to('reviews', 70)])],
    ...rolledBack(repointed),
  }),
  row({
    title: 'leaves a canary at 0 beside a third destination that has weight',
    objects: [oneRoute([to('payments/v2', 0), to('reviews', 70)])],
    ...untouched('already-zero', 'at-zero'),
  }),
  row({
    title: 'makes the repointed stable 100 where the route would end with a total of 0',
    objects: [oneRoute([to('payments/v2', 0), to('reviews', 0)])],
    ...rolledBack({ ...repointed, 'http.0.route.0.weight': 100 }),
  }),
  row({
    title: 'sends several listings of the canary to stable, each with its weight',
    objects: [oneRoute([to('payments/v2', 30), to('reviews', 50), to('payments/v2', 20)])],
    ...rolledBack({ ...repointed, 'http.0.route.2.destination': at('payments/v1') }),
  }),
  row({
    title: 'keeps the port of the route where stable is a subset of the same host',
    objects: [oneRoute([{ destination: at('payments/v2', 8080) }])],
    ...rolledBack({ 'http.0.route.0.destination': at('payments/v1', 8080) }),
  }),
  row({
    title: 'takes stable’s own port where another host has another one',
    objects: [
      virtualService(
        {
          http: [
            { match: [{ uri: { prefix: '/new' } }], route: [{ destination: at('payments-canary', 8081) }] },
            {
              route: [
                { destination: at('payments', 80), weight: 1 },
                { destination: at('payments-canary', 8081), weight: 99 },
              ],
            },
          ],
        },
        { annotations: MARKED_HOSTS },
      ),
    ],
    ...rolledBack({ 'http.0.route.0.destination': at('payments', 80), ...shifted(1) }),
  }),
  row({
    title: 'keeps the port where stable is listed with the same one',
    objects: [
      virtualService(
        {
          http: [
            { match: [{ uri: { prefix: '/new' } }], route: [{ destination: at('payments-canary', 80) }] },
            { route: [{ destination: at('payments', 80) }] },
          ],
        },
        { annotations: MARKED_HOSTS },
      ),
    ],
    ...rolledBack({ 'http.0.route.0.destination': at('payments', 80) }),
  }),
  row({
    title: 'drops the session cookie of a repointed destination, whatever its case, and no other header',
    objects: [
      oneRoute([
        to('payments/v2', undefined, {
          headers: {
            request: { set: { 'set-cookie': 'not-a-response' } },
            response: { set: { 'SET-COOKIE': 'pin=v2', 'x-version': 'v2' }, add: { 'set-cookie': 'b=2', vary: 'x' } },
          },
        }),
      ]),
    ],
    ...rolledBack({
      ...repointed,
      'http.0.route.0.headers.response.set.SET-COOKIE': null,
      'http.0.route.0.headers.response.add.set-cookie': null,
    }),
  }),
  row({
    title: 'keeps a header route to the canary for testers, and says so',
    objects: [
      virtualService({ http: [{ ...testers, route: [to('payments/v2')] }, weighted] }, { annotations: MARKED }),
    ],
    ...rolledBack(shifted(1), { residual: ['header-route http[0]'] }),
    pages: false,
  }),
  row({
    title: 'sends a header route to stable where the mark says repoint',
    objects: [
      virtualService(
        { http: [{ ...testers, route: [to('payments/v2')] }, weighted] },
        { annotations: { ...MARKED, 'weightless/dark-launch': 'repoint' } },
      ),
    ],
    ...rolledBack({ ...repointed, ...shifted(1) }),
  }),
  row({
    title: 'keeps a route for a query parameter like a header route',
    objects: [
      virtualService(
        { http: [{ match: [{ queryParams: { preview: { exact: '1' } } }], route: [to('payments/v2')] }, weighted] },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack(shifted(1), { residual: ['header-route http[0]'] }),
  }),
  row({
    title: 'keeps a route that asks for a header beside a cookie',
    objects: [
      virtualService(
        {
          http: [
            {
              name: 'testers',
              match: [{ headers: { cookie: { regex: '.*canary.*' }, 'x-tester': { exact: 'yes' } } }],
              route: [to('payments/v2')],
            },
            weighted,
          ],
        },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack(shifted(1), { residual: ['header-route testers'] }),
  }),
  ...(
    [
      ['a cookie', [{ headers: { cookie: { regex: '.*canary.*' } } }]],
      ['a cookie, written Cookie', [{ headers: { Cookie: { regex: '.*canary.*' } } }]],
      ['a query parameter named cookie', [{ queryParams: { cookie: { exact: '1' } } }]],
      ['a path', [{ uri: { prefix: '/new' } }]],
      [
        'a header in one match entry and a path in the other',
        [{ headers: { 'x-tester': { exact: 'yes' } } }, { uri: { prefix: '/new' } }],
      ],
      [
        'a header in one match entry and a cookie in the other',
        [{ headers: { 'x-tester': { exact: 'yes' } } }, { headers: { cookie: { exact: 'c' } } }],
      ],
      ['the authority, which Istio ignores as a header', [{ headers: { authority: { exact: 'payments' } } }]],
      ['the method, which Istio ignores as a header', [{ headers: { method: { exact: 'GET' } } }]],
      ['the absence of a header', [{ withoutHeaders: { 'x-old': { exact: '1' } } }]],
      ['an empty map of headers', [{ headers: {}, queryParams: {} }]],
      ['a source label', [{ sourceLabels: { app: 'shop' } }]],
      ['an empty match entry', [{}]],
      ['an empty list of match entries', []],
    ] as const
  ).map(([what, match]) =>
    row({
      title: `sends a sole destination to stable on a route that asks for ${what}: users take it`,
      objects: [virtualService({ http: [{ match, route: [to('payments/v2')] }, weighted] }, { annotations: MARKED })],
      ...rolledBack({ ...repointed, ...shifted(1) }),
    }),
  ),
  row({
    title: 'shifts the weights of a header route that holds stable, too',
    objects: [
      virtualService(
        { http: [{ ...testers, route: [to('payments/v1', 50), to('payments/v2', 50)] }, weighted] },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({ ...shifted(0), ...shifted(1) }),
  }),
  row({
    title: 'finds the canary at zero already where only a kept header route goes there',
    objects: [
      virtualService(
        { http: [{ ...testers, route: [to('payments/v2')] }, { route: [to('payments/v1')] }] },
        { annotations: MARKED },
      ),
    ],
    ...untouched('already-zero', 'at-zero', { residual: ['header-route http[0]'] }),
    pages: false,
  }),
  row({
    title: 'makes stable 100 in a header route whose weights are all 0: the gateway would refuse the table',
    objects: [
      virtualService(
        { http: [{ ...testers, route: [to('payments/v2', 0), to('reviews', 0)] }, weighted] },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({ ...repointed, 'http.0.route.0.weight': 100, ...shifted(1) }),
  }),
  row({
    title: 'takes a negative canary in a header route to 0: the gateway would refuse the table',
    objects: [
      virtualService(
        { http: [{ ...testers, route: [to('payments/v2', -5), to('reviews', 10)] }, weighted] },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack({ 'http.0.route.0.weight': 0, ...shifted(1) }),
  }),
  row({
    title: 'refuses a sole destination whose stable nobody knows',
    objects: [oneRoute([to('payments/v2')], { annotations: { 'weightless/canary': 'payments/v2' } })],
    ...untouched('refused', 'sole-destination', { says: ['weightless/stable', '{ns}/payments'] }),
    pages: true,
  }),
  row({
    title: 'uses a stable that is in no route: a subset of the canary’s host',
    objects: [oneRoute([to('payments/v2')], { annotations: { 'weightless/canary': 'v2', 'weightless/stable': 'v1' } })],
    ...rolledBack(repointed),
  }),
  row({
    title: 'uses a stable that is in no route: a host, where the canary is one',
    objects: [
      oneRoute([to('payments-canary')], {
        annotations: { 'weightless/canary': 'payments-canary', 'weightless/stable': 'payments-stable' },
      }),
    ],
    alerts: [{ labels: { destination_service_name: 'payments-canary' } }],
    ...rolledBack({ 'http.0.route.0.destination': at('payments-stable.{ns}.svc.cluster.local') }),
  }),
  row({
    title: 'keeps a weighted header route that holds the canary without stable',
    objects: [
      virtualService(
        { http: [{ ...testers, route: [to('payments/v2', 50), to('reviews', 50)] }, weighted] },
        { annotations: MARKED },
      ),
    ],
    ...rolledBack(shifted(1), { residual: ['header-route http[0]'] }),
  }),
  row({
    title: 'sends users to a stable that is a subset of another host',
    objects: [
      oneRoute([to('payments/v2')], {
        annotations: { 'weightless/canary': 'payments/v2', 'weightless/stable': 'payments-legacy/v1' },
      }),
    ],
    ...rolledBack({ 'http.0.route.0.destination': at('payments-legacy.{ns}.svc.cluster.local/v1') }),
  }),
  row({
    title: 'does not take a kept header route for a sole destination, where stable is not known',
    objects: [
      virtualService(
        { http: [{ ...testers, route: [to('payments/v2')] }, { route: [to('reviews')] }] },
        { annotations: { 'weightless/canary': 'payments/v2' } },
      ),
    ],
    ...untouched('already-zero', 'at-zero', { residual: ['header-route http[0]'] }),
  }),
];
