import type { AwsCaller } from '#shared/adapters/aws/aws-request.ts';
import { roleCredentials } from '#shared/adapters/aws/role-credentials.ts';
import { trafficFromSettings } from '#shared/adapters/prometheus/traffic-from-settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Secrets } from '#shared/ports/secrets.ts';
import type { ClusterAccess } from './cluster-from-settings.ts';
import { eksCredentials } from './eks-credentials.ts';

export type ClusterAccessOptions = {
  readonly aws: AwsCaller;
  /** Shared with all who read secrets, so that each is read once. */
  readonly secrets: Secrets;
  readonly clock: Clock;
};

/** Every way to a cluster's credentials that there is in Lambda. Make it once: it keeps the roles that were assumed. */
export function clusterAccess(
  environment: Readonly<Record<string, string | undefined>>,
  { aws, secrets, clock }: ClusterAccessOptions,
): ClusterAccess {
  const keysOf = roleCredentials(aws, clock);
  return {
    environment,
    secrets,
    traffic: (prometheus) => trafficFromSettings(prometheus, { environment, secrets, keysOf, clock }),
    eks: (eks) => eksCredentials(eks, { keys: keysOf(eks.roleArn), clock }),
  };
}
