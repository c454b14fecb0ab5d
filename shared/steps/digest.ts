import { createHash } from 'node:crypto';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The id of what was done about one canary for one firing; never made of VirtualService names, which come and go. */
export function rollbackId(of: { readonly cluster: string; readonly canary: string; readonly firing: string }): string {
  return sha256(JSON.stringify([of.cluster, of.canary, of.firing]));
}

/** A hash of a spec that does not depend on the order of keys. */
export function specHash(spec: unknown): string {
  return sha256(JSON.stringify(spec, sortKeys));
}

function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
