import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '#infra/deploy/read-settings.ts';
import { referencePolicies } from '#infra/deploy/reference-policies.ts';
import { settingsParameters } from '#infra/deploy/settings-parameters.ts';
import { parseSettings } from '#shared/contracts/settings.ts';
import { joinSettings } from '#shared/contracts/settings-parameters.ts';
import { templateOf } from './template.ts';

const full = templateOf('full');
const example = readFileSync('infra/settings/example.json', 'utf8');

describe('the settings of a deploy', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weightless-settings-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are parameters below the path that functions read, and together the document that was deployed', () => {
    const parameters = [...full.ofType('AWS::SSM::Parameter').values()].map(({ Properties }) => Properties);
    const { WEIGHTLESS_SETTINGS_PATH: path } =
      full.resource('RollbackLambdaFunction').Properties['Environment'].Variables;

    const joined = joinSettings(
      parameters.map(({ Name, Value }) => ({ name: Name, text: Value })),
      path,
    );

    expect(path).toBe('/weightless/full');
    // Matchers are functions, which no two parses have in common.
    expect(JSON.stringify(joined)).toBe(JSON.stringify(parseSettings(example)));
    for (const parameter of parameters) {
      expect(parameter).toMatchObject({ Type: 'String', Tier: 'Standard' });
      expect(Buffer.byteLength(parameter['Value'])).toBeLessThanOrEqual(4096);
    }
  });

  it('that are not there are asked for, with what to copy', () => {
    expect(() => readSettings('nowhere', undefined)).toThrow(
      /There are no settings at infra\/settings\/nowhere\.json: copy infra\/settings\/example\.json there/,
    );
  });

  it('that are invalid are refused, with file and path', async () => {
    const file = join(folder, 'invalid.json');
    await writeFile(file, '{"clusters":[],"tokens":[]}');

    expect(() => readSettings('any', file)).toThrow(/invalid\.json cannot be deployed: .*clusters/);
  });

  it('that no parameter can hold are refused, with what is too large', () => {
    const document = JSON.parse(example);
    document.clusters[0].ca = `-----BEGIN CERTIFICATE-----${'A'.repeat(4096)}`;

    expect(() => settingsParameters('any', JSON.stringify(document))).toThrow(/clusters\/production-eu: .*4096.*ca/s);
  });

  it.each([{ env: 'TOKEN' }, { file: '/token' }])(
    'that keep a token at %o are refused: no deployed function finds it there',
    (token) => {
      const document = JSON.parse(example);
      document.clusters[2].token = token;

      expect(() => referencePolicies(parseSettings(JSON.stringify(document)), [])).toThrow(
        'The token of cluster on-premises cannot be read by a deployed function',
      );
    },
  );
});
