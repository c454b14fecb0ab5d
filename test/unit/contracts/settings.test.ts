import { describe, expect, it } from 'vitest';
import { InvalidSettingsError, parseSettings } from '#shared/contracts/settings.ts';
import { matchesAny } from '#shared/domain/alert-matcher.ts';

const cluster = {
  name: 'production-eu',
  endpoint: 'https://kubernetes.example.com:6443',
  token: { env: 'KUBE_TOKEN' },
};
const token = { name: 'alertmanager', sha256: 'a'.repeat(64), scope: 'alerts' };
const minimal = { clusters: [cluster], tokens: [token] };

const parse = (settings: unknown) => parseSettings(JSON.stringify(settings));
const withCluster = (more: object) => ({ ...minimal, clusters: [{ ...cluster, ...more }] });
const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:';
const withToken = (more: object) => ({ ...minimal, tokens: [{ ...token, ...more }] });

describe('the settings', () => {
  it('need a cluster and a token, and have defaults for the rest', () => {
    const { mode, sla, hold, alerts, clusters } = parse(minimal);

    expect({ mode, sla, hold, clusterLabel: alerts.clusterLabel }).toEqual({
      mode: 'act',
      sla: 60_000,
      hold: 3_600_000,
      clusterLabel: 'cluster',
    });
    expect(clusters[0]?.optionalReads).toBe(true);
    expect(matchesAny(alerts.selector, { severity: 'page' })).toBe(true);
    expect(matchesAny(alerts.never, { alertname: 'SLOMetricAbsent' })).toBe(true);
  });

  it('are read, all of them', () => {
    const { mode, sla, hold, alerts, tokens, clusters } = parse({
      mode: 'suggest',
      clusters: [
        {
          ...cluster,
          ca: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
          token: { file: '/var/run/token' },
          namespaces: ['production', 'staging'],
          optionalReads: false,
          context: 'prod-eu',
        },
      ],
      tokens: [{ ...token, expiresAt: '2027-01-01T00:00:00Z' }],
      alerts: { selector: ['team="pay"'], never: [], clusterLabel: 'k8s_cluster' },
      sla: '30s',
      hold: '2h',
    });

    expect({ mode, sla, hold }).toEqual({ mode: 'suggest', sla: 30_000, hold: 7_200_000 });
    expect(alerts.clusterLabel).toBe('k8s_cluster');
    expect(matchesAny(alerts.selector, { severity: 'page' })).toBe(false);
    expect(alerts.never).toEqual([]);
    expect(tokens[0]?.expiresAt).toBe('2027-01-01T00:00:00Z');
    expect(clusters[0]).toMatchObject({
      namespaces: ['production', 'staging'],
      optionalReads: false,
      context: 'prod-eu',
    });
  });

  it('keep the other defaults where one rule for alerts is given', () => {
    const { alerts } = parse({ ...minimal, alerts: { clusterLabel: 'k8s' } });

    expect(matchesAny(alerts.selector, { severity: 'critical' })).toBe(true);
    expect(matchesAny(alerts.never, { severity: 'ticket' })).toBe(true);
  });

  it('take a bearer token from a secret, a key of one, or a SecureString, and an EKS cluster without any', () => {
    const proofs = [
      { token: { secret: 'weightless/eu' } },
      { token: { secret: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:eu-AbCdEf', key: 'token' } },
      { token: { parameter: '/weightless/secrets/eu' } },
      { token: undefined, eks: { cluster: 'prod', region: 'eu-central-1' } },
      {
        token: undefined,
        eks: {
          cluster: 'prod',
          region: 'us-gov-west-1',
          roleArn: 'arn:aws-us-gov:iam::123456789012:role/path/weightless',
        },
      },
    ];

    for (const proof of proofs) {
      const [read] = parse(withCluster(proof)).clusters;
      expect({ token: read?.token, eks: read?.eks }).toEqual({ token: proof.token, eks: proof.eks });
    }
  });

  const prometheus = (more: object) =>
    withCluster({ prometheus: { url: 'https://prometheus.example.com/eu', ...more } });

  it('take a Prometheus that asks for nothing, for a bearer token or for a signature', () => {
    const proofs = [{}, { token: { secret: 'prometheus' } }, { sigv4: { region: 'eu-central-1' } }];

    const read = proofs.map((proof) => parse(prometheus(proof)).clusters[0]?.prometheus);

    expect(read).toEqual(
      proofs.map((proof) => ({ url: 'https://prometheus.example.com/eu', labels: {}, window: 60_000, ...proof })),
    );
  });

  it.each([
    ['two proofs at once', { token: { secret: 'prometheus' }, sigv4: { region: 'eu-central-1' } }],
    ['a URL over which a token would be read', { url: 'http://prometheus.example.com' }],
    ['a label that would end the query', { labels: { 'a="b"} or x{c': 'd' } }],
    ['a token itself', { token: 'secret' }],
    ['a window that is none', { window: '0s' }],
  ])('take no Prometheus with %s', (_, more) => {
    expect(() => parse(prometheus(more))).toThrow(/clusters.0.prometheus/);
  });

  it('tell of each week on Monday at 8, UTC, unless they say otherwise', () => {
    const weeklyOf = (report: unknown) => parse({ ...minimal, report }).report.weekly;

    expect(parse(minimal).report.weekly).toEqual({ day: 'monday', hour: 8 });
    expect(weeklyOf({})).toEqual({ day: 'monday', hour: 8 });
    expect(weeklyOf({ weekly: 'off' })).toBe('off');
    expect(weeklyOf({ weekly: { day: 'sunday', hour: 0 } })).toEqual({ day: 'sunday', hour: 0 });
  });

  it.each<[unknown, RegExp]>([
    ['on', /report\.weekly: expected "off" or .*"monday"/],
    [{ day: 'Monday', hour: 8 }, /report\.weekly: expected "off" or .*"monday"/],
    [{ day: 'monday' }, /report\.weekly: expected "off" or .*"monday"/],
    [{ day: 'monday', hour: 24 }, /report\.weekly\.hour: .*<=23/],
    [{ day: 'monday', hour: -1 }, /report\.weekly\.hour: .*>=0/],
    [{ day: 'monday', hour: 8.5 }, /report\.weekly: expected "off" or .*"monday"/],
    [{ day: 'monday', hour: 8, zone: 'CET' }, /report\.weekly: .*zone/],
  ])('refuse %j as the time of the weekly report, and say what it takes', (weekly, words) => {
    expect(() => parse({ ...minimal, report: { weekly } })).toThrow(words);
  });

  it('put a canary back to zero unless they say only to page', () => {
    expect(parse(minimal).onRevert).toBe('reassert');
    expect(parse({ ...minimal, onRevert: 'page' }).onRevert).toBe('page');
    expect(() => parse({ ...minimal, onRevert: 'ignore' })).toThrow(/onRevert/);
  });

  const eksIn = (region: string) => withCluster({ token: undefined, eks: { cluster: 'prod', region } });

  it.each(['us-east-1', 'ap-southeast-7', 'us-gov-west-1', 'cn-northwest-1', 'us-isob-east-1', 'eusc-de-east-1'])(
    'take the region %s',
    (region) => {
      expect(parse(eksIn(region)).clusters[0]?.eks?.region).toBe(region);
    },
  );

  it('have no topics and no channels unless they are named', () => {
    const topic = 'arn:aws:sns:eu-central-1:123456789012:alerts';

    expect(parse(minimal)).toMatchObject({ sns: { topics: [] }, notify: { channels: [] } });
    expect(parse({ ...minimal, sns: { topics: [topic] } }).sns).toEqual({ topics: [topic] });
  });

  it.each(['http://127.0.0.1:8001', 'http://localhost:8001', 'http://[::1]:8001', 'https://10.0.0.1'])(
    'take the endpoint %s',
    (endpoint) => {
      expect(parse(withCluster({ endpoint })).clusters[0]?.endpoint).toBe(endpoint);
    },
  );

  it.each<[string, unknown, RegExp]>([
    [
      'plain http to elsewhere',
      withCluster({ endpoint: 'http://10.0.0.1' }),
      /clusters\.0\.endpoint: expected an https:/,
    ],
    [
      'a name that only begins as loopback',
      withCluster({ endpoint: 'http://localhost.evil.com' }),
      /clusters\.0\.endpoint/,
    ],
    ['another scheme', withCluster({ endpoint: 'file:///etc/passwd' }), /clusters\.0\.endpoint/],
    ['a URL with a password', withCluster({ endpoint: 'https://user:word@10.0.0.1' }), /clusters\.0\.endpoint/],
    ['every secret there is', withCluster({ token: { secret: 'weightless/*' } }), /clusters\.0\.token/],
    ['the ARN of every secret', withCluster({ token: { secret: `${secretArn}*` } }), /clusters\.0\.token/],
    ['a secret that no name can be', withCluster({ token: { secret: 'a$b{c}' } }), /clusters\.0\.token/],
    ['every parameter there is', withCluster({ token: { parameter: '/*' } }), /clusters\.0\.token/],
    ['a version of a parameter, to which no right is given', withCluster({ token: { parameter: '/a:3' } }), /token/],
    ['our own keys', withCluster({ token: { env: 'AWS_SECRET_ACCESS_KEY' } }), /clusters\.0\.token/],
    ['no URL', withCluster({ endpoint: 'kubernetes' }), /clusters\.0\.endpoint/],
    ['a CA that is none', withCluster({ ca: 'MIIB' }), /clusters\.0\.ca: expected a PEM certificate/],
    ['a token in the clear', withCluster({ token: 'secret' }), /clusters\.0\.token/],
    [
      'a namespace that is none',
      withCluster({ namespaces: ['../etc'] }),
      /clusters\.0\.namespaces\.0: expected the name/,
    ],
    ['no namespace at all', withCluster({ namespaces: [] }), /clusters\.0\.namespaces/],
    ['a zone instead of its region', eksIn('eu-central-1a'), /clusters\.0\.eks\.region: expected a region such as/],
    ['a region that is another host', eksIn('eu.example.com/-a-1'), /clusters\.0\.eks\.region/],
    ['a name with blanks', withCluster({ name: 'a b' }), /clusters\.0\.name/],
    ['two clusters of one name', { ...minimal, clusters: [cluster, cluster] }, /clusters: expected every cluster/],
    ['no cluster', { ...minimal, clusters: [] }, /clusters/],
    ['no token', { ...minimal, tokens: [] }, /tokens/],
    ['a digest in upper case', withToken({ sha256: 'A'.repeat(64) }), /tokens\.0\.sha256: expected the SHA-256/],
    ['a token instead of its digest', withToken({ sha256: 'secret' }), /tokens\.0\.sha256/],
    ['an unknown scope', withToken({ scope: 'admin' }), /tokens\.0\.scope/],
    ['an expiry that is no time', withToken({ expiresAt: 'soon' }), /tokens\.0\.expiresAt/],
    ['an unknown mode', { ...minimal, mode: 'off' }, /mode/],
    ['a duration that is none', { ...minimal, sla: '1 minute' }, /sla: expected a duration such as 30s/],
    [
      'a selector that is malformed',
      { ...minimal, alerts: { selector: ['severity'] } },
      /alerts\.selector\.0: Expected a matcher/,
    ],
    ['an empty selector', { ...minimal, alerts: { selector: [] } }, /alerts\.selector/],
    [
      'a topic that cannot invoke a function',
      { ...minimal, sns: { topics: ['arn:aws:sns:eu-central-1:123456789012:alerts.fifo'] } },
      /sns\.topics\.0: expected the ARN of a standard SNS topic/,
    ],
    ['a key that nobody knows', { ...minimal, moed: 'observe' }, /moed/],
    ['a list', [], /settings: /],
  ])('say what is wrong and where: %s', (_, settings, message) => {
    expect(() => parse(settings)).toThrow(InvalidSettingsError);
    expect(() => parse(settings)).toThrow(message);
  });

  it('list all that is wrong', () => {
    expect(() => parse({ mode: 'off', clusters: [], tokens: [] })).toThrow(/mode: .*clusters: .*tokens: /s);
  });

  it('say so without repeating a value that should have been a reference', () => {
    for (const wrong of [withCluster({ token: 's3cr3t' }), withToken({ sha256: 's3cr3t' })])
      expect(() => parse(wrong)).toThrow(/^(?!.*s3cr3t)/s);
  });

  it('say that they are not JSON', () => {
    expect(() => parseSettings('{')).toThrow('The settings are not JSON');
  });
});
