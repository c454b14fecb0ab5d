import type { Sides } from './canary-question.ts';
import type { DestinationKey } from './destination.ts';

const STABLE_NAMES = ['stable', 'primary'];

/** Sides by the field's own names: subsets `canary` and `stable`/`primary` of a host, or hosts that end in them. */
export function canaryByNames(candidates: readonly DestinationKey[]): Sides | undefined {
  const pairs = candidates.flatMap((canary) => {
    const stables = candidates.filter((key) => isPair(canary, key));
    return stables.length === 1 ? [{ canary, stable: stables[0] }] : [];
  });
  return pairs.length === 1 ? pairs[0] : undefined;
}

/** The one destination that is called stable, among those beside a declared canary. */
export function stableByName(others: readonly DestinationKey[]): DestinationKey | undefined {
  const named = others.filter(
    (key) => STABLE_NAMES.includes(key.subset ?? '') || STABLE_NAMES.some((name) => base(key, name)),
  );
  return named.length === 1 ? named[0] : undefined;
}

function isPair(canary: DestinationKey, stable: DestinationKey): boolean {
  if (canary.host === stable.host) return canary.subset === 'canary' && STABLE_NAMES.includes(stable.subset ?? '');
  const root = base(canary, 'canary');
  return root !== undefined && STABLE_NAMES.some((name) => base(stable, name) === root);
}

/** `payments` and its namespace for `payments-canary` without subset; undefined where the host does not end so. */
function base(key: DestinationKey, name: string): string | undefined {
  if (key.subset) return undefined;
  const [label = '', ...domain] = key.host.split('.');
  return label.endsWith(`-${name}`) ? [label.slice(0, -name.length - 1), ...domain].join('.') : undefined;
}
