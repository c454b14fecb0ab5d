import { awsCaller } from '#shared/adapters/aws/aws-caller.ts';
import { awsSecrets } from '#shared/adapters/aws/aws-secrets.ts';
import { ssmSettingsSource } from '#shared/adapters/aws/ssm-settings-source.ts';
import { clusterAccess } from '#shared/adapters/kubernetes/cluster-access.ts';
import type { ClusterAccess } from '#shared/adapters/kubernetes/cluster-from-settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { SettingsSource } from '#shared/ports/settings-source.ts';
import { systemClock } from './system-clock.ts';

/** What a service reaches for outside; tests give their own. */
export type ServiceOutside = {
  readonly source: (path: string) => SettingsSource;
  readonly access: ClusterAccess;
  readonly clock: Clock;
};

/** Parameter Store, Secrets Manager and STS, as the function's own role. */
export function awsOutside(environment: NodeJS.ProcessEnv): ServiceOutside {
  const clock = systemClock;
  const aws = awsCaller({ environment, clock });
  const secrets = awsSecrets(aws, { clock });
  return {
    source: (path) => ssmSettingsSource({ aws, path }),
    access: clusterAccess(environment, { aws, secrets, clock }),
    clock,
  };
}
