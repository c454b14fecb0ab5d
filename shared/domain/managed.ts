import { type DestinationKey, distinctDestinations, expandHost } from './destination.ts';
import { type Marks, readMarks } from './marks.ts';
import { mirroredDestinations } from './plan-mirrors.ts';
import { routedDestinations } from './routes.ts';
import { nameOf, type VirtualService } from './virtual-service.ts';

/** A VirtualService that opted in by its mode label, with what the search needs of it read once. */
export type Managed = {
  readonly object: VirtualService;
  readonly name: string;
  readonly marks: Marks;
  /** `spec.hosts` as FQDNs. */
  readonly hosts: readonly string[];
  /** Its own destinations, then those of the delegates that it hands requests to and that are managed, too. */
  readonly destinations: readonly DestinationKey[];
  /** What their requests are copied to: a canary may get no other traffic. */
  readonly mirrored: readonly DestinationKey[];
  /** `namespace/name` of its delegates. */
  readonly delegates: readonly string[];
};

/** Reads a list of managed objects; delegates are looked up among the list. */
export function readManaged(objects: readonly VirtualService[]): Managed[] {
  const byName = new Map(objects.map((object) => [nameOf(object), object]));
  return objects.map((object) => {
    const { metadata, spec } = object;
    const delegates = delegatesOf(object);
    const handed = delegates.map((name) => byName.get(name)).filter((one) => one !== undefined);
    return {
      object,
      name: nameOf(object),
      marks: readMarks(object),
      hosts: (spec.hosts ?? []).map((host) => expandHost(host, metadata.namespace)),
      destinations: distinctDestinations([object, ...handed].flatMap(routedDestinations)),
      mirrored: distinctDestinations([object, ...handed].flatMap(mirroredDestinations)),
      delegates,
    };
  });
}

/** A delegate's weights live in the delegate; without a namespace it is in the root's (istio: Delegate). */
export function delegatesOf({ metadata, spec }: VirtualService): string[] {
  const names = (spec.http ?? []).map(({ delegate }) =>
    delegate?.name ? `${delegate.namespace || metadata.namespace}/${delegate.name}` : undefined,
  );
  return [...new Set(names.filter((name) => name !== undefined))];
}
