import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeSettings, settingsAsJson } from '#cli/settings/describe-settings.ts';
import { examineSettings } from '#cli/settings/examine-settings.ts';
import { SettingsSchema } from '#shared/contracts/settings.ts';

const NOW = Date.parse('2027-03-04T00:00:00Z');
const example = JSON.parse(readFileSync('infra/settings/example.json', 'utf8'));
const [eks, , onPremises] = example.clusters;
const token = { name: 'alertmanager', sha256: 'a'.repeat(64), scope: 'alerts' };
const minimal = { clusters: [eks], tokens: [token], notify: example.notify };

const examine = (document: unknown) => examineSettings(JSON.stringify(document), NOW);

describe('the shipped example of settings', () => {
  it('is valid, fits, and gives no cause for warnings', () => {
    const { valid, problems, warnings, holds } = examine(example);

    expect({ valid, problems, warnings }).toEqual({ valid: true, problems: [], warnings: [] });
    expect(holds?.parameters.map(({ name }) => name)).toEqual([
      'settings',
      'clusters/production-eu',
      'clusters/production-us',
      'clusters/on-premises',
    ]);
  });

  it('has every key that there is', () => {
    const keys = (of: readonly object[]) => new Set(of.flatMap((one) => Object.keys(one)));

    expect(keys([example])).toEqual(keys([SettingsSchema.shape]));
    expect(keys(example.clusters)).toEqual(
      new Set(['name', 'endpoint', 'ca', 'eks', 'token', 'namespaces', 'optionalReads', 'prometheus', 'context']),
    );
  });

  it('is told in plain words', () => {
    const words = describeSettings('example.json', examine(example));

    expect(words).toMatch(/^example\.json is valid\.\n/);
    expect(words).toContain('60 s from alert to zero, in 99 % of episodes');
    expect(words).toContain("EKS production in eu-central-1, as the function's own role");
    expect(words).toContain('EKS production in us-east-1, as arn:aws:iam::210987654321:role/weightless-clusters');
    expect(words).toContain('token from the secret weightless/on-premises, key token');
    expect(words).toMatch(/verified by https:.*\/workspaces\/ws-.*, signed for eu-central-1/);
    expect(words).toContain('a canary within its hold goes to zero again');
    expect(words).toContain('people are told of the week before, each monday at 08:00 UTC');
    expect(words).toContain('namespaces payments, checkout; VirtualServices only');
    expect(words).toMatch(/on-call-browser +read +until 2030-01-01/);
    expect(words).toMatch(
      /on-call +pagerduty +region eu, routing key in the secret weightless\/pagerduty, key routingKey/,
    );
    expect(words).toMatch(/slack-payments +slack +C0123456789, by the token in .* services payment-svc\.production/);
    expect(words).toMatch(/clusters\/on-premises +\d+ bytes/);
    expect(words).not.toContain('Warnings');
  });
});

describe('settings that cannot be deployed', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['a schema does not let in', { ...minimal, moed: 'act' }, '', /moed/],
    [
      'are too large for their parameter',
      { ...minimal, clusters: [{ ...eks, ca: `${eks.ca}${' '.repeat(4096)}` }] },
      'clusters/production-eu',
      /bytes, and a parameter takes 4096; most of it is ca/,
    ],
    [
      'have a CA that TLS cannot read',
      { ...minimal, clusters: [{ ...eks, ca: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' }] },
      'clusters.0.ca',
      /^the certificate cannot be read: /,
    ],
    [
      'have half a CA',
      { ...minimal, clusters: [{ ...eks, ca: eks.ca.slice(0, 200) }] },
      'clusters.0.ca',
      /cannot be read: it has no end/,
    ],
  ])('are those that %s, and their problem has its path', (_what, document, path, message) => {
    const { valid, problems } = examine(document);

    expect(valid).toBe(false);
    expect(problems).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it('are those that are no JSON', () => {
    const examined = examineSettings('{"mode":', NOW);

    expect(describeSettings('prod.json', examined)).toMatch(/^prod\.json cannot be used:\n {2}settings: not JSON: /);
    expect(JSON.parse(settingsAsJson(examined, NOW))).toMatchObject({ valid: false, warnings: [] });
  });
});

describe('settings that can be deployed', () => {
  it.each<[string, unknown, string[]]>([
    [
      'no token may send alerts',
      { ...minimal, tokens: [{ ...token, scope: 'read' }] },
      ['no token with the scope alerts is valid: Alertmanager cannot post'],
    ],
    [
      'the only token for alerts has expired, and alerts come from SNS, too',
      { ...minimal, tokens: [{ ...token, expiresAt: '2027-03-03T00:00:00Z' }], sns: example.sns },
      [
        'no token with the scope alerts is valid: Alertmanager cannot post; alerts can come from SNS only',
        'token alertmanager has expired (2027-03-03T00:00:00Z): remove it',
      ],
    ],
    [
      'a token expires in a week',
      { ...minimal, tokens: [{ ...token, expiresAt: '2027-03-11T00:00:00Z' }] },
      ['token alertmanager expires soon (2027-03-11T00:00:00Z): add its successor'],
    ],
    [
      'one token has two names',
      { ...minimal, tokens: [token, { ...token, name: 'second' }] },
      ['tokens alertmanager, second are one and the same; the last one counts'],
    ],
    [
      'the kill switch is thrown',
      { ...minimal, mode: 'observe' },
      ["mode is observe: nothing is rolled back, whatever an object's own mode says"],
    ],
    [
      'nobody is told',
      { ...minimal, notify: { channels: [] } },
      ['notify.channels is empty: nobody is told of what could not be rolled back'],
    ],
    [
      'nobody is told of what is critical',
      { ...minimal, notify: { channels: [{ ...example.notify.channels[0], filter: { severities: ['info'] } }] } },
      ['no channel of notify.channels hears of what is critical'],
    ],
    [
      'a webhook is told what nobody has signed',
      { ...minimal, notify: { channels: [{ name: 'audit', type: 'webhook', url: 'https://audit.example.com/in' }] } },
      ['channel audit: without signingKey nothing shows the receiver that an event is ours'],
    ],
    [
      'a token is in a variable',
      { ...minimal, clusters: [{ ...onPremises, token: { env: 'KUBE_TOKEN' } }] },
      [
        'cluster on-premises: its token is in the variable KUBE_TOKEN of the function; a deployed one should refer to a secret',
      ],
    ],
  ])('come with a warning where %s', (_what, document, warnings) => {
    const examined = examine(document);

    expect({ valid: examined.valid, warnings: examined.warnings }).toEqual({ valid: true, warnings });
    expect(describeSettings('prod.json', examined)).toContain(`Warnings\n  ${warnings[0]}`);
  });

  it('come with a warning where the CA has expired', () => {
    const { valid, warnings } = examineSettings(JSON.stringify(minimal), Date.parse('2200-01-01T00:00:00Z'));

    expect(valid).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/^clusters\.0\.ca: CN=kubernetes\.example\.com expired on /)]);
  });

  it('are told to a program without anything that only a person could read', () => {
    const json = JSON.parse(settingsAsJson(examine(example), NOW));

    expect(json).toMatchObject({
      valid: true,
      mode: 'act',
      clusters: [{ name: 'production-eu' }, { name: 'production-us' }, { name: 'on-premises' }],
      tokens: [{ name: 'alertmanager', scope: 'alerts', expired: false }, {}, {}],
      parameters: [{ name: 'settings', bytes: expect.any(Number) }, {}, {}, {}],
    });
  });
});
