import { readJournal } from '#shared/contracts/journal.ts';
import type { Journal } from '#shared/domain/journal.ts';
import { type Managed, readManaged } from '#shared/domain/managed.ts';
import type { DestinationRule, Endpoints, Rollout } from '#shared/domain/surroundings.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import type { Cluster, Listed } from '#shared/ports/cluster.ts';
import { type Budget, withRetries } from './budget.ts';

/**
 * What one delivery has read of one cluster; each thing is asked for once. The optional reads never fail: what gives no
 * answer is empty, and its name stands in `unknowns`.
 */
export type ClusterView = {
  readonly cluster: Cluster;
  readonly managed: readonly Managed[];
  /** Configured namespaces whose VirtualServices we may not list; they stand in `unknowns`, too. */
  readonly forbidden: readonly string[];
  readonly unknowns: ReadonlySet<string>;
  /** What stands in an object's journal, read once however many alerts are about it. */
  journal(managed: Managed): Journal;
  rollouts(): Promise<readonly Rollout[]>;
  rules(namespaces: readonly string[]): Promise<readonly DestinationRule[]>;
  /** undefined where it is not known. */
  endpoints(namespace: string, service: string): Promise<readonly Endpoints[] | undefined>;
  pods(namespace: string, labels: Readonly<Record<string, string>>): Promise<readonly string[] | undefined>;
  /** An object that the mode label does not mark. Throws ClusterFault: whether a delegate holds the canary must be known. */
  unmanaged(name: string): Promise<VirtualService | undefined>;
  /** Every VirtualService there is, asked for when the first canary is at zero; `unknown` where one may be missing. */
  everything(): Promise<readonly VirtualService[] | 'unknown'>;
};

export type ViewHints = {
  /** Where the alerts of a delivery point to. */
  readonly namespaces: readonly string[];
  readonly listing: 'managed' | 'managed-cached';
  /** The managed objects, where they have been read already. */
  readonly listed?: Listed<VirtualService> | undefined;
};

/** Reads first, all at once: VirtualServices, Rollouts, and DestinationRules and EndpointSlices where the alerts point. */
export async function openClusterView(cluster: Cluster, hints: ViewHints, budget: Budget): Promise<ClusterView> {
  const { virtualServices, surroundings } = cluster;
  const { signal } = budget;
  const unknowns = new Set<string>();
  const asked = new Map<string, Promise<unknown>>();
  const journals = new Map<Managed, Journal>();

  function once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = asked.get(key) as Promise<T> | undefined;
    const asking = known ?? ask();
    asked.set(key, asking);
    return asking;
  }
  function optional<T>(key: string, ask: (() => Promise<T>) | undefined, none: T): Promise<T | undefined> {
    if (!ask) return Promise.resolve(none);
    return once(key, () =>
      ask().catch(() => {
        unknowns.add(key);
        return undefined;
      }),
    );
  }

  function seen<T>(what: string, { objects, forbidden }: Listed<T>): readonly T[] {
    for (const namespace of forbidden) unknowns.add(`${what} of ${namespace}`);
    return objects;
  }

  const rules = (namespace: string) =>
    optional(
      `destinationrules of ${namespace}`,
      surroundings && (() => surroundings.destinationRules(namespace, signal)),
      [],
    );
  const slices = (namespace: string) =>
    optional(
      `endpointslices of ${namespace}`,
      surroundings && (() => surroundings.endpoints(namespace, undefined, signal)),
      undefined,
    );
  const rollouts = () =>
    optional('rollouts', surroundings && (async () => seen('rollouts', await surroundings.rollouts(signal))), []);

  void rollouts();
  for (const namespace of hints.namespaces) {
    void rules(namespace);
    void slices(namespace);
  }
  const listed = hints.listed ?? (await withRetries(budget, () => virtualServices.list(hints.listing, signal)));
  const managed = readManaged(seen('virtualservices', listed));

  return {
    cluster,
    managed,
    forbidden: listed.forbidden,
    unknowns,
    journal(one) {
      const journal = journals.get(one) ?? readJournal(one.object, budget.clock.now());
      journals.set(one, journal);
      return journal;
    },
    rollouts: async () => (await rollouts()) ?? [],
    rules: async (namespaces) => (await Promise.all(namespaces.map(rules))).flatMap((found) => found ?? []),
    async endpoints(namespace, service) {
      const found = await slices(namespace);
      return found?.filter((one) => one.service === service);
    },
    pods: (namespace, labels) =>
      optional(
        `pods of ${namespace} ${JSON.stringify(labels)}`,
        surroundings && (() => surroundings.pods(namespace, labels, signal)),
        undefined,
      ),
    unmanaged: (name) =>
      once(`virtualservice ${name}`, () => {
        const [namespace = '', object = ''] = name.split('/');
        return withRetries(budget, () => virtualServices.get({ namespace, name: object }, signal));
      }),
    everything: () =>
      once('everything', async () => {
        const all = await virtualServices.list('all', signal).catch(() => undefined);
        return all && all.forbidden.length === 0 ? all.objects : 'unknown';
      }),
  };
}
