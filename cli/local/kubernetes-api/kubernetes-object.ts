import * as z from 'zod';

const strings = z.record(z.string(), z.string());

const ManagedFieldsEntry = z.looseObject({
  manager: z.string(),
  operation: z.string(),
  apiVersion: z.string(),
  time: z.string(),
  fieldsV1: z.record(z.string(), z.unknown()),
});
export type ManagedFieldsEntry = z.infer<typeof ManagedFieldsEntry>;

const KubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.optional(z.string()),
    generateName: z.optional(z.string()),
    namespace: z.optional(z.string()),
    uid: z.optional(z.string()),
    resourceVersion: z.optional(z.string()),
    labels: z.optional(strings),
    annotations: z.optional(strings),
    managedFields: z.optional(z.array(ManagedFieldsEntry)),
  }),
});

/** An object as somebody sends it: what the API itself reads is typed, the rest is kept as it came. */
export type KubernetesObject = z.infer<typeof KubernetesObject>;

/** The fields of a VirtualService that Istio's CRD calls nullable. */
const NULLABLE = [
  'mirrorPercent',
  'mirror_percent',
  'allowCredentials',
  'retryIgnorePreviousHosts',
  'retryRemoteLocalities',
];

/** A null is an absent field wherever the type does not call it nullable. @throws ZodError */
export function parseObject(json: unknown): KubernetesObject {
  const text = JSON.stringify(json, (key, member) => (member === null && !NULLABLE.includes(key) ? undefined : member));
  return KubernetesObject.parse(JSON.parse(text));
}

/** An object as the API holds and answers it. */
export type StoredObject = KubernetesObject & {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly creationTimestamp: string;
    readonly managedFields: ManagedFieldsEntry[];
  };
};

/** The API server's times have whole seconds. */
export function timestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
