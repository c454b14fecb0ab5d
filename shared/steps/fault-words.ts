import type { Reason } from '#shared/domain/outcome.ts';
import type { ClusterFault } from '#shared/ports/cluster.ts';

/** The reason and the words for a cluster that gave no usable answer. */
export function faultReason(fault: ClusterFault): { readonly reason: Reason; readonly message: string } {
  switch (fault.kind) {
    case 'unreachable':
      return { reason: 'cluster-unreachable', message: fault.message };
    case 'error':
      return { reason: 'cluster-error', message: fault.message };
    case 'throttled':
      return { reason: 'cluster-throttled', message: fault.message };
    case 'unauthorized':
      return { reason: 'cluster-unauthorized', message: fault.message };
    case 'not-served':
      return { reason: 'virtual-services-not-served', message: fault.message };
    case 'forbidden':
      return { reason: 'forbidden', message: forbiddenMessage(fault) };
  }
}

/** Verb and resource only where the API server named them. */
export function forbiddenMessage({
  message,
  verb,
  resource,
}: {
  message: string;
  verb?: string | undefined;
  resource?: string | undefined;
}): string {
  const needed =
    verb && resource
      ? `The service lacks the right to ${verb} ${resource}: apply infra/kubernetes/cluster-role.yaml, or to the namespace infra/kubernetes/namespaced.yaml. `
      : '';
  return `${needed}The API server said: ${message}`;
}

/** Namespaces of the settings that answer a LIST with 403. */
export function forbiddenNamespaces(namespaces: readonly string[]): string {
  const each = namespaces.length > 1 ? 'each of them' : 'it';
  return `The service may not list the VirtualServices of ${namespaces.join(', ')}: apply infra/kubernetes/namespaced.yaml to ${each}, or take ${each} out of the cluster's namespaces in the settings.`;
}
