import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { eksAccessEntries } from '#infra/deploy/eks-access-entries.ts';
import { referencePolicies } from '#infra/deploy/reference-policies.ts';
import { snsTopics } from '#infra/deploy/sns-topics.ts';
import { stackOf } from '#infra/deploy/stack-of.ts';
import { vpcOf } from '#infra/deploy/vpc-access.ts';
import { parseSettings, type Settings } from '#shared/contracts/settings.ts';

const cluster = (name: string, more: object) => ({ name, endpoint: 'https://kubernetes.example.com', ...more });
const settingsText = (...clusters: object[]) =>
  JSON.stringify({ clusters, tokens: [{ name: 'a', sha256: '0'.repeat(64), scope: 'alerts' }] });
const settingsOf = (...clusters: object[]): Settings => parseSettings(settingsText(...clusters));
const eks = (name: string, more: object = {}) =>
  cluster(name, { eks: { cluster: name, region: 'eu-central-1', ...more } });

const Statements = z.object({ Statement: z.array(z.object({ Action: z.string(), Resource: z.array(z.unknown()) })) });

/** What is granted to those who speak to clusters. */
function resourcesOf(token: object): unknown {
  const { ClusterReferences } = referencePolicies(settingsOf(cluster('one', { token })), []);
  return ClusterReferences?.Properties['PolicyDocument'];
}

describe('what settings refer to', () => {
  it('is granted as it is named where it is an ARN', () => {
    const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf';
    const parameter = 'arn:aws:ssm:eu-west-1:123456789012:parameter/token';

    expect(resourcesOf({ secret })).toMatchObject({ Statement: [{ Resource: [secret] }] });
    expect(resourcesOf({ parameter })).toMatchObject({ Statement: [{ Resource: [parameter] }] });
  });

  it('is granted with the six characters that AWS adds where the ARN of a secret is without them', () => {
    const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:token';

    expect(resourcesOf({ secret })).toMatchObject({ Statement: [{ Resource: [`${secret}-??????`] }] });
  });

  it('is granted once, however many clusters use it', () => {
    const shared = { token: { secret: 'shared' } };
    const { ClusterReferences } = referencePolicies(settingsOf(cluster('one', shared), cluster('two', shared)), []);

    expect(ClusterReferences?.Properties['PolicyDocument']).toMatchObject({
      Statement: [{ Resource: [expect.anything()] }],
    });
    expect(JSON.stringify(ClusterReferences).match(/secret:shared/g)).toHaveLength(1);
  });

  it('lets guard alone ask a workspace of Amazon Managed Prometheus, or assume the role that may', () => {
    const url = 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0123-abcd';
    const roleArn = 'arn:aws:iam::222222222222:role/metrics';
    const own = eks('own');
    const { PrometheusReferences } = referencePolicies(
      settingsOf(
        { ...own, prometheus: { url, sigv4: { region: 'eu-west-1' } } },
        { ...eks('theirs'), prometheus: { url: `${url}5`, sigv4: { region: 'eu-west-1', roleArn } } },
        { ...eks('plain'), prometheus: { url: 'https://prometheus.example.com', token: { secret: 'prometheus' } } },
      ),
      [],
    );

    expect(PrometheusReferences?.Properties).toMatchObject({
      Roles: [{ Ref: 'GuardRole' }],
      PolicyDocument: {
        Statement: [
          { Action: 'secretsmanager:GetSecretValue' },
          { Action: 'sts:AssumeRole', Resource: [roleArn] },
          {
            Action: 'aps:QueryMetrics',
            Resource: [{ 'Fn::Sub': expect.stringMatching(/:aps:eu-west-1:.*:workspace\/ws-0123-abcd$/) }],
          },
        ],
      },
    });
  });

  it('is refused where the URL that is signed for names no workspace', () => {
    const prometheus = { url: 'https://prometheus.example.com', sigv4: { region: 'eu-west-1' } };

    expect(() => referencePolicies(settingsOf({ ...eks('one'), prometheus }), [])).toThrow(/names no workspace/);
  });

  it('is refused where the token of a Prometheus is not kept where a deployed function can read it', () => {
    const prometheus = { url: 'https://prometheus.example.com', token: { env: 'PROMETHEUS_TOKEN' } };

    expect(() => referencePolicies(settingsOf({ ...eks('one'), prometheus }), [])).toThrow(
      /token of the Prometheus of cluster one cannot be read/,
    );
  });

  it('makes no policy where there is nothing: an EKS token needs no right', () => {
    expect(referencePolicies(settingsOf(eks('one')), ['arn:aws:kms:eu-central-1:123456789012:key/one'])).toEqual({});
  });
});

