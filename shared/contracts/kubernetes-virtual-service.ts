import * as z from 'zod/mini';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { ObjectMetaSchema, strings } from './kubernetes-object.ts';

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
      managedFields: (metadata.managedFields ?? []).map(({ manager, time, fieldsV1 }) => ({
        manager: manager ?? '',
        time: time === undefined ? undefined : Date.parse(time),
        ...(ownsRoutes(fieldsV1) ? { ownsRoutes: true } : {}),
      })),
    },
    spec: spec ?? {},
  };
}

/** Istio's lists of routes are written as a whole: whoever wrote a weight owns the list. */
function ownsRoutes(fieldsV1: unknown): boolean {
  const spec =
    typeof fieldsV1 === 'object' && fieldsV1 !== null && 'f:spec' in fieldsV1 ? fieldsV1['f:spec'] : undefined;
  if (typeof spec !== 'object' || spec === null) return false;
  return 'f:http' in spec || 'f:tls' in spec || 'f:tcp' in spec;
}
