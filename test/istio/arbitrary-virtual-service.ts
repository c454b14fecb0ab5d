import fc from 'fast-check';
import type { DestinationKey } from '#shared/domain/destination.ts';
import type { HttpRoute, RouteDestination } from '#shared/domain/virtual-service.ts';
import { aVirtualService, type RawVirtualService } from '#test/builders/virtual-service.ts';
import { fullName } from './evaluate.ts';

/** Few names, so that canary and stable meet in every way: short, qualified, dotted and literal, with and without subset. */
const host = fc.constantFrom(
  'app',
  'app.prod.svc.cluster.local',
  'app.prod',
  'app-canary',
  'app-canary.prod.svc.cluster.local',
  'other',
  'app.elsewhere.svc.cluster.local',
);
const subset = fc.constantFrom(undefined, undefined, '', 'v1', 'v2', 'v3');
const weight = fc.oneof(
  fc.constantFrom(undefined, 0, 0, 1, 50, 99, 100),
  fc.integer({ min: -50, max: 300 }),
  fc.constant(2_000_000_000),
);
const port = fc.constantFrom(undefined, undefined, { number: 80 }, { number: 8080 });
const header = fc.constantFrom('Set-Cookie', 'set-cookie', 'x-version', 'a/b~c');
const headerValues = fc.option(fc.dictionary(header, fc.constantFrom('a', 'session=v2'), { noNullPrototype: true }), {
  nil: undefined,
});

/** Absent keys are absent, not undefined: that is what JSON has. */
function compact<T extends object>(record: T): T {
  const kept = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as T;
}

const destination = fc.record({ host, subset, port }).map(compact);
const headers = fc.option(fc.record({ response: fc.record({ set: headerValues, add: headerValues }).map(compact) }), {
  nil: undefined,
});
const weighted: fc.Arbitrary<RouteDestination> = fc.record({ destination, weight, headers }).map(compact);
const route = fc.array(weighted, { minLength: 1, maxLength: 4 });

const keys = fc.constantFrom('x-canary', 'cookie', 'Cookie', 'uri', 'end-user');
const exact = fc.constant({ exact: 'yes' });
const match = fc
  .record({
    headers: fc.option(fc.dictionary(keys, exact, { maxKeys: 2, noNullPrototype: true }), { nil: undefined }),
    queryParams: fc.option(fc.dictionary(keys, exact, { maxKeys: 1, noNullPrototype: true }), { nil: undefined }),
    uri: fc.option(fc.constant({ prefix: '/pay' }), { nil: undefined }),
  })
  .map(compact);
const percentage = fc.option(fc.record({ value: fc.constantFrom(undefined, 0, 0.5, 50, 100) }).map(compact), {
  nil: undefined,
});
const percent = fc.constantFrom(undefined, undefined, null, 0, 30);

const forwarding: fc.Arbitrary<HttpRoute> = fc
  .record({
    name: fc.constantFrom(undefined, 'everyone'),
    match: fc.option(fc.array(match, { maxLength: 2 }), { nil: undefined }),
    route,
    mirror: fc.option(destination, { nil: undefined }),
    mirrors: fc.option(fc.array(fc.record({ destination, percentage }).map(compact), { maxLength: 2 }), {
      nil: undefined,
    }),
    mirrorPercentage: percentage,
    mirrorPercent: percent,
    mirror_percent: percent,
    timeout: fc.constantFrom(undefined, '5s'),
  })
  .map(compact);
const other: fc.Arbitrary<HttpRoute> = fc.constantFrom(
  { redirect: { uri: '/new' } } as HttpRoute,
  { directResponse: { status: 503 } } as HttpRoute,
  { delegate: { name: 'inner', namespace: 'prod' } },
);
const http = fc.array(fc.oneof({ weight: 5, arbitrary: forwarding }, { weight: 1, arbitrary: other }), {
  maxLength: 4,
});
const l4 = fc.array(fc.record({ match: fc.constant([{ port: 443 }]), route }), { maxLength: 2 });

/** Anything that Istio's CRD lets in, and much that Istio's validation would not. */
export const arbitraryVirtualService: fc.Arbitrary<RawVirtualService> = fc
  .record({
    spec: fc
      .record({
        hosts: fc.constant(['app']),
        http,
        tls: fc.option(l4, { nil: undefined }),
        tcp: fc.option(l4, { nil: undefined }),
      })
      .map(compact),
    annotations: fc.constantFrom({}, { team: 'payments' }),
  })
  .map((parts) => aVirtualService({ ...parts, name: 'app', namespace: 'prod' }));

const key = fc
  .record({
    host: fc.constantFrom(
      'app.prod.svc.cluster.local',
      'app-canary.prod.svc.cluster.local',
      'other.prod.svc.cluster.local',
      'app.prod',
    ),
    subset: fc.constantFrom(undefined, 'v1', 'v2'),
  })
  .map(compact);

/** A canary, and a stable that is another destination, or is not known. */
export type Sides = { readonly canary: DestinationKey; readonly stable?: DestinationKey | undefined };

const anySides: fc.Arbitrary<Sides> = fc
  .record({ canary: key, stable: fc.option(key, { nil: undefined, freq: 6 }) })
  .filter(({ canary, stable }) => canary.host !== stable?.host || canary.subset !== stable?.subset);

/** Sides that the object names, so that they meet in its routes more often than by chance. */
function sidesOf({ metadata, spec }: RawVirtualService): fc.Arbitrary<Sides> {
  const routes = [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])].flatMap(
    ({ route: list = [] }) => list,
  );
  const names = [...new Set(routes.map((entry) => fullName(entry.destination, metadata.namespace)))];
  if (names.length < 2) return anySides;
  return fc.shuffledSubarray(names, { minLength: 2, maxLength: 2 }).map(([canary = '', stable = '']) => ({
    canary: parse(canary),
    stable: parse(stable),
  }));
}

function parse(name: string): DestinationKey {
  const [host = '', subset] = name.split('/');
  return subset ? { host, subset } : { host };
}

/** A VirtualService with sides and a way with testers: all that a plan is made of. */
export const arbitraryCase = arbitraryVirtualService.chain((object) =>
  fc.record({
    object: fc.constant(object),
    sides: fc.oneof({ weight: 3, arbitrary: sidesOf(object) }, { weight: 1, arbitrary: anySides }),
    darkLaunch: fc.constantFrom('keep' as const, 'repoint' as const),
  }),
);
