import { ClusterFault, type Listed } from '#shared/ports/cluster.ts';

/** One configured namespace, or the whole cluster. */
export type Scope = string | undefined;

/**
 * Lists the whole cluster, or the configured namespaces at the same time: one whose RoleBinding is missing takes nothing
 * from the others. Any other fault is the API server's, which is the same for all of them.
 */
export async function listScopes<T>(
  namespaces: readonly string[] | undefined,
  list: (scope: Scope) => Promise<readonly T[]>,
): Promise<Listed<T>> {
  const scopes: readonly Scope[] = namespaces ?? [undefined];
  const lists = await Promise.all(scopes.map((scope) => listScope(scope, list)));
  return { objects: lists.flatMap(({ objects }) => objects), forbidden: lists.flatMap(({ forbidden }) => forbidden) };
}

export async function listScope<T>(scope: Scope, list: (scope: Scope) => Promise<readonly T[]>): Promise<Listed<T>> {
  try {
    return { objects: await list(scope), forbidden: [] };
  } catch (fault) {
    if (scope === undefined || !(fault instanceof ClusterFault) || fault.kind !== 'forbidden') throw fault;
    return { objects: [], forbidden: [scope] };
  }
}

/** The part of a path that names the scope. */
export function within(scope: Scope): string {
  return scope === undefined ? '' : `/namespaces/${encodeURIComponent(scope)}`;
}
