/** One entry of an Alertmanager webhook, parsed. One firing of it is (fingerprint, startsAt). */
export type Alert = {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  /** Epoch milliseconds; set on resolved alerts only (Alertmanager sends the zero time for firing ones). */
  readonly endsAt?: number | undefined;
  readonly fingerprint: string;
  readonly generatorUrl?: string | undefined;
};

/** `fingerprint@startsAt`: what a journal and a target item remember of a firing. */
export function firingOf(alert: Pick<Alert, 'fingerprint' | 'startsAt'>): string {
  return `${alert.fingerprint}@${new Date(alert.startsAt).toISOString()}`;
}

/** A label, or the annotation of that name: what a person may write in a rule to steer us. */
export function directive(alert: Alert, name: string): string | undefined {
  return own(alert.labels, name) ?? own(alert.annotations, name);
}

/** A label's value; Istio writes `unknown` where it could not tell, which tells us nothing. */
export function knownLabel(alert: Alert, name: string): string | undefined {
  const value = own(alert.labels, name);
  return value === 'unknown' ? undefined : value;
}

function own(map: Readonly<Record<string, string>>, name: string): string | undefined {
  const value = Object.hasOwn(map, name) ? map[name]?.trim() : undefined;
  return value === '' ? undefined : value;
}

/** How a fingerprint is written: it becomes a part of keys. */
export const FINGERPRINT = /^[0-9A-Za-z_-]{1,128}$/;
