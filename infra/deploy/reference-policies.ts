import { secretsOf } from '#shared/contracts/channel-settings.ts';
import type { PrometheusSettings, SecretReference, Settings } from '#shared/contracts/settings.ts';
import { type Resources, sub } from './resource.ts';

type Statement = Readonly<Record<string, unknown>>;

/** What the settings refer to may be read by those who need it, by its ARN; nothing where they refer to nothing. */
export function referencePolicies(settings: Settings, kmsKeys: readonly string[]): Resources {
  const tokens = settings.clusters.flatMap(({ name, token }) => (token ? [asReference(`cluster ${name}`, token)] : []));
  const roles = settings.clusters.flatMap(({ eks }) => eks?.roleArn ?? []);
  const prometheus = settings.clusters.flatMap((one) =>
    one.prometheus ? [{ name: one.name, ...one.prometheus }] : [],
  );
  const { channels } = settings.notify;
  const topics = channels.flatMap((one) => (one.type === 'sns' ? [one.topicArn] : []));
  return {
    ...policy(
      'ClusterReferences',
      ['RollbackRole', 'GuardRole', 'OperateRole'],
      [...readSecrets(tokens, kmsKeys), ...allow('AssumeClusterRoles', 'sts:AssumeRole', roles)],
    ),
    ...policy('PrometheusReferences', ['GuardRole'], askPrometheus(prometheus, kmsKeys)),
    ...policy(
      'ChannelReferences',
      ['NotifyRole'],
      [...readSecrets(channels.flatMap(secretsOf), kmsKeys), ...publishTo(topics, kmsKeys)],
    ),
  };
}

type Prometheus = PrometheusSettings & { readonly name: string };

/** The ID of a workspace stands in its URL; one that is reached by another name, and one of a role, is that role's matter. */
function askPrometheus(some: readonly Prometheus[], kmsKeys: readonly string[]): Statement[] {
  const tokens = some.flatMap(({ name, token }) =>
    token ? [asReference(`the Prometheus of cluster ${name}`, token)] : [],
  );
  const roles = some.flatMap(({ sigv4 }) => sigv4?.roleArn ?? []);
  const workspaces = some.flatMap(({ url, sigv4 }) => (sigv4 && !sigv4.roleArn ? workspaceArn(url, sigv4.region) : []));
  return [
    ...readSecrets(tokens, kmsKeys),
    ...allow('AssumePrometheusRoles', 'sts:AssumeRole', roles),
    ...allow('QueryMetrics', 'aps:QueryMetrics', workspaces),
  ];
}

function workspaceArn(url: string, region: string): unknown {
  const id = /\/workspaces\/([\w-]+)/.exec(new URL(url).pathname)?.[1];
  if (id === undefined)
    throw new Error(
      `${url} names no workspace of Amazon Managed Prometheus: it ends in /workspaces/ID, as its console shows it`,
    );
  return sub(`arn:\${AWS::Partition}:aps:${region}:\${AWS::AccountId}:workspace/${id}`);
}

/** A deployed function has no file and no variable that a token could be in. */
function asReference(whose: string, token: NonNullable<Settings['clusters'][number]['token']>): SecretReference {
  if ('secret' in token || 'parameter' in token) return token;
  throw new Error(
    `The token of ${whose} cannot be read by a deployed function: keep it in Secrets Manager ` +
      '{"secret": NAME_OR_ARN} or in Parameter Store {"parameter": NAME}',
  );
}

/** A topic may be encrypted with a customer key, too; reading secrets has the right to decrypt with it already. */
function publishTo(topics: readonly string[], kmsKeys: readonly string[]): Statement[] {
  if (topics.length === 0) return [];
  return [
    ...allow('PublishToTopics', 'sns:Publish', topics),
    ...allow('EncryptForTopics', 'kms:GenerateDataKey', kmsKeys),
    ...allow('DecryptForTopics', 'kms:Decrypt', kmsKeys),
  ];
}

function readSecrets(references: readonly SecretReference[], kmsKeys: readonly string[]): Statement[] {
  if (references.length === 0) return [];
  const secrets = references.flatMap((one) => ('secret' in one ? secretArn(one.secret) : []));
  const parameters = references.flatMap((one) => ('parameter' in one ? parameterArn(one.parameter) : []));
  return [
    ...allow('ReadSecrets', 'secretsmanager:GetSecretValue', secrets),
    ...allow('ReadParameters', 'ssm:GetParameter', parameters),
    ...allow('Decrypt', 'kms:Decrypt', kmsKeys),
  ];
}

/** AWS puts six characters of its own behind the name of a secret; an ARN may be without them. */
function secretArn(secret: string): unknown {
  if (!secret.startsWith('arn:'))
    return sub(`arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${secret}-??????`);
  return /-[A-Za-z0-9]{6}$/.test(secret) ? secret : `${secret}-??????`;
}

function parameterArn(parameter: string): unknown {
  if (parameter.startsWith('arn:')) return parameter;
  const name = parameter.replace(/^\//, '');
  return sub(`arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${name}`);
}

function allow(Sid: string, Action: string, resources: readonly unknown[]): Statement[] {
  if (resources.length === 0) return [];
  const Resource = [...new Map(resources.map((one) => [JSON.stringify(one), one])).values()];
  return [{ Sid, Effect: 'Allow', Action, Resource }];
}

function policy(name: string, roles: readonly string[], Statement: readonly Statement[]): Resources {
  if (Statement.length === 0) return {};
  const PolicyDocument = { Version: '2012-10-17', Statement };
  const Roles = roles.map((Ref) => ({ Ref }));
  return { [name]: { Type: 'AWS::IAM::Policy', Properties: { PolicyName: name, Roles, PolicyDocument } } };
}
