import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '#cli/local/free-port.ts';
import { type AwsCallerOptions, awsCaller } from '#shared/adapters/aws/aws-caller.ts';
import { type AskedOfAws, type AwsAnswer, assumeRoleDenied, json, startAwsServer } from '#test/doubles/aws-server.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';

const never = new AbortController().signal;
const keys = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };
const request = { service: 'ssm', action: 'GetParameter', headers: {}, body: '{}' } as const;

describe('a call to AWS', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  function callerAt(endpoint: string, more: Partial<AwsCallerOptions> = {}) {
    const clock = fakeClock(Date.UTC(2026, 10, 21, 9));
    const environment = { ...keys, AWS_ENDPOINT_URL: endpoint };
    const aws = awsCaller({ environment, clock, attemptTimeoutMs: 5000, ...more });
    closing.push(() => aws.close());
    return { aws, clock };
  }

  async function start(answer: (asked: AskedOfAws, call: number) => AwsAnswer, more: Partial<AwsCallerOptions> = {}) {
    const server = await startAwsServer(answer);
    closing.push(() => server.stop());
    return { server, ...callerAt(server.endpoint, more) };
  }

  it('goes out signed with the keys of the function, over one connection', async () => {
    const { aws, server } = await start(() => json({ ok: true }));

    const answers = [await aws.call(request, never), await aws.call({ ...request, region: 'us-west-2' }, never)];

    expect(answers).toEqual(['{"ok":true}', '{"ok":true}']);
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
      expect.stringContaining('Credential=AKID/20261121/eu-central-1/ssm/aws4_request'),
      expect.stringContaining('Credential=AKID/20261121/us-west-2/ssm/aws4_request'),
    ]);
    expect(server.connections()).toBe(1);
  });

  it.each<[string, AwsAnswer]>([
    ['is throttled', json({ __type: 'ThrottlingException', message: 'Rate exceeded' }, 400)],
    ['finds the service broken', json({ __type: 'InternalServiceError' }, 500)],
    ['finds no service', { status: 503, body: '<html></html>' }],
    ['loses its connection', 'reset'],
  ])('that %s is made a second time', async (_what, first) => {
    const { aws, server, clock } = await start((_asked, call) => (call === 0 ? first : json({ ok: true })));

    const answer = await aws.call(request, never);

    expect(answer).toBe('{"ok":true}');
    expect(server.asked).toHaveLength(2);
    expect(clock.slept).toHaveLength(1);
  });

  it('uses a connection of its own where it is made again, as the kept ones may all be dead', async () => {
    const { aws, server } = await start((_asked, call) => (call === 1 ? 'reset' : json({})));

    await aws.call(request, never);
    await aws.call(request, never);

    expect(server.asked).toHaveLength(3);
    expect(server.connections()).toBe(2);
    expect(server.asked[2]?.headers.connection).toBe('close');
  });

  it('that was signed wrongly fails without what AWS repeats of it, which has the session token', async () => {
    const message =
      'The request signature does not match.\n\nThe Canonical String should have been\nx-amz-security-token:t';
    const { aws } = await start(() => json({ __type: 'InvalidSignatureException', message }, 403));

    const answer = aws.call(request, never);

    await expect(answer).rejects.toThrow(/InvalidSignatureException: The request signature does not match$/);
  });

  it('is given up after the attempts that it has, with the last words of the service', async () => {
    const { aws, server } = await start(
      () => json({ __type: 'a.b#ThrottlingException', message: 'Rate exceeded' }, 400),
      {
        maxAttempts: 3,
      },
    );

    const answer = aws.call(request, never);

    await expect(answer).rejects.toMatchObject({
      name: 'AwsFault',
      retryable: true,
      code: 'ThrottlingException',
      message: 'SSM Parameter Store answered GetParameter with ThrottlingException: Rate exceeded',
    });
    expect(server.asked).toHaveLength(3);
  });

  it.each<[string, AwsAnswer, string]>([
    [
      'denied in JSON',
      json({ __type: 'AccessDeniedException', Message: 'User is not authorized.' }, 400),
      'SSM Parameter Store answered GetParameter with AccessDeniedException: User is not authorized',
    ],
    [
      'denied in XML',
      assumeRoleDenied(),
      'SSM Parameter Store answered GetParameter with AccessDenied: User: arn:aws:sts::111111111111:assumed-role/rollback is not authorized to perform: sts:AssumeRole & more',
    ],
    [
      'named in a header only',
      { status: 400, body: '{}', headers: { 'x-amzn-errortype': 'ParameterNotFound:http://internal.amazon.com/' } },
      'SSM Parameter Store answered GetParameter with ParameterNotFound',
    ],
    ['without words', { status: 404, body: '' }, 'SSM Parameter Store answered GetParameter with 404'],
  ])('is made once where it is refused: %s', async (_what, answer, message) => {
    const { aws, server } = await start(() => answer);

    const outcome = aws.call(request, never);

    await expect(outcome).rejects.toMatchObject({ retryable: false, message: expect.stringContaining(message) });
    expect(server.asked).toHaveLength(1);
  });

  it('follows no redirect', async () => {
    const { aws, server } = await start((_asked, call) =>
      call === 0 ? { status: 307, body: '', headers: { location: '/elsewhere' } } : json({}),
    );

    const answer = aws.call(request, never);

    await expect(answer).rejects.toMatchObject({ retryable: false, message: expect.stringContaining('with 307') });
    expect(server.asked).toHaveLength(1);
  });

  it('waits for an answer no longer than it should', async () => {
    const { aws } = await start(() => 'silence', { attemptTimeoutMs: 20 });

    const answer = aws.call(request, never);

    await expect(answer).rejects.toMatchObject({
      retryable: true,
      message: 'SSM Parameter Store did not answer GetParameter: no answer in time',
    });
  });

  it('ends with the signal of its caller, and is not made again', async () => {
    const leaving = new AbortController();
    const { aws, server } = await start(() => {
      leaving.abort(new Error('the delivery is over'));
      return 'silence';
    });

    const answer = aws.call(request, leaving.signal);

    await expect(answer).rejects.toMatchObject({ message: expect.stringContaining('the delivery is over') });
    expect(server.asked).toHaveLength(1);
  });

  it('takes no answer that is larger than any of AWS can be', async () => {
    const { aws } = await start(() => ({ status: 200, body: 'x'.repeat(1024 * 1024 + 1) }));

    const answer = aws.call(request, never);

    await expect(answer).rejects.toMatchObject({
      message: expect.stringContaining('the answer is over 1048576 bytes'),
    });
  });

  it('fails where nobody listens', async () => {
    const { aws } = callerAt(`http://127.0.0.1:${await freePort()}`);

    const answer = aws.call(request, never);

    await expect(answer).rejects.toMatchObject({ retryable: true, message: expect.stringContaining('ECONNREFUSED') });
  });

  it('is not made without keys, or without a region', async () => {
    const { server } = await start(() => json({}));
    const AWS_ENDPOINT_URL = server.endpoint;

    const keyless = callerAt('', { environment: { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL } }).aws;
    const nowhere = callerAt('', { environment: { ...keys, AWS_REGION: '', AWS_ENDPOINT_URL } }).aws;

    await expect(keyless.call(request, never)).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('There are no AWS credentials here'),
    });
    await expect(nowhere.call(request, never)).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('There is no AWS region here'),
    });
    expect(server.asked).toEqual([]);
  });
});
