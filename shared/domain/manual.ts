/** Alertmanager's fingerprints are 16 hex digits: no alert has one like this. */
export const MANUAL_PREFIX = 'manual-';

/** True for a rollback that a person asked for: its firing is made of the request, and no alert is behind it. */
export function isManual({ fingerprint }: { readonly fingerprint: string }): boolean {
  return fingerprint.startsWith(MANUAL_PREFIX);
}
