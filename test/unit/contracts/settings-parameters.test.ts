import { describe, expect, it } from 'vitest';
import { InvalidSettingsError, parseSettings } from '#shared/contracts/settings.ts';
import { joinSettings, MAX_PARAMETER_BYTES, splitSettings } from '#shared/contracts/settings-parameters.ts';

const PATH = '/weightless/prod';
const eu = { name: 'production-eu', endpoint: 'https://eu.example.com', token: { secret: 'weightless/eu' } };
const us = {
  name: 'production-us',
  endpoint: 'https://us.example.com',
  eks: { cluster: 'prod', region: 'us-east-1' },
};
const token = { name: 'alertmanager', sha256: 'a'.repeat(64), scope: 'alerts' };
const document = { mode: 'suggest', sla: '30s', clusters: [eu, us], tokens: [token] };

/** As they are read back: below the deployment's path. */
const below = (path: string, of: unknown = document) =>
  splitSettings(of).parameters.map(({ name, text }) => ({ name: `${path}/${name}`, text }));

describe('settings split into parameters', () => {
  it('have one parameter a cluster and one for the rest', () => {
    const { parameters, problems } = splitSettings(document);

    expect(parameters.map(({ name }) => name)).toEqual([
      'settings',
      'clusters/production-eu',
      'clusters/production-us',
    ]);
    expect(parameters.map(({ text }) => JSON.parse(text))).toEqual([
      { mode: 'suggest', sla: '30s', tokens: [token] },
      eu,
      us,
    ]);
    expect(problems).toEqual([]);
  });

  it('come to the same when they are joined, in whatever order they are read', () => {
    const whole = parseSettings(JSON.stringify(document));

    expect(joinSettings(below(PATH), PATH)).toEqual(whole);
    const reversed = joinSettings([...below(PATH)].reverse(), PATH);
    expect(reversed.clusters.map(({ name }) => name)).toEqual(['production-us', 'production-eu']);
    expect({ ...reversed, clusters: [] }).toEqual({ ...whole, clusters: [] });
  });

  it.each([`${'$'}{env:HOME}`, '{{resolve:secretsmanager:x}}'])(
    'may not hold %s, which a deployment replaces',
    (text) => {
      const { problems } = splitSettings({ ...document, clusters: [{ ...eu, context: text }] });

      expect(problems).toEqual([
        { path: 'clusters/production-eu', message: expect.stringMatching(/^take \$\{ and \{\{ out/) },
      ]);
    },
  );

  it('name parameters with what Parameter Store takes', () => {
    const { parameters } = splitSettings({ ...document, clusters: [{ ...eu, name: 'arn:eks@eu/prod.1' }] });

    expect(parameters[1]?.name).toBe('clusters/arn_eks_eu_prod.1');
  });

  it('may not give two clusters one parameter', () => {
    const clusters = [
      { ...eu, name: 'prod:eu' },
      { ...us, name: 'prod/eu' },
    ];

    const { problems } = splitSettings({ ...document, clusters });

    expect(problems).toEqual([
      { path: 'clusters/prod_eu', message: '2 clusters would have this parameter: name them differently in letters' },
    ]);
  });

  it.each<[string, object, string, RegExp]>([
    ['a cluster with a chain', { clusters: [{ ...eu, ca: 'c'.repeat(4096) }] }, 'clusters/production-eu', /ca .*chain/],
    [
      'a cluster of many namespaces',
      { clusters: [{ ...eu, namespaces: Array.from({ length: 400 }, (_, index) => `namespace-${index}`) }] },
      'clusters/production-eu',
      /namespaces .*ClusterRole/,
    ],
    ['many tokens', { tokens: Array(40).fill(token) }, 'settings', /tokens .*Remove the tokens/],
    ['long matchers', { alerts: { selector: ['x'.repeat(4096)] } }, 'settings', /alerts .*Join matchers/],
    ['anything else', { mode: 'x'.repeat(4096) }, 'settings', /mode \(4098 bytes\)\. Shorten it/],
  ])('say which of them is too large, and what to do: %s', (_what, more, path, words) => {
    const { problems } = splitSettings({ ...document, ...more });

    expect(problems).toEqual([
      { path, message: expect.stringMatching(/^\d+ bytes, and a parameter takes 4096; most/) },
    ]);
    expect(problems[0]?.message).toMatch(words);
  });

  it('may be as large as a parameter, in bytes and not in letters', () => {
    const room = MAX_PARAMETER_BYTES - Buffer.byteLength(JSON.stringify({ ...eu, context: '' }));
    const sized = (context: string) => splitSettings({ ...document, clusters: [{ ...eu, context }] });

    expect(sized('x'.repeat(room)).parameters[1]?.bytes).toBe(MAX_PARAMETER_BYTES);
    expect(sized('x'.repeat(room)).problems).toEqual([]);
    expect(sized(`${'x'.repeat(room - 1)}é`).problems).toHaveLength(1);
  });
});

describe('parameters joined to settings', () => {
  const [rest, first, second] = below(PATH);
  const given = (...parameters: (typeof rest)[]) => parameters.filter((one) => one !== undefined);

  it.each<[string, ReturnType<typeof given>, string]>([
    ['the rest is missing', given(first, second), `${PATH}/settings: there is no such parameter; it holds all`],
    ['every cluster is missing', given(rest), `${PATH}/clusters/NAME: there is no such parameter`],
    ['one is no JSON', given(rest, { name: `${PATH}/clusters/x`, text: '{' }), `${PATH}/clusters/x: expected a JSON`],
    ['one is a list', given(rest, { name: `${PATH}/clusters/x`, text: '[]' }), `${PATH}/clusters/x: expected a JSON`],
    [
      'a cluster has a problem',
      given(rest, first, { name: `${PATH}/clusters/x`, text: '{"name":"x","endpoint":"http://x"}' }),
      `${PATH}/clusters/x: endpoint: expected an https:// URL`,
    ],
    [
      'a cluster has two proofs',
      given(rest, { name: `${PATH}/clusters/x`, text: JSON.stringify({ ...us, token: { env: 'X' } }) }),
      `${PATH}/clusters/x: expected either token or eks`,
    ],
    [
      'the rest has a problem',
      given({ name: `${PATH}/settings`, text: '{"tokens":[{}]}' }, first),
      `${PATH}/settings: tokens.0.name`,
    ],
    [
      'two clusters have one name',
      given(rest, first, { name: `${PATH}/clusters/x`, text: first?.text ?? '' }),
      `${PATH}/settings: clusters: expected every cluster to have a name of its own`,
    ],
    [
      'the clusters are in the rest',
      given({ name: `${PATH}/settings`, text: JSON.stringify(document) }, first),
      `${PATH}/settings: clusters: each has a parameter of its own`,
    ],
  ])('name the parameter where %s', (_what, parameters, words) => {
    expect(() => joinSettings(parameters, PATH)).toThrow(InvalidSettingsError);
    expect(() => joinSettings(parameters, PATH)).toThrow(words);
  });

  it('never repeat what a parameter holds', () => {
    const secret = given(rest, { name: `${PATH}/clusters/x`, text: 's3cr3t' });

    expect(() => joinSettings(secret, PATH)).toThrow(/^(?!.*s3cr3t)/);
  });

  it('leave alone what else is kept below the path', () => {
    const parameters = [...below(PATH), { name: `${PATH}/webhook-url`, text: 'https://hooks.example.com' }];

    expect(joinSettings(parameters, PATH).clusters).toHaveLength(2);
  });
});
