import { type DestinationKey, keyOf, sameDestination } from './destination.ts';
import type { Edit } from './json-patch.ts';
import type { HttpRoute, VirtualService } from './virtual-service.ts';

/**
 * A mirror without a percentage copies every request, whatever the weights; an explicit 0 stops it (istio:
 * pilot/pkg/networking/core/route/route.go, MirrorPercent: `mirrorPercentage` beats the deprecated `mirrorPercent`).
 */
export function planMirrors({ metadata, spec }: VirtualService, canary: DestinationKey): Edit[] {
  const isCanary = (destination: HttpRoute['mirror']) =>
    destination !== undefined && sameDestination(keyOf(destination, metadata.namespace), canary);
  return (spec.http ?? []).flatMap((route, index) => {
    const path = `/spec/http/${index}`;
    const single =
      isCanary(route.mirror) && mirrorPercent(route) > 0
        ? [stop(`${path}/mirrorPercentage`, route.mirrorPercentage)]
        : [];
    const several = (route.mirrors ?? []).flatMap(({ destination, percentage }, position) =>
      isCanary(destination) && percentOf(percentage) > 0
        ? [stop(`${path}/mirrors/${position}/percentage`, percentage)]
        : [],
    );
    return [...single, ...several];
  });
}

/** What requests of the object are copied to. */
export function mirroredDestinations({ metadata, spec }: VirtualService): DestinationKey[] {
  const mirrors = (spec.http ?? []).flatMap(({ mirror, mirrors: several = [] }) => [
    ...(mirror ? [mirror] : []),
    ...several.map(({ destination }) => destination),
  ]);
  return mirrors.map((destination) => keyOf(destination, metadata.namespace));
}

function stop(path: string, from: HttpRoute['mirrorPercentage']): Edit {
  return { path, from, to: { value: 0 } };
}

/** How much of a route's requests its `mirror` gets, in percent. */
export function mirrorPercent(route: HttpRoute): number {
  if (route.mirrorPercentage) return percentOf(route.mirrorPercentage);
  return route.mirrorPercent ?? route.mirror_percent ?? 100;
}

/** An absent percentage is all of them, one without a value none. */
export function percentOf(percentage: HttpRoute['mirrorPercentage']): number {
  return percentage ? (percentage.value ?? 0) : 100;
}
