import type { VirtualService } from '#shared/domain/virtual-service.ts';
import {
  type Cluster,
  ClusterFault,
  type Listed,
  type ListPage,
  type PatchAnswer,
  type VirtualServices,
} from '#shared/ports/cluster.ts';

/** What happens at one call instead of the real one, which it may still make. */
export type Turn<T> = (real: () => Promise<T>) => Promise<T>;

/** Turns are taken in order, one a call; after the last one the calls are real. */
export type Script = {
  readonly list?: readonly Turn<Listed<VirtualService>>[];
  readonly all?: readonly Turn<Listed<VirtualService>>[];
  readonly page?: readonly Turn<ListPage>[];
  readonly get?: readonly Turn<VirtualService | undefined>[];
  readonly patch?: readonly Turn<PatchAnswer>[];
};

/** A cluster whose first calls go as the script says. */
export function scriptedCluster(
  cluster: Cluster,
  script: Script,
): Cluster & { readonly calls: readonly (keyof Script)[] } {
  const { virtualServices } = cluster;
  const calls: (keyof Script)[] = [];
  const left = {
    list: [...(script.list ?? [])],
    all: [...(script.all ?? [])],
    page: [...(script.page ?? [])],
    get: [...(script.get ?? [])],
    patch: [...(script.patch ?? [])],
  };
  function turn<T>(call: keyof Script, next: Turn<T> | undefined, real: () => Promise<T>): Promise<T> {
    calls.push(call);
    return next ? next(real) : real();
  }
  const scripted: VirtualServices = {
    list: (which, signal) => {
      const call = which === 'all' ? 'all' : 'list';
      return turn(call, left[call].shift(), () => virtualServices.list(which, signal));
    },
    listPage: (page, signal) => turn('page', left.page.shift(), () => virtualServices.listPage(page, signal)),
    get: (ref, signal) => turn('get', left.get.shift(), () => virtualServices.get(ref, signal)),
    patch: (ref, operations, signal, options) =>
      turn('patch', left.patch.shift(), () => virtualServices.patch(ref, operations, signal, options)),
  };
  return { ...cluster, virtualServices: scripted, calls };
}

/** The call fails, and nothing happens. */
export function fails<T>(
  kind: ClusterFault['kind'],
  more: ConstructorParameters<typeof ClusterFault>[2] = {},
): Turn<T> {
  return async () => {
    throw new ClusterFault(kind, `the cluster was ${kind}`, more);
  };
}

/** The call has its effect, and the answer is lost on the way. */
export function losesTheAnswer<T>(): Turn<T> {
  return async (real) => {
    await real();
    throw new ClusterFault('unreachable', 'the connection was reset');
  };
}

/** The API server decides so about the patch. */
export function answers(answer: PatchAnswer): Turn<PatchAnswer> {
  return async () => answer;
}

/** The call is made after something has happened. */
export function afterwards<T>(effect: () => void): Turn<T> {
  return async (real) => {
    effect();
    return real();
  };
}

/** The same, several times over. */
export function times<T>(count: number, one: T): T[] {
  return Array.from({ length: count }, () => one);
}
