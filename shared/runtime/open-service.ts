import { clusterFromSettings } from '#shared/adapters/kubernetes/cluster-from-settings.ts';
import type { Settings } from '#shared/contracts/settings.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import { awsOutside, type ServiceOutside } from './aws-outside.ts';
import { type ClusterRegistry, clusterRegistry } from './cluster-registry.ts';
import { openSettings } from './open-settings.ts';
import type { SettingsInUse } from './settings-in-use.ts';

/** What a function of the deployed service reads its settings by, and what they describe. */
export type Service = {
  /** Those in use; where they are older than a minute, a refresh is waited for first, 300 ms at most. */
  settings(): Promise<Settings>;
  /** What is at hand without waiting, and whether it is the latest; nothing before the first reading. */
  settingsAtHand(): SettingsInUse | undefined;
  /** For whom those in use do not know: read anew, where that was not done just now; stale where they were read before then. */
  renewedSettings(since: number): Promise<SettingsInUse>;
  /** For telling how it stands with them: as `settings`, and staleness is not counted. */
  settingsState(): Promise<Pick<SettingsInUse, 'origin' | 'stale'>>;
  /** The clusters of the settings in use, refreshed in the same way. */
  clusters(): Promise<readonly Cluster[]>;
  /**
   * The clusters of the settings at hand, at once. The first call, or that of `clusters`, begins to connect to them and
   * to those that come into use later; a function that never asks holds no connection.
   */
  clustersAtHand(): readonly Cluster[];
};

export type Telemetry = { readonly log: Log; readonly meter: Meter };

/**
 * Opens what the environment describes, once in the life of a function: the settings, and one connection to each
 * cluster, kept across changes of the settings.
 */
export function openService(
  variables: NodeJS.ProcessEnv,
  { log, meter }: Telemetry,
  outside: ServiceOutside = awsOutside(variables),
): Service {
  let registry: ClusterRegistry | undefined;
  const onChange = ({ clusters }: Settings) => registry?.update(clusters);
  const keeper = openSettings(variables, { source: outside.source, clock: outside.clock, onChange, log, meter });

  function clustersAtHand(): readonly Cluster[] {
    if (!registry) {
      registry = clusterRegistry({
        build: (entry) => clusterFromSettings(entry, outside.access),
        onUnusable: (cluster, cause) =>
          log.error('The settings of a cluster cannot be used; its alerts stay pending', {
            cluster,
            cause: String(cause),
          }),
      });
      registry.update(keeper.atHand()?.settings.clusters ?? []);
    }
    return registry.clusters();
  }

  return {
    settings: async () => (await keeper.current()).settings,
    settingsAtHand: () => keeper.atHand(),
    renewedSettings: (since) => keeper.renewed(since),
    async settingsState() {
      const { origin, stale } = await keeper.refreshed();
      return { origin, stale };
    },
    async clusters() {
      await keeper.refreshed();
      return clustersAtHand();
    },
    clustersAtHand,
  };
}
