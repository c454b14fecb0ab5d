import { describe, expect, it } from 'vitest';
import { AwsFault } from '#shared/adapters/aws/aws-fault.ts';
import type { AwsRequest } from '#shared/adapters/aws/aws-request.ts';
import { awsSecrets } from '#shared/adapters/aws/aws-secrets.ts';
import type { SecretReference } from '#shared/contracts/settings.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import { scriptedAws } from '#test/doubles/scripted-aws.ts';

const never = new AbortController().signal;
const MINUTE = 60_000;

/** Both stores with the same text in everything. */
function holding(text: string) {
  return ({ action }: AwsRequest) =>
    JSON.stringify(action === 'GetParameter' ? { Parameter: { Value: text } } : { SecretString: text });
}

function fail(retryable: boolean, code: string) {
  return () => {
    throw new AwsFault(`the store answered with ${code}`, { retryable, code });
  };
}

function setUp(give: (request: AwsRequest) => string) {
  const aws = scriptedAws(give);
  const clock = fakeClock(0);
  return { aws, clock, secrets: awsSecrets(aws, { clock }) };
}

describe('secrets kept in AWS', () => {
  it.each<[SecretReference, string]>([
    [{ secret: 'cluster' }, '{"token":"abc","list":[]}'],
    [{ secret: 'cluster', key: 'token' }, 'abc'],
    [{ parameter: '/cluster/token' }, '{"token":"abc","list":[]}'],
  ])('are read as %j says', async (reference, expected) => {
    const { secrets } = setUp(holding('{"token":"abc","list":[]}'));

    expect(await secrets.read(reference, never)).toBe(expected);
  });

  it.each<[SecretReference, string | undefined]>([
    [{ secret: 'cluster' }, undefined],
    [{ secret: 'arn:aws:secretsmanager:eu-west-1:1:secret:c-AbCdEf' }, 'eu-west-1'],
    [{ parameter: '/cluster/token' }, undefined],
    [{ parameter: 'arn:aws:ssm:us-west-2:1:parameter/token' }, 'us-west-2'],
  ])('are asked of the region that %j names', async (reference, region) => {
    const { aws, secrets } = setUp(holding('text'));

    await secrets.read(reference, never);

    expect(aws.asked.map((request) => request.region)).toEqual([region]);
  });

  it.each<[string, string, string]>([
    ['is no JSON', 'not json', 'is no JSON object, and its key token is asked for'],
    ['is a JSON list', '["token"]', 'is no JSON object, and its key token is asked for'],
    ['has no such key', '{"other":"abc"}', 'has no text under the key token'],
    ['has no text under the key', '{"token":{"a":1}}', 'has no text under the key token'],
    ['only inherits such a key', '{"__proto__":{"token":"abc"}}', 'has no text under the key token'],
  ])('cannot be used where the secret %s', async (_what, text, words) => {
    const { secrets } = setUp(holding(text));

    const read = secrets.read({ secret: 'cluster', key: 'token' }, never);

    await expect(read).rejects.toMatchObject({
      name: 'SecretFault',
      retryable: false,
      message: expect.stringContaining(`The secret cluster ${words}`),
    });
    await expect(read).rejects.not.toMatchObject({ message: expect.stringContaining('abc') });
  });

  it('cannot be used where the secret is binary', async () => {
    const { secrets } = setUp(() => '{"Name":"cluster","SecretBinary":"YWJj"}');

    const read = secrets.read({ secret: 'cluster' }, never);

    await expect(read).rejects.toMatchObject({ retryable: false, message: expect.stringContaining('is binary') });
  });

  it.each(['not json', '[]', '{"Parameter":{}}'])('are not read from an answer such as %s', async (answer) => {
    const { secrets } = setUp(() => answer);

    const read = secrets.read({ parameter: '/token' }, never);

    await expect(read).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('answered GetParameter with something that cannot be read as its answer'),
    });
  });

  it.each<[boolean, string, string]>([
    [false, 'ResourceNotFoundException', 'check its name and region'],
    [false, 'AccessDeniedException', "grant the function's role to read it"],
    [true, 'ThrottlingException', 'the store answered with ThrottlingException'],
  ])('say what is wrong where they are not to be had (retryable %s: %s)', async (retryable, code, hint) => {
    const { secrets } = setUp(fail(retryable, code));

    const read = secrets.read({ secret: 'cluster' }, never);

    await expect(read).rejects.toMatchObject({
      name: 'SecretFault',
      retryable,
      message: expect.stringMatching(`^The secret cluster could not be read: the store answered with ${code}`),
    });
    await expect(read).rejects.toMatchObject({ message: expect.stringContaining(hint) });
  });

  it('are a fault that can mend itself where the caller has no time left', async () => {
    const { secrets } = setUp(holding('text'));

    const read = secrets.read({ secret: 'cluster' }, AbortSignal.abort());

    await expect(read).rejects.toMatchObject({ name: 'SecretFault', retryable: true });
  });

  it('are read once in five minutes, and once for several keys of one secret', async () => {
    const { aws, clock, secrets } = setUp(holding('{"a":"1","b":"2"}'));

    const both = await Promise.all([
      secrets.read({ secret: 'cluster', key: 'a' }, never),
      secrets.read({ secret: 'cluster', key: 'b' }, never),
    ]);
    clock.advance(5 * MINUTE - 1);
    await secrets.read({ secret: 'cluster' }, never);
    const early = aws.asked.length;
    clock.advance(1);
    await secrets.read({ secret: 'cluster' }, never);

    expect(both).toEqual(['1', '2']);
    expect([early, aws.asked.length]).toEqual([1, 2]);
  });

  it('are kept apart: a parameter is not a secret of the same name', async () => {
    const { secrets } = setUp((request) => holding(request.action)(request));

    const texts = [await secrets.read({ secret: 'x' }, never), await secrets.read({ parameter: 'x' }, never)];

    expect(texts).toEqual(['GetSecretValue', 'GetParameter']);
  });

  it('are read anew where the one that is kept was not accepted', async () => {
    const { aws, secrets } = setUp(holding('old'));
    await secrets.read({ secret: 'cluster' }, never);
    aws.answer(holding('new'));

    const kept = await secrets.read({ secret: 'cluster' }, never);
    const fresh = await secrets.read({ secret: 'cluster' }, never, { fresh: true });
    const after = await secrets.read({ secret: 'cluster' }, never);

    expect([kept, fresh, after]).toEqual(['old', 'new', 'new']);
    expect(aws.asked).toHaveLength(2);
  });

  it('outlast a store that is down, but for whoever knows that the old one is wrong', async () => {
    const { aws, clock, secrets } = setUp(holding('old'));
    await secrets.read({ secret: 'cluster' }, never);
    clock.advance(10 * MINUTE);
    aws.answer(fail(true, 'InternalServiceError'));

    const old = await secrets.read({ secret: 'cluster' }, never);
    const fresh = secrets.read({ secret: 'cluster' }, never, { fresh: true });

    expect(old).toBe('old');
    await expect(fresh).rejects.toMatchObject({ retryable: true });
  });

  it('do not outlast a store that takes them back', async () => {
    const { aws, clock, secrets } = setUp(holding('old'));
    await secrets.read({ secret: 'cluster' }, never);
    clock.advance(10 * MINUTE);
    aws.answer(fail(false, 'AccessDeniedException'));

    const read = secrets.read({ secret: 'cluster' }, never);

    await expect(read).rejects.toMatchObject({ name: 'SecretFault', retryable: false });
  });

  it('are asked for again after a failure', async () => {
    const { aws, secrets } = setUp(fail(false, 'ResourceNotFoundException'));
    await expect(secrets.read({ secret: 'cluster' }, never)).rejects.toThrow('ResourceNotFoundException');
    aws.answer(holding('text'));

    expect(await secrets.read({ secret: 'cluster' }, never)).toBe('text');
  });
});
