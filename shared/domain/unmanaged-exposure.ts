import { type DestinationKey, sameDestination } from './destination.ts';
import { MARK } from './marks.ts';
import { planMirrors } from './plan-mirrors.ts';
import type { Residual } from './residual.ts';
import { openDestinations, routesOf } from './routes.ts';
import { nameOf, type VirtualService } from './virtual-service.ts';

/** What objects without our mode label still send to the canary: nobody will take that to zero. */
export function unmanagedExposure(all: readonly VirtualService[], canary: DestinationKey): Residual[] {
  return all
    .filter((object) => !Object.hasOwn(object.metadata.labels, MARK.mode))
    .flatMap((object) => [...routesTo(object, canary), ...mirrorsTo(object, canary)]);
}

function routesTo(object: VirtualService, canary: DestinationKey): Residual[] {
  return routesOf(object)
    .filter((route) => openDestinations(route).some(({ key }) => sameDestination(key, canary)))
    .map((route) => ({
      kind: route.headerRoute ? 'header-route' : 'unmanaged-virtual-service',
      virtualService: nameOf(object),
      route: route.label,
      what: `${nameOf(object)} has no ${MARK.mode} label, and its route ${route.label} sends to the canary`,
    }));
}

function mirrorsTo(object: VirtualService, canary: DestinationKey): Residual[] {
  if (planMirrors(object, canary).length === 0) return [];
  const what = `${nameOf(object)} has no ${MARK.mode} label and mirrors requests to the canary`;
  return [{ kind: 'unmanaged-mirror', virtualService: nameOf(object), route: 'mirror', what }];
}
