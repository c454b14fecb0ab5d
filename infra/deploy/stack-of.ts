import { alarmTopic } from './alarm-topic.ts';
import type { DeployArguments } from './deploy-arguments.ts';
import { eksAccessEntries } from './eks-access-entries.ts';
import type { DeploySettings } from './read-settings.ts';
import { referencePolicies } from './reference-policies.ts';
import { arnOf, type Resources } from './resource.ts';
import { settingsParameters } from './settings-parameters.ts';
import { rollbackDeadLetters, snsTopics } from './sns-topics.ts';
import { type Vpc, vpcAccess, vpcOf } from './vpc-access.ts';

export type Stack = {
  readonly vpc: Vpc | undefined;
  /** The policies without which Lambda does not make a function, or a function could not start. */
  readonly dependsOn: {
    readonly rollback: readonly string[];
    readonly guard: readonly string[];
    readonly operate: readonly string[];
    readonly notify: readonly string[];
  };
  readonly alarmActions: readonly unknown[];
  readonly rollbackDeadLetters: readonly unknown[];
  readonly resources: { readonly Resources: Resources };
};

/** The parts of the stack that follow from its settings and parameters, for serverless.yml to take in. */
export function stackOf({ stage, region, params }: DeployArguments, { text, settings }: DeploySettings): Stack {
  const { topics } = settings.sns;
  const vpc = vpcOf(listOf(params['subnetIds']), listOf(params['securityGroupIds']));
  const alarms = alarmTopic(params['alarmTopic'], stage);
  const isProvisioned = Number(params['provisionedConcurrency'] ?? 0) > 0;
  // With provisioned concurrency osls has an alias, and only who calls that finds a warm one.
  const target = isProvisioned ? { Ref: 'RollbackProvConcLambdaAlias' } : arnOf('RollbackLambdaFunction');
  const references = referencePolicies(settings, kmsKeysOf(params['kmsKeys']));
  const vpcPolicies = vpcAccess(vpc, stage);
  const policies = Object.keys({ ...references, ...vpcPolicies });
  return {
    vpc,
    dependsOn: {
      rollback: policies.filter((id) => ['ClusterReferences', 'RollbackVpcAccess'].includes(id)),
      guard: policies.filter((id) => ['ClusterReferences', 'PrometheusReferences', 'GuardVpcAccess'].includes(id)),
      operate: policies.filter((id) => ['ClusterReferences', 'OperateVpcAccess'].includes(id)),
      notify: policies.filter((id) => id === 'ChannelReferences'),
    },
    alarmActions: alarms.actions,
    rollbackDeadLetters: rollbackDeadLetters({ topics }),
    resources: {
      Resources: {
        ...settingsParameters(stage, text),
        ...references,
        ...vpcPolicies,
        ...snsTopics({ topics, region, target }),
        ...(params['eksAccess'] === 'true' ? eksAccessEntries(settings, region) : {}),
        ...alarms.resources,
      },
    },
  };
}

/** A `*` would be the right to decrypt with every key of the account. */
function kmsKeysOf(text?: string): string[] {
  const keys = listOf(text);
  const wrong = keys.filter((key) => !/^arn:aws[-a-z]*:kms:[-a-z0-9]+:\d{12}:key\/[-\w]+$/.test(key));
  if (wrong.length > 0) throw new Error(`--param kmsKeys takes the ARNs of keys with commas, not ${wrong.join(', ')}`);
  return keys;
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
