import type { Reason } from '#shared/domain/outcome.ts';

/**
 * The reasons that test/integration/faults.test.ts produces: those that an API server in good health never gives. That
 * test holds the list to what it saw.
 */
export const FAULT_REASONS = [
  'changed-by-admission',
  'cluster-error',
  'cluster-throttled',
  'cluster-unauthorized',
  'cluster-unreachable',
  'conflict',
  'denied-by-admission',
  'forbidden',
  'out-of-time',
  'rejected',
  'virtual-services-not-served',
] as const satisfies readonly Reason[];

/** The reasons that no delivery gives, and guard does: test/integration/guard/unfinished.test.ts produces them. */
export const GUARD_REASONS = ['unreachable'] as const satisfies readonly Reason[];
