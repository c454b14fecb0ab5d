import type { Random } from './random.ts';

const WORDS = [
  '',
  ' ',
  '\u0000',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '\uD800',
  '\uDFFF\uD800',
  '\uFFFE\uFFFF',
  '\u202Egro.sd',
  'e\u0301'.repeat(50),
  '👩‍👩‍👧‍👦'.repeat(20),
  'ﷺ',
  '𝕡𝕒𝕪𝕞𝕖𝕟𝕥',
  '../../../../etc/passwd',
  'payment-svc/../orders',
  'production/payment-svc',
  'payment-svc.production.svc.cluster.local',
  'payment-svc.production.svc.cluster.local.',
  '-payment',
  'a'.repeat(64),
  'a.'.repeat(127),
  'unknown',
  'null',
  '$(reboot)',
  '<script>alert(1)</script>',
  "'; DROP TABLE rollbacks; --",
  '{{ .Labels }}',
  '%00%2e%2e%2f',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '0000-00-00T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-11-21T11:38:55.079+99:99',
  '2026-11-21T24:00:00Z',
  '1969-12-31T23:59:59Z',
  '275760-09-13T00:00:00Z',
  '=~"(a+)+$"',
  'firing',
  'resolved',
  'rollback',
  'suggest',
  '4',
] as const;

/** Labels and keys that the product looks at. */
export const KNOWN_KEYS = [
  'alertname',
  'severity',
  'sloth_severity',
  'destination_service_name',
  'destination_service_namespace',
  'destination_version',
  'service',
  'app',
  'namespace',
  'version',
  'cluster',
  'weightless_virtualservice',
  'weightless_action',
  'status',
  'startsAt',
  'endsAt',
  'fingerprint',
  'labels',
  'annotations',
  'alerts',
  'truncatedAlerts',
  '__proto__',
  'constructor',
  'toString',
] as const;

const NUMBERS = [0, -0, -1, 1, 0.1, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 1e-308] as const;

export function oddText(random: Random): string {
  if (random.oneIn(200)) return 'x'.repeat(random.below(300_000));
  if (random.oneIn(20)) return random.pick(['𝒳', '\u0000', '\\', '"', '\n', 'é']).repeat(random.below(5000));
  if (random.oneIn(3))
    return String.fromCharCode(...Array.from({ length: random.below(40) }, () => random.below(65_536)));
  return random.pick(WORDS);
}

/** Any JSON value that nobody expects there. */
export function oddValue(random: Random): unknown {
  switch (random.below(7)) {
    case 0:
      return random.pick([null, true, false]);
    case 1:
      return random.pick(NUMBERS);
    case 2:
      return nested(random, random.oneIn(50) ? 1000 : random.below(40));
    case 3:
      return Array.from({ length: random.below(30) }, () => random.pick(WORDS));
    case 4:
      return withOwn({}, oddText(random), random.pick(WORDS));
    default:
      return oddText(random);
  }
}

function nested(random: Random, levels: number): unknown {
  let value: unknown = random.pick(WORDS);
  for (let level = 0; level < levels; level += 1)
    value = random.oneIn(2) ? [value] : withOwn({}, random.pick(WORDS), value);
  return value;
}

/** Also `__proto__` becomes a key of its own, as JSON.parse makes it. */
export function withOwn<T extends object>(object: T, key: string, value: unknown): T {
  return Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
