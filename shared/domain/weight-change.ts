import { formatDestination, keyOf } from './destination.ts';
import { type Edit, withEdits } from './json-patch.ts';
import { mirrorPercent, percentOf } from './plan-mirrors.ts';
import { routesOf, weightOf } from './routes.ts';
import { type HttpRoute, nameOf, type VirtualService } from './virtual-service.ts';

/** One route before and after; weights as Istio reads them, an absent one as 0. */
export type WeightChange = {
  /** `namespace/name`. */
  readonly virtualService: string;
  readonly route: string;
  readonly before: readonly Share[];
  readonly after: readonly Share[];
};
export type Share = { readonly to: string; readonly weight: number };

/** The routes that the edits change, as people compare them. A mirror that is stopped, or goes on, is a route of its own. */
export function weightChanges(object: VirtualService, edits: readonly Edit[]): WeightChange[] {
  const after = withEdits({ metadata: object.metadata, spec: object.spec }, edits);
  const changedRoutes = routesOf(object).filter(({ path }) =>
    edits.some((edit) => edit.path.startsWith(`${path}/route/`)),
  );
  const later = new Map(routesOf(after).map((route) => [route.path, route]));
  const shares = (route: (typeof changedRoutes)[number] | undefined) =>
    (route?.destinations ?? []).map(({ key, entry }) => ({ to: formatDestination(key), weight: weightOf(entry) }));
  const routes = changedRoutes.map((route) => ({
    virtualService: nameOf(object),
    route: route.label,
    before: shares(route),
    after: shares(later.get(route.path)),
  }));
  return [...routes, ...mirrorChanges(object, after.spec, edits)];
}

function mirrorChanges(object: VirtualService, later: VirtualService['spec'], edits: readonly Edit[]): WeightChange[] {
  const mirrors = edits.filter(({ path }) => /\/(mirrorPercentage|mirrors\/\d+\/percentage)$/.test(path));
  return mirrors.flatMap(({ path }) => {
    const [, , , index, , position] = path.split('/');
    const place = position === undefined ? undefined : Number(position);
    const route = object.spec.http?.[Number(index)];
    const before = shareOf(route, place);
    const after = shareOf(later.http?.[Number(index)], place);
    if (!route || !before || !after) return [];
    const to = formatDestination(keyOf(before.mirror, object.metadata.namespace));
    const label = `${route.name || `http[${index}]`} mirror`;
    return [
      {
        virtualService: nameOf(object),
        route: label,
        before: [{ to, weight: before.weight }],
        after: [{ to, weight: after.weight }],
      },
    ];
  });
}

/** A mirror of a route, by its place among several or the only one, and how much it gets, in percent. */
function shareOf(route: HttpRoute | undefined, place: number | undefined) {
  const copy = place === undefined ? undefined : route?.mirrors?.[place];
  const mirror = place === undefined ? route?.mirror : copy?.destination;
  if (!route || !mirror) return undefined;
  return { mirror, weight: copy ? percentOf(copy.percentage) : mirrorPercent(route) };
}
