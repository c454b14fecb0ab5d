import * as z from 'zod/mini';
import { expandHost } from '#shared/domain/destination.ts';
import type { DestinationRule, Endpoints, Rollout } from '#shared/domain/surroundings.ts';
import { ObjectMetaSchema, strings } from './kubernetes-object.ts';

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
