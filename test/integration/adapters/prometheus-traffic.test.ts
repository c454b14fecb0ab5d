import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it, onTestFinished } from 'vitest';
import { environmentCredentials } from '#shared/adapters/aws/aws-credentials.ts';
import { trafficFromSettings } from '#shared/adapters/prometheus/traffic-from-settings.ts';
import { PrometheusSchema } from '#shared/contracts/settings.ts';
import { TrafficFault } from '#shared/ports/traffic.ts';
import { type AskedOfAws, type AwsAnswer, json, startAwsServer } from '#test/doubles/aws-server.ts';
import { fakeClock } from '#test/doubles/fake-clock.ts';

const never = new AbortController().signal;
const NOW = Date.UTC(2026, 10, 21, 9);
const canary = { host: 'payment-svc.production.svc.cluster.local', subset: 'v2' };
const question = { canary, podLabels: { version: 'v2' }, at: NOW, seenSince: NOW - 900_000 };
const KEYS = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'session/token+==' };

const vector = (...values: string[]): AwsAnswer =>
  json({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [NOW / 1000, value] })) },
  });

async function open(answer: (asked: AskedOfAws, call: number) => AwsAnswer, more: object = {}, path = '') {
  const server = await startAwsServer(answer);
  onTestFinished(() => server.stop());
  const settings = PrometheusSchema.parse({ url: `${server.endpoint}${path}`, ...more });
  const environment = { ...KEYS, TOKEN: 'a-bearer-token' };
  const clock = fakeClock(NOW);
  return {
    server,
    traffic: trafficFromSettings(settings, { environment, clock, keysOf: () => environmentCredentials(environment) }),
  };
}

describe('the requests of a canary, asked of a Prometheus', () => {
  it('are its rate at that time', async () => {
    const { server, traffic } = await open(() => vector('12.5'));

    expect(await traffic.requestsPerSecond(question, never)).toBe(12.5);
    const [asked] = server.asked;
    expect(asked).toMatchObject({ method: 'POST', path: '/api/v1/query' });
    const form = Object.fromEntries(new URLSearchParams(asked?.body));
    expect(form).toEqual({ query: expect.stringContaining('destination_version="v2"'), time: String(NOW / 1000) });
    expect(asked?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['none where its series are gone, were there lately, and others go on', ['3', '40'], 0],
    ['not known where it was never seen', [undefined, '40'], undefined],
    ['not known where nothing is scraped', ['3', undefined], undefined],
    ['not known where the answer is no number', ['NaN', 'NaN'], undefined],
  ])('are %s', async (_, [seen, alive], requests) => {
    const said = (value: string | undefined) => (value === undefined ? vector() : vector(value));
    const { traffic } = await open(({ body }) => {
      const query = new URLSearchParams(body).get('query') ?? '';
      if (query.startsWith('max')) return vector();
      return said(query.includes('last_over_time') ? seen : alive);
    });

    expect(await traffic.requestsPerSecond(question, never)).toBe(requests);
  });

  it('are not asked for where the metrics could not tell', async () => {
    const { server, traffic } = await open(() => vector('1'));

    expect(await traffic.requestsPerSecond({ ...question, podLabels: undefined }, never)).toBeUndefined();
    expect(server.asked).toEqual([]);
  });

  it('are asked for with a bearer token, which is read anew after a 401', async () => {
    const { server, traffic } = await open((_, call) => (call === 0 ? json({}, 401) : vector('0')), {
      token: { env: 'TOKEN' },
    });

    await expect(traffic.requestsPerSecond(question, never)).rejects.toThrow(TrafficFault);
    expect(await traffic.requestsPerSecond(question, never)).toBe(0);
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer a-bearer-token',
      'Bearer a-bearer-token',
    ]);
  });

  it('are asked of a workspace of Amazon’s with the signature that the AWS SDK makes', async () => {
    const path = '/workspaces/ws-01234567-89ab-cdef';
    const { server, traffic } = await open(() => vector('0'), { sigv4: { region: 'eu-central-1' } }, path);

    await traffic.requestsPerSecond(question, never);

    const [asked] = server.asked;
    if (!asked) throw new Error('one question');
    const { hostname, host } = new URL(server.endpoint);
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: KEYS.AWS_SESSION_TOKEN };
    const oracle = new SignatureV4({ credentials, region: 'eu-central-1', service: 'aps', sha256: Sha256 });
    const { 'content-type': type = '', accept = '' } = asked.headers;
    const signed = await oracle.sign(
      {
        method: 'POST',
        protocol: 'http:',
        hostname,
        path: asked.path,
        query: {},
        headers: { host, 'content-type': type, accept },
        body: asked.body,
      },
      { signingDate: new Date(NOW) },
    );
    expect(asked.path).toBe(`${path}/api/v1/query`);
    expect(asked.headers.authorization).toBe(signed.headers['authorization']);
    expect(asked.headers['x-amz-security-token']).toBe(KEYS.AWS_SESSION_TOKEN);
  });

  it.each<[string, AwsAnswer, RegExp]>([
    ['an error', json({ status: 'error', error: 'bad query' }, 422), /answered 422: .*bad query/],
    [
      'a redirect, which is not followed',
      { status: 302, body: '', headers: { location: 'https://example.com' } },
      /302/,
    ],
    ['a page', { status: 200, body: '<html>Sign in</html>' }, /no vector/],
    ['a matrix', json({ status: 'success', data: { resultType: 'matrix', result: [] } }), /no vector/],
    ['nothing: the connection breaks', 'reset', /did not answer/],
  ])('throw where the answer is %s', async (_, answer, words) => {
    const { traffic } = await open(() => answer);

    const asking = traffic.requestsPerSecond(question, never);

    await expect(asking).rejects.toThrow(TrafficFault);
    await expect(asking).rejects.toThrow(words);
  });

  it('throw where there is no answer in time', async () => {
    const { traffic } = await open(() => 'silence');

    await expect(traffic.requestsPerSecond(question, AbortSignal.timeout(20))).rejects.toThrow(/no answer in time/);
  });
});
