/**
 * The part of an Istio VirtualService (networking.istio.io/v1) that a rollback reads.
 * Objects of this type are loose parses of the real ones: keys not named here are still present and survive.
 */
export type VirtualService = {
  readonly metadata: ObjectMeta;
  readonly spec: VirtualServiceSpec;
};

export type ObjectMeta = {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** False where the object has no `metadata.annotations` at all: a JSON Patch must then add the map first. */
  readonly hasAnnotations: boolean;
  readonly ownerReferences: readonly OwnerReference[];
  /** Who wrote the object, by field manager, with the API server's time (whole seconds). */
  readonly managedFields: readonly FieldManager[];
};

export type FieldManager = {
  readonly manager: string;
  readonly time?: number | undefined;
  /** True where what it wrote last of the routes still stands. */
  readonly ownsRoutes?: boolean | undefined;
};

export type OwnerReference = { readonly apiVersion: string; readonly kind: string; readonly name: string };

export type VirtualServiceSpec = {
  readonly hosts?: readonly string[] | undefined;
  readonly http?: readonly HttpRoute[] | undefined;
  readonly tls?: readonly L4Route[] | undefined;
  readonly tcp?: readonly L4Route[] | undefined;
};

export type Destination = {
  readonly host: string;
  readonly subset?: string | undefined;
  readonly port?: { readonly number?: number | undefined } | undefined;
};

export type RouteDestination = {
  readonly destination: Destination;
  readonly weight?: number | undefined;
  readonly headers?: { readonly response?: HeaderOperations | undefined } | undefined;
};

export type HeaderOperations = {
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly add?: Readonly<Record<string, string>> | undefined;
};

export type HttpMatch = {
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly queryParams?: Readonly<Record<string, unknown>> | undefined;
};

export type HttpRoute = {
  readonly name?: string | undefined;
  readonly match?: readonly HttpMatch[] | undefined;
  readonly route?: readonly RouteDestination[] | undefined;
  readonly delegate?: { readonly name?: string | undefined; readonly namespace?: string | undefined } | undefined;
  readonly mirror?: Destination | undefined;
  readonly mirrors?: readonly Mirror[] | undefined;
  readonly mirrorPercentage?: Percent | undefined;
  /** Deprecated spellings, still served, null like absent. `mirrorPercentage` beats them. */
  readonly mirrorPercent?: number | null | undefined;
  readonly mirror_percent?: number | null | undefined;
};

export type Mirror = { readonly destination: Destination; readonly percentage?: Percent | undefined };
export type Percent = { readonly value?: number | undefined };
export type L4Route = { readonly route?: readonly RouteDestination[] | undefined };

/** `namespace/name`: how people and kubectl name an object. */
export function nameOf(virtualService: VirtualService): string {
  return `${virtualService.metadata.namespace}/${virtualService.metadata.name}`;
}