describe('the channels that settings name', () => {
  const topicArn = 'arn:aws:sns:eu-central-1:123456789012:rollbacks';
  const key = 'arn:aws:kms:eu-central-1:123456789012:key/one';
  const policyFor = (channels: object[], keys: string[] = []) => {
    const settings = parseSettings(JSON.stringify({ ...JSON.parse(settingsText(eks('one'))), notify: { channels } }));
    const { ChannelReferences } = referencePolicies(settings, keys);
    return ChannelReferences ? Statements.parse(ChannelReferences.Properties['PolicyDocument']).Statement : [];
  };

  it('may be read the secrets of, each once', () => {
    const secret = { secret: 'channels', key: 'a' };
    const channels = [
      { name: 'a', type: 'pagerduty', routingKey: secret },
      { name: 'b', type: 'slack', token: { ...secret, key: 'b' }, channel: '#b' },
      { name: 'c', type: 'teams', url: { parameter: '/teams' } },
    ];

    expect(policyFor(channels).map(({ Action, Resource }) => [Action, Resource.length])).toEqual([
      ['secretsmanager:GetSecretValue', 1],
      ['ssm:GetParameter', 1],
    ]);
  });

  it('may be published to where they are topics, with the keys of such as are encrypted', () => {
    const channels = [{ name: 'a', type: 'sns', topicArn }];

    expect(policyFor(channels)).toMatchObject([{ Action: 'sns:Publish', Resource: [topicArn] }]);
    expect(policyFor(channels, [key]).map(({ Action }) => Action)).toEqual([
      'sns:Publish',
      'kms:GenerateDataKey',
      'kms:Decrypt',
    ]);
  });

  it('need no right where they refer to nothing', () => {
    expect(policyFor([{ name: 'a', type: 'webhook', url: 'https://audit.example.com' }])).toEqual([]);
  });
});

describe('the stack', () => {
  const deployed = (params: Record<string, string>, more: object = {}) => {
    const text = JSON.stringify({ ...JSON.parse(settingsText(eks('one', {}))), ...more });
    return stackOf(
      { stage: 'prod', region: 'eu-central-1', params },
      { file: '', text, settings: parseSettings(text) },
    );
  };

  it('gives no right to every key there is', () => {
    expect(() => deployed({ kmsKeys: '*' })).toThrow('--param kmsKeys takes the ARNs of keys with commas, not *');
  });

  it.each([`${'$'}{env:HOME}`, '{{resolve:secretsmanager:x}}'])(
    'does not take settings with %s, which is replaced',
    (word) => {
      expect(() => deployed({}, { alerts: { clusterLabel: word } })).toThrow(/settings: take \$\{ and \{\{ out/);
    },
  );
});

describe('access to EKS clusters', () => {
  it('is not given to one of another account or region, which the stack cannot', () => {
    const roleArn = 'arn:aws:iam::210987654321:role/weightless';
    const settings = settingsOf(eks('own'), eks('foreign', { roleArn }), eks('far', { region: 'us-east-1' }));

    const names = Object.values(eksAccessEntries(settings, 'eu-central-1')).map(
      ({ Properties }) => Properties['ClusterName'],
    );

    expect(names).toEqual(['own', 'own', 'own']);
  });
});

describe('a topic of another region', () => {
  it('is subscribed to there, and without our queue, which it cannot reach', () => {
    const topics = ['arn:aws:sns:us-east-1:123456789012:alerts'];

    const [subscription] = Object.values(snsTopics({ topics, region: 'eu-central-1', target: 'the-function' }));

    expect(subscription?.Properties).toEqual({
      TopicArn: topics[0],
      Protocol: 'lambda',
      Endpoint: 'the-function',
      Region: 'us-east-1',
    });
  });
});

describe('a VPC', () => {
  it('is none where neither subnets nor security groups are named', () => {
    expect(vpcOf([], [])).toBeUndefined();
  });

  it.each([
    [['subnet-1'], []],
    [[], ['sg-1']],
  ])('is refused where one is missing: %j %j', (subnets, groups) => {
    expect(() => vpcOf(subnets, groups)).toThrow('A VPC needs both');
  });
});
