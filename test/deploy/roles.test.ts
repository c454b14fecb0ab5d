import { describe, expect, it } from 'vitest';
import { grantsOf, nameOf, statementsOf } from './statements.ts';
import { capital, FUNCTIONS, templateOf } from './template.ts';

const plain = templateOf('plain');
const full = templateOf('full');

/** AWS knows no resource for the reading ones, and Lambda asks for all of them on any when it makes a function. */
const WITHOUT_RESOURCE = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

const SETTINGS = [
  'ssm:GetParametersByPath on ssm:*:*:parameter/weightless/plain',
  'ssm:GetParametersByPath on ssm:*:*:parameter/weightless/plain/*',
];
const RECORDS = ['BatchGetItem', 'DeleteItem', 'PutItem', 'Query'].map((action) => `dynamodb:${action} on Table.Arn`);
const CLUSTER_TOKEN = 'secretsmanager:GetSecretValue on secretsmanager:*:*:secret:weightless/prod-??????';
const logs = (name: string) => [
  `logs:CreateLogStream on ${name}LogGroup.Arn`,
  `logs:PutLogEvents on ${name}LogGroup.Arn`,
];

describe('the roles of the functions', () => {
  it('are one for each, for Lambda alone to assume', () => {
    const roles = plain.ofType('AWS::IAM::Role');

    expect(new Set(roles.keys())).toEqual(new Set(FUNCTIONS.map((name) => `${capital(name)}Role`)));
    for (const { Properties } of roles.values()) {
      expect(Properties['AssumeRolePolicyDocument'].Statement).toEqual([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it.each([
    [
      'rollback',
      [...logs('Rollback'), ...RECORDS, ...SETTINGS, CLUSTER_TOKEN, 'sqs:SendMessage on RollbackDeadLetters.Arn'],
    ],
    [
      'report',
      [
        ...logs('Report'),
        'dynamodb:BatchGetItem on Table.Arn',
        'dynamodb:Query on Table.Arn',
        'dynamodb:Query on Table.Arn/index/byDay',
        ...SETTINGS,
      ],
    ],
    ['operate', [...logs('Operate'), ...RECORDS, ...SETTINGS, CLUSTER_TOKEN]],
    [
      'publish',
      [
        ...logs('Publish'),
        ...['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
          (action) => `dynamodb:${action} on Table.StreamArn`,
        ),
        'dynamodb:UpdateItem on Table.Arn',
        'events:PutEvents on EventBus.Arn',
        'sqs:SendMessage on PublishDeadLetters.Arn',
      ],
    ],
    [
      'guard',
      [
        ...logs('Guard'),
        ...RECORDS,
        'dynamodb:Query on Table.Arn/index/byDay',
        'dynamodb:Query on Table.Arn/index/unfinished',
        'dynamodb:Query on Table.Arn/index/unsent',
        'dynamodb:UpdateItem on Table.Arn',
        'events:PutEvents on EventBus.Arn',
        ...SETTINGS,
        CLUSTER_TOKEN,
        'sqs:SendMessage on GuardDeadLetters.Arn',
      ],
    ],
    [
      'notify',
      [
        ...logs('Notify'),
        ...['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage', 'SendMessage'].map(
          (action) => `sqs:${action} on NotifyQueue.Arn`,
        ),
        'sqs:SendMessage on NotifyDeadLetters.Arn',
        ...['GetItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action} on Table.Arn`),
        ...SETTINGS,
      ],
    ],
  ] as const)('let %s do just this', (name, grants) => {
    expect(grantsOf(plain, `${capital(name)}Role`)).toEqual([...grants].sort());
  });

  it('let nobody do everything of a service, nor one thing to everything but where AWS knows no resource', () => {
    const statements = [plain, full].flatMap((template) =>
      FUNCTIONS.flatMap((name) => statementsOf(template, `${capital(name)}Role`)),
    );
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');

    expect(allowed.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    const onAnything = allowed.filter(({ Resource }) => Resource.includes('*')).flatMap(({ Action }) => Action);
    expect([...new Set(onAnything)].sort()).toEqual(WITHOUT_RESOURCE);
    expect(allowed.every(({ Resource }) => Resource.length > 0)).toBe(true);
  });

  it('ask for network interfaces in a VPC only, and deny them to the code of the function', () => {
    const actions = (template: typeof plain) =>
      FUNCTIONS.filter((name) => grantsOf(template, `${capital(name)}Role`).some((grant) => grant.startsWith('ec2:')));
    const denied = statementsOf(full, 'RollbackRole').filter(({ Effect }) => Effect === 'Deny');

    expect(actions(plain)).toEqual([]);
    expect(actions(full)).toEqual(['rollback', 'operate', 'guard']);
    expect(denied.map(({ Action }) => new Set(Action))).toEqual([new Set(WITHOUT_RESOURCE)]);
    expect(denied.map(({ Condition }) => nameOf(Condition?.ArnEquals['lambda:SourceFunctionArn']))).toEqual([
      'lambda:*:*:function:weightless-full-rollback',
    ]);
  });

  it('let those who speak to clusters read what their settings refer to, and assume the roles they name', () => {
    const references = [
      'kms:Decrypt on arn:aws:kms:eu-central-1:123456789012:key/one',
      'secretsmanager:GetSecretValue on secretsmanager:*:*:secret:weightless/on-premises-??????',
      'sts:AssumeRole on arn:aws:iam::210987654321:role/weightless-clusters',
    ];

    expect(grantsOf(full, 'RollbackRole')).toEqual(expect.arrayContaining(references));
    expect(grantsOf(full, 'GuardRole')).toEqual(expect.arrayContaining(references));
    expect(grantsOf(full, 'OperateRole')).toEqual(expect.arrayContaining(references));
    expect(full.resource('RollbackLambdaFunction').DependsOn).toContain('ClusterReferences');
  });

  it('let notify read the secrets of its channels and publish to their topics, and read no token of a cluster', () => {
    const grants = grantsOf(full, 'NotifyRole');

    expect(grants).toEqual(
      expect.arrayContaining([
        'ssm:GetParameter on ssm:*:*:parameter/weightless-secrets/webhook-url',
        'secretsmanager:GetSecretValue on secretsmanager:*:*:secret:weightless/webhook-signing-key-??????',
        'secretsmanager:GetSecretValue on secretsmanager:*:*:secret:weightless/pagerduty-??????',
        'secretsmanager:GetSecretValue on secretsmanager:*:*:secret:weightless/slack-??????',
        'sns:Publish on arn:aws:sns:eu-central-1:123456789012:weightless-rollbacks',
        'kms:GenerateDataKey on arn:aws:kms:eu-central-1:123456789012:key/one',
      ]),
    );
    expect(grants.filter((grant) => grant.includes('on-premises'))).toEqual([]);
    expect(grantsOf(full, 'ReportRole').filter((grant) => /secret|kms/.test(grant))).toEqual([]);
  });

  it('are bounded where a boundary is given', () => {
    for (const name of FUNCTIONS) {
      expect(plain.resource(`${capital(name)}Role`).Properties).not.toHaveProperty('PermissionsBoundary');
      expect(full.resource(`${capital(name)}Role`).Properties['PermissionsBoundary']).toBe(
        'arn:aws:iam::123456789012:policy/boundary',
      );
    }
  });

  it('are let into the EKS clusters of the same account and region, where that is asked for', () => {
    const entries = [...full.ofType('AWS::EKS::AccessEntry').values()].map(({ Properties }) => Properties);

    expect(plain.ofType('AWS::EKS::AccessEntry').size).toBe(0);
    expect(entries).toEqual(
      ['RollbackRole', 'GuardRole', 'OperateRole'].map((role) => ({
        ClusterName: 'production',
        PrincipalArn: { 'Fn::GetAtt': [role, 'Arn'] },
        KubernetesGroups: ['weightless'],
        Type: 'STANDARD',
      })),
    );
  });
});
