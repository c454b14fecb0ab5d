import * as z from 'zod/mini';

/** Only the fields used; loose, so that what we do not know survives in the parse. */
export const strings = z.record(z.string(), z.string());

const ManagedFieldsSchema = z.looseObject({
  manager: z.optional(z.string()),
  time: z.optional(z.string()),
  // Only what it holds of the spec is looked at, and a manager without fields is one all the same.
  fieldsV1: z.optional(z.unknown()),
});

export const ObjectMetaSchema = z.looseObject({
  name: z.string(),
  namespace: z.string(),
  uid: z.optional(z.string()),
  resourceVersion: z.optional(z.string()),
  labels: z.optional(strings),
  annotations: z.optional(strings),
  ownerReferences: z.optional(z.array(z.looseObject({ apiVersion: z.string(), kind: z.string(), name: z.string() }))),
  managedFields: z.optional(z.array(ManagedFieldsSchema)),
});

/** Go writes an empty list as null where nobody made it one. */
const ListSchema = z.looseObject({ items: z.nullable(z.array(z.unknown())) });

/** The items of a Kubernetes list, not yet parsed. @throws ZodError where it is no list */
export function parseItems(json: unknown): unknown[] {
  return ListSchema.parse(json).items ?? [];
}

const ContinuedSchema = z.looseObject({ metadata: z.looseObject({ continue: z.optional(z.string()) }) });

/** The token of a list's next part, where there is more of it. */
export function continueOf(json: unknown): string | undefined {
  const list = ContinuedSchema.safeParse(json);
  return (list.success && list.data.metadata.continue) || undefined;
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
