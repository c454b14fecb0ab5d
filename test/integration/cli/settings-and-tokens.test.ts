import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSettings } from '#shared/contracts/settings.ts';
import { authenticate } from '#shared/runtime/authenticate.ts';
import { runCli } from './cli-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weightless-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('weightless settings validate', () => {
  it('ends with 0 for the shipped example, and tells what it holds', async () => {
    const { code, stdout, stderr } = await runCli(['settings', 'validate', 'infra/settings/example.json']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/is valid\.[\s\S]*Clusters[\s\S]*Tokens[\s\S]*Parameters/);
  });

  it('ends with 1 and every problem where the document is not valid, as JSON where that is asked for', async () => {
    const file = join(folder, 'settings.json');
    await writeFile(file, '{"mode":"off","clusters":[],"tokens":[]}');

    const told = await runCli(['settings', 'validate', file]);
    const json = await runCli(['settings', 'validate', file, '--json']);

    expect(told.code).toBe(1);
    expect(told.stdout).toMatch(/cannot be used:\n {2}mode: .*\n {2}clusters: .*\n {2}tokens: /);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: false,
      problems: [{ path: 'mode' }, { path: 'clusters' }, { path: 'tokens' }],
    });
  });

  it.each([
    [['settings', 'validate', '/nowhere/settings.json'], /^weightless: The settings cannot be read: ENOENT/],
    [['settings'], /^weightless: It is: weightless settings validate FILE/],
    [['settings', 'validate', 'a', 'b'], /^weightless: It is/],
    [['settings', 'validate', 'a', '--bogus'], /^weightless: .*'--bogus'.*Try --help/],
    [['token'], /^weightless: It is: weightless token new NAME/],
    [['token', 'new', 'am', '--scope', 'admin'], /^weightless: --scope takes alerts, read, operate, not "admin"/],
    [['token', 'new', 'am', '--expires', 'soon'], /^weightless: --expires takes 90d or .*, not "soon"/],
    [['token', 'new', 'am', '--expires', '2099-02-30T00:00:00Z'], /^weightless: --expires takes 90d or /],
    [['token', 'new', 'am', '--expires', '2020-01-01T00:00:00Z'], /^weightless: --expires .* is past/],
  ])('(%j) says in one line what is wrong', async (args, words) => {
    const { code, stdout, stderr } = await runCli(args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(words);
  });
});

describe('weightless token new', () => {
  it('ends without a stack where nobody reads what it prints', async () => {
    const { stdout, stderr } = await promisify(execFile)('bash', [
      '-c',
      '(sleep 0.2; exec "$0" "$@") | true; echo $PIPESTATUS',
      process.execPath,
      'cli/launch.cjs',
      'token',
      'new',
      'am',
    ]);

    expect({ stdout, stderr }).toEqual({ stdout: '1\n', stderr: '' });
  });

  it('prints a token once, and an entry that the settings take and that lets it in', async () => {
    const { code, stdout } = await runCli(['token', 'new', 'on-call', '--scope', 'operate', '--expires', '90d']);
    const [token = ''] = /wl_[-\w]{43}/.exec(stdout) ?? [];
    const entry = JSON.parse(stdout.slice(stdout.indexOf('{')));
    const { tokens } = parseSettings(
      JSON.stringify({
        clusters: [{ name: 'eu', endpoint: 'https://eu.example.com', token: { env: 'EU' } }],
        tokens: [entry],
      }),
    );
    const who = (at: number) => authenticate(`Bearer ${token}`, tokens, ['operate'], at);

    expect(code).toBe(0);
    expect(stdout.split(token)).toHaveLength(2);
    expect(who(Date.now())).toEqual({ kind: 'known', name: 'on-call' });
    expect(who(Date.now() + 91 * 86_400_000)).toEqual({ kind: 'unknown' });
  });

  it('prints with --quiet nothing but the token, for a pipe; the entry is beside it on stderr', async () => {
    const runs = [await runCli(['token', 'new', 'am', '--quiet']), await runCli(['token', 'new', 'am', '--quiet'])];

    for (const { stdout, stderr } of runs) {
      expect(stdout).toMatch(/^wl_[-\w]{43}$/);
      expect(JSON.parse(stderr)).toEqual({
        name: 'am',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        scope: 'alerts',
      });
    }
    expect(runs[0]?.stdout).not.toBe(runs[1]?.stdout);
  });

  it.each(['settings', 'token'])('tells how %s is used', async (command) => {
    const { code, stdout } = await runCli([command, '--help']);

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^weightless ${command} `));
  });
});
