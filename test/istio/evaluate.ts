/**
 * What Istio makes of a VirtualService, from its own rules and not from ours: who gets which share of a route's requests,
 * who gets copies, and what makes the gateway refuse the whole route table. Read from istio's pkg/config/validation and
 * pilot/pkg/networking/core/route; it shares no code with what it judges.
 */
export type EvaluatedRoute = {
  readonly path: string;
  /** Only requests that carry a header or a query parameter (a cookie does not count) take this route. */
  readonly testersOnly: boolean;
  /** Share of the route's requests by destination, 0 to 1; nothing where the route is refused. */
  readonly shares: ReadonlyMap<string, number>;
  /** Percentage of the requests that are copied, by destination. */
  readonly copies: ReadonlyMap<string, number>;
  readonly refused?: string | undefined;
  /** What the weights add up to, an absent one taken as 0. */
  readonly sum: number;
};

type Destination = { host: string; subset?: string | undefined };
type Weighted = { destination: Destination; weight?: number | null | undefined };
type Percentage = { value?: number | undefined } | undefined;
type HttpRoute = {
  match?: readonly { headers?: object | undefined; queryParams?: object | undefined }[] | undefined;
  route?: readonly Weighted[] | undefined;
  mirror?: Destination | undefined;
  mirrors?: readonly { destination: Destination; percentage?: Percentage }[] | undefined;
  mirrorPercentage?: Percentage;
  mirrorPercent?: number | null | undefined;
  mirror_percent?: number | null | undefined;
};
export type Evaluable = {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly http?: readonly HttpRoute[] | undefined;
    readonly tls?: readonly { route?: readonly Weighted[] | undefined }[] | undefined;
    readonly tcp?: readonly { route?: readonly Weighted[] | undefined }[] | undefined;
  };
};

/** Every route that has destinations. */
export function evaluate({ metadata: { namespace }, spec }: Evaluable): EvaluatedRoute[] {
  const http = (spec.http ?? []).map((route, index) => ({
    ...weighted(`/spec/http/${index}`, route.route ?? [], namespace),
    testersOnly: isForTesters(route),
    copies: copiesOf(route, namespace),
  }));
  const plain = (['tls', 'tcp'] as const).flatMap((protocol) =>
    (spec[protocol] ?? []).map(({ route = [] }, index) => ({
      ...weighted(`/spec/${protocol}/${index}`, route, namespace),
      testersOnly: false,
      copies: new Map<string, number>(),
    })),
  );
  return [...http, ...plain].filter(({ shares, refused, copies }) => shares.size + copies.size > 0 || refused);
}

function weighted(path: string, route: readonly Weighted[], namespace: string) {
  const weights = route.map(({ weight }) => weight ?? 0);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const refused = weights.some((weight) => weight < 0)
    ? 'negative weight'
    : route.length > 1 && sum === 0
      ? 'total of 0'
      : undefined;
  const shares = new Map<string, number>();
  if (refused) return { path, shares, refused, sum };
  for (const { destination, weight } of route) {
    const share = route.length === 1 ? 1 : (weight ?? 0) / sum;
    const name = fullName(destination, namespace);
    shares.set(name, (shares.get(name) ?? 0) + share);
  }
  return { path, shares, sum };
}

function copiesOf(route: HttpRoute, namespace: string): Map<string, number> {
  const copies = new Map<string, number>();
  const old = route.mirrorPercent ?? route.mirror_percent ?? 100;
  if (route.mirror) copies.set(fullName(route.mirror, namespace), percentOf(route.mirrorPercentage, old));
  for (const { destination, percentage } of route.mirrors ?? []) {
    const name = fullName(destination, namespace);
    copies.set(name, (copies.get(name) ?? 0) + percentOf(percentage, 100));
  }
  return copies;
}

/** A percentage without a value is 0; without a percentage it is what the older spelling, or nothing, means. */
function percentOf(percentage: Percentage, otherwise: number): number {
  return percentage ? (percentage.value ?? 0) : otherwise;
}

/** A short name belongs to the namespace of the VirtualService; one with a dot is taken as it is. */
export function fullName({ host, subset }: Destination, namespace: string): string {
  const name = host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`;
  return subset ? `${name}/${subset}` : name;
}

function isForTesters({ match = [] }: HttpRoute): boolean {
  // Istio has fields of their own for these, and ignores them among the headers.
  const noHeaders = ['cookie', 'uri', 'scheme', 'method', 'authority'];
  return (
    match.length > 0 &&
    match.every(({ headers = {}, queryParams = {} }) => {
      const keys = Object.keys(headers).filter((key) => !noHeaders.includes(key.toLowerCase()));
      return keys.length > 0 || Object.keys(queryParams).some((key) => key.toLowerCase() !== 'cookie');
    })
  );
}
