import { parseItems } from '#shared/contracts/kubernetes-object.ts';
import {
  parseDestinationRule,
  parseEndpointSlice,
  parsePodName,
  parseRollout,
} from '#shared/contracts/kubernetes-surroundings.ts';
import type { Surroundings } from '#shared/ports/cluster.ts';
import { ClusterFault } from '#shared/ports/cluster.ts';
import { type Answer, type Caller, FROM_CACHE, forbiddenFault, statusOf } from './call.ts';
import { listScopes, within } from './list-scopes.ts';

/** Without these a rollback still goes; it is not worth waiting longer for them. */
const OPTIONAL_TIMEOUT_MS = 300;

/** What else of the cluster tells canary from stable; a resource type that is not served means that there are none. */
export function kubernetesSurroundings(call: Caller, namespaces: readonly string[] | undefined): Surroundings {
  async function list(path: string, signal: AbortSignal): Promise<unknown[]> {
    const cached = `${path}${path.includes('?') ? '&' : '?'}${FROM_CACHE}`;
    const found: Answer = await call({ method: 'GET', path: cached, signal, timeoutMs: OPTIONAL_TIMEOUT_MS });
    if (found.status === 404) return [];
    if (found.status === 403) throw forbiddenFault(found);
    if (found.status !== 200)
      throw new ClusterFault('error', `The API server answered ${found.status}: ${statusOf(found).message}`);
    return parseItems(found.json);
  }

  return {
    async rollouts(signal) {
      return listScopes(namespaces, async (scope) => {
        const items = await list(`/apis/argoproj.io/v1alpha1${within(scope)}/rollouts`, signal);
        return items.map(parseRollout).filter((one) => one !== undefined);
      });
    },
    async destinationRules(namespace, signal) {
      const items = await list(
        `/apis/networking.istio.io/v1/namespaces/${encodeURIComponent(namespace)}/destinationrules`,
        signal,
      );
      return items.map(parseDestinationRule);
    },
    async endpoints(namespace, service, signal) {
      const query = service ? `?labelSelector=${encodeURIComponent(`kubernetes.io/service-name=${service}`)}` : '';
      const items = await list(
        `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices${query}`,
        signal,
      );
      return items.map(parseEndpointSlice).filter((one) => one !== undefined);
    },
    async pods(namespace, labels, signal) {
      const selector = Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(',');
      const query = `?labelSelector=${encodeURIComponent(selector)}`;
      return (await list(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods${query}`, signal)).map(parsePodName);
    },
  };
}
