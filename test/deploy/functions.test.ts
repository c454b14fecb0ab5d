import { describe, expect, it } from 'vitest';
import { nameOf } from './statements.ts';
import { arn, capital, FUNCTIONS, templateOf } from './template.ts';

const plain = templateOf('plain');
const full = templateOf('full');
const functionOf = (template: typeof plain, name: (typeof FUNCTIONS)[number]) =>
  template.resource(`${capital(name)}LambdaFunction`).Properties;

describe('the functions of the stack', () => {
  it('are these, on Node 24, each with a role of its own and a log that is kept for a while', () => {
    const functions = plain.ofType('AWS::Lambda::Function');

    expect(new Set(functions.keys())).toEqual(new Set(FUNCTIONS.map((name) => `${capital(name)}LambdaFunction`)));
    for (const name of FUNCTIONS) {
      expect(functionOf(plain, name)).toMatchObject({
        FunctionName: `weightless-plain-${name}`,
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: arn(`${capital(name)}Role`),
        Tags: [
          { Key: 'service', Value: 'weightless' },
          { Key: 'stage', Value: 'plain' },
        ],
      });
      expect(plain.resource(`${capital(name)}LogGroup`).Properties).toEqual({
        LogGroupName: `/aws/lambda/weightless-plain-${name}`,
        RetentionInDays: 30,
      });
    }
  });

  it('run on arm64, or on the architecture that is asked for, and keep logs for as long as asked for', () => {
    for (const name of FUNCTIONS) {
      expect(functionOf(plain, name)['Architectures']).toEqual(['arm64']);
      expect(functionOf(full, name)['Architectures']).toEqual(['x86_64']);
      expect(full.resource(`${capital(name)}LogGroup`).Properties['RetentionInDays']).toBe(7);
    }
  });

  it('give rollback a whole vCPU, and less time than the gateway waits', () => {
    const { MemorySize, Timeout } = functionOf(plain, 'rollback');
    const integration = plain.resource('HttpApiIntegrationRollback').Properties;

    expect(MemorySize).toBe(1769);
    expect(Timeout).toBe(15);
    expect(integration['TimeoutInMillis']).toBeGreaterThan(Timeout * 1000);
  });

  it('know where table, settings, bus and dead letters are', () => {
    for (const name of FUNCTIONS) {
      expect(functionOf(plain, name)['Environment'].Variables).toMatchObject({
        WEIGHTLESS_STAGE: 'plain',
        WEIGHTLESS_TABLE: { Ref: 'Table' },
        WEIGHTLESS_SETTINGS_PATH: '/weightless/plain',
        WEIGHTLESS_SETTINGS_FILE: 'settings.json',
        POWERTOOLS_LOG_LEVEL: 'INFO',
      });
    }
    expect(functionOf(plain, 'guard')['Environment'].Variables.WEIGHTLESS_EVENT_BUS).toEqual({ Ref: 'EventBus' });
    expect(functionOf(plain, 'publish')['Environment'].Variables).toMatchObject({
      WEIGHTLESS_EVENT_BUS: { Ref: 'EventBus' },
      WEIGHTLESS_DEAD_LETTERS: { Ref: 'PublishDeadLetters' },
    });
  });

  it('have no concurrency set aside, no warm instance, no version and no VPC unless asked for', () => {
    expect(plain.ofType('AWS::Lambda::Version').size).toBe(0);
    expect(plain.ofType('AWS::Lambda::Alias').size).toBe(0);
    for (const name of FUNCTIONS) {
      expect(functionOf(plain, name)).not.toHaveProperty('ReservedConcurrentExecutions');
      expect(functionOf(plain, name)).not.toHaveProperty('VpcConfig');
    }
  });

  it('set concurrency aside for rollback alone, where that is asked for', () => {
    const reserved = FUNCTIONS.filter((name) => 'ReservedConcurrentExecutions' in functionOf(full, name));

    expect(reserved).toEqual(['rollback']);
    expect(functionOf(full, 'rollback')['ReservedConcurrentExecutions']).toBe(20);
  });

  it('keep rollback warm behind an alias that gateway, topics and retries use, where that is asked for', () => {
    const alias = full.resource('RollbackProvConcLambdaAlias').Properties;
    const [topic] = full.ofType('AWS::SNS::Subscription').values();

    expect(alias['ProvisionedConcurrencyConfig']).toEqual({ ProvisionedConcurrentExecutions: 2 });
    expect(JSON.stringify(full.resource('HttpApiIntegrationRollback').Properties['IntegrationUri'])).toContain(
      alias['Name'],
    );
    expect(topic?.Properties['Endpoint']).toEqual({ Ref: 'RollbackProvConcLambdaAlias' });
    expect(full.resource('RollbackLambdaEvConf').Properties['Qualifier']).toBe(alias['Name']);
  });

  it('put into a VPC those that speak to clusters, and no other, where one is named', () => {
    const inside = FUNCTIONS.filter((name) => 'VpcConfig' in functionOf(full, name));

    expect(inside).toEqual(['rollback', 'operate', 'guard']);
    for (const name of inside) {
      expect(functionOf(full, name)['VpcConfig']).toEqual({
        SubnetIds: ['subnet-1', 'subnet-2'],
        SecurityGroupIds: ['sg-1'],
      });
      expect(full.resource(`${capital(name)}LambdaFunction`).DependsOn).toContain(`${capital(name)}VpcAccess`);
    }
  });
});

describe('the outputs of the stack', () => {
  it('say where to send to, where to look, and whom to let in', () => {
    expect(Object.keys(plain.Outputs)).toEqual(
      expect.arrayContaining([
        'WebhookUrl',
        'HeartbeatUrl',
        'ReportUrl',
        'TableName',
        'EventBusName',
        'AlarmTopicArn',
        ...FUNCTIONS.map((name) => `${capital(name)}RoleArn`),
        ...FUNCTIONS.filter((name) => name !== 'report' && name !== 'operate').map(
          (name) => `${capital(name)}DeadLettersUrl`,
        ),
      ]),
    );
    expect(nameOf(plain.Outputs['WebhookUrl']?.Value)).toMatch(/^https:\/\/HttpApi\.execute-api\..*\/v1\/alerts$/);
    expect(plain.Outputs['AlarmTopicArn']?.Value).toEqual({ Ref: 'AlarmTopic' });
    expect(full.Outputs['AlarmTopicArn']?.Value).toBe('arn:aws:sns:eu-central-1:123456789012:ops');
  });
});
