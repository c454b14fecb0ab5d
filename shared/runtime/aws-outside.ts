import type { ClusterAccess } from '#shared/adapters/kubernetes/clusters-from-settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { SecretFault, type Secrets } from '#shared/ports/secrets.ts';
import { type SettingsSource, SettingsSourceFault } from '#shared/ports/settings-source.ts';
import { systemClock } from './system-clock.ts';

/** What a service reaches for outside; tests give their own. */
export type ServiceOutside = {
  readonly source: (path: string) => SettingsSource;
  readonly secrets: Secrets;
  readonly access: ClusterAccess;
  readonly clock: Clock;
};

/** Parameter Store, Secrets Manager and STS, as the function's own role. */
export function awsOutside(environment: NodeJS.ProcessEnv): ServiceOutside {
  const secrets: Secrets = {
    read: () => Promise.reject(new SecretFault('There is no secret store here', { retryable: false })),
  };
  return {
    source: () => ({ read: () => Promise.reject(new SettingsSourceFault('There is no Parameter Store here')) }),
    secrets,
    access: { environment, secrets },
    clock: systemClock,
  };
}
