import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import type { AwsCredentialSource, AwsCredentials } from '#shared/adapters/aws/aws-credentials.ts';
import { AwsFault } from '#shared/adapters/aws/aws-fault.ts';
import { eksCredentials } from '#shared/adapters/kubernetes/eks-credentials.ts';
import type { EksSettings } from '#shared/contracts/settings.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';
import { FUNCTION_KEYS } from '#test/doubles/scripted-aws.ts';

const never = new AbortController().signal;
const NOW = Date.UTC(2026, 10, 21, 9, 5, 7);
const MINUTE = 60_000;
const eks: EksSettings = { cluster: 'prod_eu', region: 'eu-central-1' };

function keysOf(credentials: AwsCredentials = FUNCTION_KEYS): AwsCredentialSource & { reloads: number } {
  return {
    reloads: 0,
    get: async () => credentials,
    reload() {
      this.reloads += 1;
    },
  };
}

function failing(fault: unknown): AwsCredentialSource {
  return { get: () => Promise.reject(fault), reload: () => undefined };
}

function urlOf({ authorization = '' }: Readonly<Record<string, string>>): URL {
  const [, token = ''] = /^Bearer k8s-aws-v1\.([-\w]+)$/.exec(authorization) ?? [];
  return new URL(Buffer.from(token, 'base64url').toString());
}

/** The same question, presigned by the SDK's signer. */
async function presignedByOracle(host: string, region: string, keys: AwsCredentials) {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  const signer = new SignatureV4({ credentials, region, service: 'sts', sha256: Sha256 });
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host, 'x-k8s-aws-id': eks.cluster },
  };
  const { query } = await signer.presign(request, { signingDate: new Date(NOW), expiresIn: 60 });
  return query;
}

describe('the token for an EKS cluster', () => {
  it.each<[string, string, AwsCredentials]>([
    ['eu-central-1', 'sts.eu-central-1.amazonaws.com', FUNCTION_KEYS],
    ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn', FUNCTION_KEYS],
    ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com', { accessKeyId: 'AKIA', secretAccessKey: 'secret' }],
  ])('holds the URL that @smithy/signature-v4 presigns: %s', async (region, host, keys) => {
    const credentials = eksCredentials({ ...eks, region }, { keys: keysOf(keys), clock: fakeClock(NOW) });

    const url = urlOf(await credentials.headers(never));

    expect(url.origin + url.pathname).toBe(`https://${host}/`);
    expect(Object.fromEntries(url.searchParams)).toEqual(await presignedByOracle(host, region, keys));
  });

  it('asks who we are, about this cluster, and holds no more than EKS takes', async () => {
    const credentials = eksCredentials(eks, { keys: keysOf(), clock: fakeClock(NOW) });

    const headers = await credentials.headers(never);

    const query = Object.fromEntries(urlOf(headers).searchParams);
    expect(query).toEqual({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIAFUNCTION/20261121/eu-central-1/sts/aws4_request',
      'X-Amz-Date': '20261121T090507Z',
      'X-Amz-Expires': '60',
      'X-Amz-Security-Token': 'session/of+function==',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(headers['authorization']).not.toContain('=');
  });

  it('is another for another cluster', async () => {
    const clock = fakeClock(NOW);

    const [one, other] = await Promise.all(
      ['one', 'other'].map((cluster) => eksCredentials({ ...eks, cluster }, { keys: keysOf(), clock }).headers(never)),
    );

    expect(one).not.toEqual(other);
  });

  it('is kept for 13 of its minutes', async () => {
    const clock = fakeClock(NOW);
    const credentials = eksCredentials(eks, { keys: keysOf(), clock });

    const first = await credentials.headers(never);
    clock.advance(13 * MINUTE - 1);
    const kept = await credentials.headers(never);
    clock.advance(1);
    const renewed = await credentials.headers(never);

    expect(kept).toEqual(first);
    expect(urlOf(renewed).searchParams.get('X-Amz-Date')).toBe('20261121T091807Z');
  });

  it('is kept no longer than the keys that signed it', async () => {
    const clock = fakeClock(NOW);
    const keys = keysOf({ ...FUNCTION_KEYS, expiresAt: NOW + 6 * MINUTE });
    const credentials = eksCredentials(eks, { keys, clock });

    const first = await credentials.headers(never);
    clock.advance(5 * MINUTE - 1);
    const kept = await credentials.headers(never);
    clock.advance(1);
    const renewed = await credentials.headers(never);

    expect(kept).toEqual(first);
    expect(renewed).not.toEqual(first);
  });

  it('is made anew, of new keys, where the cluster does not accept it', async () => {
    const clock = fakeClock(NOW);
    const keys = keysOf();
    const credentials = eksCredentials(eks, { keys, clock });
    const first = await credentials.headers(never);

    clock.advance(1000);
    credentials.reload();
    const second = await credentials.headers(never);

    expect(second).not.toEqual(first);
    expect(keys.reloads).toBe(1);
  });

  it('cannot be made where the role is not ours to assume, and says what to do', async () => {
    const fault = new AwsFault('STS answered AssumeRole with AccessDenied: no', {
      retryable: false,
      code: 'AccessDenied',
    });
    const roleArn = 'arn:aws:iam::222222222222:role/eks';

    const headers = eksCredentials({ ...eks, roleArn }, { keys: failing(fault), clock: fakeClock(NOW) }).headers(never);

    await expect(headers).rejects.toMatchObject({
      name: 'CredentialsError',
      message: `The token for the EKS cluster prod_eu cannot be made: STS answered AssumeRole with AccessDenied: no; let the function's role assume ${roleArn}, and let that role's trust policy name it`,
    });
  });

  it('cannot be made by one who has no time left', async () => {
    const credentials = eksCredentials(eks, { keys: keysOf(), clock: fakeClock(NOW) });

    await expect(credentials.headers(AbortSignal.abort())).rejects.toMatchObject({ name: 'CredentialsError' });
  });
});
