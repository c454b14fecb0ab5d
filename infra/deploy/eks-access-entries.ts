import type { Settings } from '#shared/contracts/settings.ts';
import { arnOf, logicalId, type Resource, type Resources } from './resource.ts';

/** The group that the shipped ClusterRole is bound to (infra/kubernetes). */
const KUBERNETES_GROUP = 'weightless';

/** Lets the functions' roles into the EKS clusters of this account and region, as members of the group. */
export function eksAccessEntries({ clusters }: Settings, region: string): Resources {
  const own = clusters.flatMap(({ eks }) => (eks && !eks.roleArn && eks.region === region ? [eks.cluster] : []));
  return Object.fromEntries(
    [...new Set(own)].flatMap((cluster) =>
      ['RollbackRole', 'GuardRole', 'OperateRole'].map((role): [string, Resource] => [
        logicalId('ClusterAccess', `${cluster} ${role}`),
        {
          Type: 'AWS::EKS::AccessEntry',
          Properties: {
            ClusterName: cluster,
            PrincipalArn: arnOf(role),
            KubernetesGroups: [KUBERNETES_GROUP],
            Type: 'STANDARD',
          },
        },
      ]),
    ),
  );
}
