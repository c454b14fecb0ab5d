import type { Writer } from './journal.ts';
import type { VirtualService } from './virtual-service.ts';

/** The name under which our patches stand in `managedFields`. */
export const FIELD_MANAGER = 'weightless';
/** Anyone chooses the name under which he writes; Kubernetes takes 128 characters. */
const MAX_NAME_CHARS = 128;

/** Who else wrote the routes last, as far as the object tells. */
export function lastWriter({ metadata }: VirtualService): Writer | undefined {
  const [last] = metadata.managedFields
    .filter(({ manager, ownsRoutes }) => ownsRoutes && manager !== '' && manager !== FIELD_MANAGER)
    .toSorted((a, b) => timeOf(b.time) - timeOf(a.time));
  if (!last) return undefined;
  const at = timeOf(last.time);
  return { by: last.manager.slice(0, MAX_NAME_CHARS), ...(at > 0 ? { at } : {}) };
}

function timeOf(time: number | undefined): number {
  return time !== undefined && Number.isFinite(time) ? time : 0;
}
