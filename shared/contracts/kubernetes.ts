import * as z from 'zod/mini';
import { expandHost } from '#shared/domain/destination.ts';
import type { DestinationRule, Endpoints, Rollout } from '#shared/domain/surroundings.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';

/** Only the fields used; loose, so that what we do not know survives in the parse. */
const strings = z.record(z.string(), z.string());

const ObjectMetaSchema = z.looseObject({
  name: z.string(),
  namespace: z.string(),
  uid: z.optional(z.string()),
  resourceVersion: z.optional(z.string()),
  labels: z.optional(strings),
  annotations: z.optional(strings),
  ownerReferences: z.optional(z.array(z.looseObject({ apiVersion: z.string(), kind: z.string(), name: z.string() }))),
  managedFields: z.optional(z.array(z.looseObject({ manager: z.optional(z.string()), time: z.optional(z.string()) }))),
});

const DestinationSchema = z.looseObject({
  host: z.string(),
  subset: z.optional(z.string()),
  port: z.optional(z.looseObject({ number: z.optional(z.number()) })),
});
const HeaderOperationsSchema = z.looseObject({ set: z.optional(strings), add: z.optional(strings) });
const RouteDestinationSchema = z.looseObject({
  destination: DestinationSchema,
  weight: z.optional(z.number()),
  headers: z.optional(z.looseObject({ response: z.optional(HeaderOperationsSchema) })),
});
const PercentSchema = z.looseObject({ value: z.optional(z.number()) });
const anything = z.record(z.string(), z.unknown());
const HttpRouteSchema = z.looseObject({
  name: z.optional(z.string()),
  match: z.optional(z.array(z.looseObject({ headers: z.optional(anything), queryParams: z.optional(anything) }))),
  route: z.optional(z.array(RouteDestinationSchema)),
  delegate: z.optional(z.looseObject({ name: z.optional(z.string()), namespace: z.optional(z.string()) })),
  mirror: z.optional(DestinationSchema),
  mirrors: z.optional(
    z.array(z.looseObject({ destination: DestinationSchema, percentage: z.optional(PercentSchema) })),
  ),
  mirrorPercentage: z.optional(PercentSchema),
  // Istio's CRD lets null in here, and it means the same as nothing.
  mirrorPercent: z.nullish(z.number()),
  mirror_percent: z.nullish(z.number()),
});
const L4RouteSchema = z.looseObject({ route: z.optional(z.array(RouteDestinationSchema)) });

const VirtualServiceSchema = z.looseObject({
  metadata: ObjectMetaSchema,
  spec: z.optional(
    z.looseObject({
      hosts: z.optional(z.array(z.string())),
      http: z.optional(z.array(HttpRouteSchema)),
      tls: z.optional(z.array(L4RouteSchema)),
      tcp: z.optional(z.array(L4RouteSchema)),
    }),
  ),
});

/** @throws ZodError where the object is not what Istio's CRD lets in. */
export function parseVirtualService(json: unknown): VirtualService {
  const { metadata, spec } = VirtualServiceSchema.parse(json);
  return {
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      uid: metadata.uid ?? '',
      resourceVersion: metadata.resourceVersion ?? '',
      labels: metadata.labels ?? {},
      annotations: metadata.annotations ?? {},
      hasAnnotations: metadata.annotations !== undefined,
      ownerReferences: metadata.ownerReferences ?? [],
      managedFields: (metadata.managedFields ?? []).map(({ manager, time }) => ({
        manager: manager ?? '',
        time: time === undefined ? undefined : Date.parse(time),
      })),
    },
    spec: spec ?? {},
  };
}

const ListSchema = z.looseObject({ items: z.array(z.unknown()) });

/** The items of a Kubernetes list, not yet parsed. */
export function parseItems(json: unknown): unknown[] {
  return ListSchema.parse(json).items;
}

const DestinationRuleSchema = z.looseObject({
  metadata: ObjectMetaSchema,
  spec: z.looseObject({
    host: z.string(),
    subsets: z.optional(z.array(z.looseObject({ name: z.string(), labels: z.optional(strings) }))),
  }),
});

