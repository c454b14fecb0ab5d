import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AwsCredentials } from '#shared/adapters/aws/aws-credentials.ts';
import { presignUrl } from '#shared/adapters/aws/presign-url.ts';
import { signRequest } from '#shared/adapters/aws/sign-request.ts';
import { type Signing, signatureOf } from '#shared/adapters/aws/sigv4.ts';

const AT = Date.UTC(2026, 10, 21, 9, 5, 7);

function oracle({ credentials, region, service }: Signing) {
  return new SignatureV4({ credentials: plain(credentials), region, service, sha256: Sha256 });
}

/** The oracle has no optional session token that is undefined. */
function plain({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** The request as the oracle takes it. */
function asked(method: string, url: URL, headers: Readonly<Record<string, string>>, body?: string) {
  const query: Record<string, string> = Object.fromEntries(url.searchParams);
  const { protocol, hostname, pathname: path } = url;
  return { method, protocol, hostname, path, query, headers: { ...headers, host: url.host }, body };
}

async function headersByOracle(url: URL, headers: Readonly<Record<string, string>>, body: string, signing: Signing) {
  const signed = await oracle(signing).sign(asked('POST', url, headers, body), { signingDate: new Date(signing.at) });
  return signed.headers;
}

async function queryByOracle(url: URL, headers: Readonly<Record<string, string>>, signing: Signing) {
  const options = { signingDate: new Date(signing.at), expiresIn: 60 };
  const { query } = await oracle(signing).presign(asked('GET', url, headers), options);
  return query;
}

const signingOf = (credentials: AwsCredentials): Signing => ({
  credentials,
  region: 'eu-central-1',
  service: 'ssm',
  at: AT,
});
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom("!'()*", '~-_.', '+ /=&%?#', 'ü😀'),
);
const arbitrarySigning: fc.Arbitrary<Signing> = fc.record({
  credentials: fc.record({
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
    secretAccessKey: fc.string({ minLength: 1, maxLength: 60 }),
    sessionToken: fc.option(fc.base64String({ minLength: 4, maxLength: 400 }), { nil: undefined }),
  }),
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'cn-north-1', 'us-gov-west-1', 'ap-southeast-5'),
  service: fc.constantFrom('ssm', 'sts', 'secretsmanager', 'execute-api'),
  at: fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2099, 0) }),
});
/** The oracle keeps parameters as properties of an object, and loses the one of this name. */
const parameterName = text.filter((name) => name !== '__proto__');
const arbitraryUrl = fc
  .record({
    segments: fc.array(text, { maxLength: 3 }),
    end: fc.constantFrom('', '/'),
    query: fc.dictionary(parameterName, text, { maxKeys: 4 }),
    port: fc.constantFrom('', ':4566'),
  })
  .map(({ segments, end, query, port }) => {
    const url = new URL(
      `https://ssm.eu-central-1.amazonaws.com${port}/${segments.map(encodeURIComponent).join('/')}${end}`,
    );
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  });
const arbitraryHeaders = fc.dictionary(
  fc.stringMatching(/^x-k8s-[a-z0-9-]{0,8}[a-z0-9]$/),
  fc.string({ maxLength: 30 }).map((value) => value.replace(/^ +| +$/g, '')),
  { maxKeys: 4 },
);

describe('a signed request', () => {
  it('has the signature that AWS documents for its example', () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      host: 'iam.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
    };
    const query = [
      ['Version', '2010-05-08'],
      ['Action', 'ListUsers'],
    ] as const;
    const signing = { credentials: keys, region: 'us-east-1', service: 'iam', at: Date.UTC(2015, 7, 30, 12, 36) };

    const signature = signatureOf({ method: 'GET', path: '/', query, headers, body: '' }, signing);

    expect(signature).toBe('5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7');
  });

  it.each<[string, AwsCredentials, string]>([
    ['with long-lived keys', keys, '{"Name":"/weightless/prod"}'],
    ['with a session token', { ...keys, sessionToken: 'IQoJb3JpZ2luX2VjE//+==' }, '{"Name":"ü"}'],
    ['without a body', keys, ''],
  ])('has the same headers as one by @smithy/signature-v4 %s', async (_what, credentials, body) => {
    const url = new URL('https://ssm.eu-central-1.amazonaws.com/');
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.GetParameter' };
    const signing = signingOf(credentials);

    const signed = signRequest({ method: 'POST', url, headers, body }, signing);

    expect(signed).toEqual(await headersByOracle(url, headers, body, signing));
  });

  it('has the same headers as one by @smithy/signature-v4, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryUrl, arbitraryHeaders, text, arbitrarySigning, async (url, headers, body, signing) => {
        const signed = signRequest({ method: 'POST', url, headers, body }, signing);

        expect(signed).toEqual(await headersByOracle(url, headers, body, signing));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a presigned URL', () => {
  it('is the one of @smithy/signature-v4, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryUrl, arbitraryHeaders, arbitrarySigning, async (url, headers, signing) => {
        const presigned = new URL(presignUrl({ url, headers, expiresInSeconds: 60 }, signing));

        expect(Object.fromEntries(presigned.searchParams)).toEqual(await queryByOracle(url, headers, signing));
        expect(presigned.origin + presigned.pathname).toBe(url.origin + url.pathname);
      }),
      { numRuns: 200 },
    );
  });
});
