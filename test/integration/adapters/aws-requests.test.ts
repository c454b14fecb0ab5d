import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assumeRole } from '#shared/adapters/aws/assume-role.ts';
import { awsCaller } from '#shared/adapters/aws/aws-caller.ts';
import type { AwsCaller } from '#shared/adapters/aws/aws-request.ts';
import { getParameter } from '#shared/adapters/aws/get-parameter.ts';
import { getSecretValue } from '#shared/adapters/aws/get-secret-value.ts';
import { ssmSettingsSource } from '#shared/adapters/aws/ssm-settings-source.ts';
import { snsNotifier } from '#shared/adapters/sns/sns-notifier.ts';
import { formatSns } from '#shared/domain/notify/format-sns.ts';
import { someNews } from '#test/builders/news.ts';
import { type AskedOfAws, type AwsServer, assumedRole, json, startAwsServer } from '#test/doubles/aws-server.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';

const never = new AbortController().signal;
const ROLE = 'arn:aws:iam::222222222222:role/weightless/of+eks@prod';
const NOW = Date.UTC(2026, 10, 21, 9);

function answerTo({ headers }: AskedOfAws) {
  const target = String(headers['x-amz-target']);
  if (target.endsWith('GetParametersByPath')) return json({ Parameters: [] });
  if (target.endsWith('GetParameter')) return json({ Parameter: { Name: 'name', Value: 'value' } });
  if (target.endsWith('GetSecretValue')) return json({ SecretString: 'value' });
  return assumedRole(NOW + 3_600_000);
}

/** What a service looks at; order within a form is nothing to it. */
function looked({ method, path, headers, body }: AskedOfAws) {
  const form = headers['content-type'] === 'application/x-www-form-urlencoded';
  return {
    method,
    path,
    type: headers['content-type'],
    target: headers['x-amz-target'],
    token: headers['x-amz-security-token'],
    sum: form ? 'of the body' : headers['x-amz-content-sha256'],
    scope: / Credential=([^,]*),/.exec(headers.authorization ?? '')?.[1]?.replace(/\/\d{8}\//, '/DATE/'),
    body: form ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body),
  };
}

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:rollbacks';
const news = someNews({ type: 'RollbackFailed' });

function publish() {
  const { subject, message, attributes } = formatSns(news.notice);
  const values = Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]);
  return new PublishCommand({
    TopicArn: TOPIC,
    Subject: subject,
    Message: message,
    MessageStructure: 'json',
    MessageAttributes: Object.fromEntries(values),
  });
}

describe('a request that is signed here', () => {
  let server: AwsServer;
  let aws: AwsCaller;
  beforeEach(async () => {
    server = await startAwsServer(answerTo);
    const environment = {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session/token+==',
      AWS_ENDPOINT_URL: server.endpoint,
    };
    aws = awsCaller({ environment, clock: fakeClock(NOW) });
  });
  afterEach(async () => {
    aws.close();
    await server.stop();
  });

  const sdk = () => ({
    endpoint: server.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session/token+==' },
  });

  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      'GetSecretValue',
      () => getSecretValue(aws, 'cluster/prod', never),
      () => new SecretsManagerClient(sdk()).send(new GetSecretValueCommand({ SecretId: 'cluster/prod' })),
    ],
    [
      'GetParameter',
      () => getParameter(aws, '/weightless/token', never),
      () => new SSMClient(sdk()).send(new GetParameterCommand({ Name: '/weightless/token', WithDecryption: true })),
    ],
    [
      'GetParametersByPath',
      () => ssmSettingsSource({ aws, path: '/weightless/prod' }).read(never),
      () =>
        new SSMClient(sdk()).send(
          new GetParametersByPathCommand({
            Path: '/weightless/prod',
            Recursive: true,
            WithDecryption: true,
            MaxResults: 10,
          }),
        ),
    ],
    [
      'AssumeRole',
      () => assumeRole(aws, ROLE, fakeClock(NOW)).get(never),
      () => new STSClient(sdk()).send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'weightless' })),
    ],
    [
      'Publish',
      () => snsNotifier({ aws, topicArn: TOPIC }).notify(news, never),
      () => new SNSClient(sdk()).send(publish()),
    ],
  ])('asks for %s what a client of the SDK asks, and takes the same answer', async (_action, ours, theirs) => {
    await ours();
    await theirs();

    const [byUs, bySdk] = server.asked.map(looked);
    expect(server.asked).toHaveLength(2);
    expect(byUs).toEqual(bySdk);
    expect(byUs?.scope).toMatch(/^AKID\/DATE\/eu-central-1\/(ssm|sns|sts|secretsmanager)\/aws4_request$/);
  });

  it('takes the same keys from STS as a client of the SDK', async () => {
    const ours = await assumeRole(aws, ROLE, fakeClock(NOW)).get(never);
    const { Credentials: theirs } = await new STSClient(sdk()).send(
      new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'weightless' }),
    );

    expect(ours).toEqual({
      accessKeyId: theirs?.AccessKeyId,
      secretAccessKey: theirs?.SecretAccessKey,
      sessionToken: theirs?.SessionToken,
      expiresAt: theirs?.Expiration?.getTime(),
    });
    expect(ours).toMatchObject({ accessKeyId: 'ASIAROLE', expiresAt: NOW + 3_600_000 });
  });
});
