export type OperateRoute =
  | { readonly kind: 'roll-back' }
  | { readonly kind: 'restore'; readonly id: string }
  | { readonly kind: 'release'; readonly cluster: string; readonly namespace: string; readonly name: string };

/** Which operation a path asks for. A cluster's name may hold slashes, encoded or not: the ARN of an EKS cluster does. */
export function routeOf(path: string): OperateRoute | undefined {
  if (path === '/v1/rollbacks') return { kind: 'roll-back' };
  const [, id] = /^\/v1\/rollbacks\/([^/]+)\/restore$/.exec(path) ?? [];
  if (id !== undefined) return { kind: 'restore', id };
  const [, cluster = '', namespace = '', name = ''] = /^\/v1\/holds\/(.+)\/([^/]+)\/([^/]+)\/release$/.exec(path) ?? [];
  const decoded = decode(cluster);
  return decoded ? { kind: 'release', cluster: decoded, namespace, name } : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