export function parseDestinationRule(json: unknown): DestinationRule {
  const { metadata, spec } = DestinationRuleSchema.parse(json);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    host: expandHost(spec.host, metadata.namespace),
    subsets: (spec.subsets ?? []).map(({ name, labels }) => ({ name, labels: labels ?? {} })),
  };
}

const named = z.looseObject({ name: z.string() });
const RolloutSchema = z.looseObject({
  metadata: ObjectMetaSchema,
  spec: z.optional(
    z.looseObject({
      strategy: z.optional(
        z.looseObject({
          canary: z.optional(
            z.looseObject({
              canaryService: z.optional(z.string()),
              stableService: z.optional(z.string()),
              trafficRouting: z.optional(
                z.looseObject({
                  istio: z.optional(
                    z.looseObject({
                      virtualService: z.optional(named),
                      virtualServices: z.optional(z.array(named)),
                      destinationRule: z.optional(
                        z.looseObject({
                          name: z.string(),
                          canarySubsetName: z.optional(z.string()),
                          stableSubsetName: z.optional(z.string()),
                        }),
                      ),
                    }),
                  ),
                }),
              ),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** undefined for a Rollout that does not route through Istio. */
export function parseRollout(json: unknown): Rollout | undefined {
  const { metadata, spec } = RolloutSchema.parse(json);
  const canary = spec?.strategy?.canary;
  const istio = canary?.trafficRouting?.istio;
  if (!istio) return undefined;
  const { namespace, name } = metadata;
  const { destinationRule } = istio;
  // A VirtualService of another namespace is written `name.namespace` (argo-rollouts: utils/istio).
  const virtualServices = [istio.virtualService, ...(istio.virtualServices ?? [])]
    .filter((one) => one !== undefined)
    .map((one) => one.name.split('.'))
    .map(([object, other]) => `${other ?? namespace}/${object}`);
  const subsets =
    destinationRule?.canarySubsetName && destinationRule.stableSubsetName
      ? {
          destinationRule: destinationRule.name,
          canary: destinationRule.canarySubsetName,
          stable: destinationRule.stableSubsetName,
        }
      : undefined;
  return {
    namespace,
    name,
    virtualServices,
    canaryHost: canary.canaryService,
    stableHost: canary.stableService,
    subsets,
  };
}

const EndpointSliceSchema = z.looseObject({
  metadata: ObjectMetaSchema,
  endpoints: z.optional(
    z.nullable(
      z.array(
        z.looseObject({
          conditions: z.optional(z.looseObject({ ready: z.optional(z.boolean()) })),
          targetRef: z.optional(z.looseObject({ kind: z.optional(z.string()), name: z.optional(z.string()) })),
        }),
      ),
    ),
  ),
});

/** A slice without the service's label belongs to no service. An absent `ready` means ready (discovery.k8s.io/v1). */
export function parseEndpointSlice(json: unknown): Endpoints | undefined {
  const { metadata, endpoints } = EndpointSliceSchema.parse(json);
  const service = metadata.labels?.['kubernetes.io/service-name'];
  if (!service) return undefined;
  return {
    namespace: metadata.namespace,
    service,
    endpoints: (endpoints ?? []).map(({ conditions, targetRef }) => ({
      pod: targetRef?.kind === 'Pod' ? targetRef.name : undefined,
      ready: conditions?.ready !== false,
    })),
  };
}

const PodSchema = z.looseObject({ metadata: ObjectMetaSchema });

export function parsePodName(json: unknown): string {
  return PodSchema.parse(json).metadata.name;
}

const StatusSchema = z.looseObject({
  kind: z.literal('Status'),
  message: z.optional(z.string()),
  reason: z.optional(z.string()),
  details: z.optional(z.looseObject({ name: z.optional(z.string()), causes: z.optional(z.array(z.unknown())) })),
});
export type Status = z.infer<typeof StatusSchema>;

/** The API server's Status object, or undefined where the answer is something else (text, a proxy's page). */
export function parseStatus(json: unknown): Status | undefined {
  const status = StatusSchema.safeParse(json);
  return status.success ? status.data : undefined;
}
