import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalServer, startHttpServer } from '#cli/local/http-server.ts';
import { localService } from '#cli/local/service.ts';
import { localTokens } from '#cli/local/tokens.ts';
import { memoryRequestLog } from '#shared/adapters/memory/memory-request-log.ts';
import { memoryRollbackLog } from '#shared/adapters/memory/memory-rollback-log.ts';
import { json } from '#shared/runtime/http.ts';
import type { HttpHandler } from '#shared/runtime/http-function.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { rollbackData } from '#shared/steps/build-events.ts';
import { aRollbackRecord } from '#test/builders/rollback-record.ts';
import { aVirtualService, INCIDENT_NAME } from '#test/builders/virtual-service.ts';
import { type MemoryCluster, memoryCluster } from '#test/doubles/memory-cluster.ts';
import { recordingLog } from '#test/doubles/recording-log.ts';
import { runCli } from './cli-process.ts';

const TOKEN = 'operate-token-of-the-test';
const BY_HAND = ['rollback', INCIDENT_NAME, '--cluster', 'production-eu', '--reason', 'v2 answers nonsense'];

const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(handler: HttpHandler): Promise<string> {
  const server = await startHttpServer(handler, 0);
  servers.push(server);
  return server.url;
}

describe('what people do by hand on the command line', () => {
  let cluster: MemoryCluster;
  let url: string;
  beforeEach(async () => {
    cluster = memoryCluster({ objects: [aVirtualService()], clock: systemClock });
    const rollbackLog = memoryRollbackLog();
    const service = localService({
      ...rollbackLog,
      cluster,
      clusterUrl: 'https://cluster.example',
      rollbackLog,
      requestLog: memoryRequestLog(),
      tokens: localTokens({ WEIGHTLESS_OPERATE_TOKEN: TOKEN }),
      log: recordingLog(),
    });
    url = await serve(service);
  });

  const cli = (args: readonly string[], env: Record<string, string> = {}) =>
    runCli(args, { env: { WEIGHTLESS_URL: url, WEIGHTLESS_TOKEN: TOKEN, ...env } });
  const weights = () => cluster.read(INCIDENT_NAME).spec.http?.[1]?.route?.map(({ weight }) => weight);
  const idOf = async () =>
    JSON.parse((await cli([...BY_HAND, '--yes', '--json'])).stdout).results[0].rollback.rollbackId;

  test('is a rollback, and its restore, and the release of its hold', async () => {
    const rolledBack = await cli([...BY_HAND, '--yes']);
    const [, id = ''] = /^id ([0-9a-f]{64})$/m.exec(rolledBack.stdout) ?? [];
    const zero = weights();
    const restored = await cli(['restore', id, '--reason', 'not at fault', '--yes']);
    const back = weights();
    const released = await cli(['release', `production-eu/${INCIDENT_NAME}`, '--reason', 'done', '--yes']);

    expect(rolledBack).toMatchObject({ code: 0, stderr: '' });
    expect(rolledBack.stdout).toMatch(/^rolled-back: .*\n(.*\n)*.*everyone +\S+\/v2 +99 +0$/m);
    expect(zero).toEqual([100, 0]);
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The canary gets what it had before/) });
    expect(back).toEqual([1, 99]);
    expect(released).toMatchObject({ code: 0, stdout: `Nothing holds ${INCIDENT_NAME}.\n` });
  });

  test('shows in a dry run the patch, and writes nothing: it needs no reason', async () => {
    const { code, stdout } = await cli([...BY_HAND.slice(0, -2), '--dry-run']);

    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'A dry run: nothing was written.',
      `${INCIDENT_NAME}: the canary would be at zero.`,
    ]);
    expect(stdout).toContain('"path": "/spec/http/1/route/1/weight"');
    expect(weights()).toEqual([1, 99]);
  });

  test('says of a restore and a release in a dry run what would be', async () => {
    const id = await idOf();

    const restore = await cli(['restore', id, '--dry-run']);
    const release = await cli(['release', `production-eu/${INCIDENT_NAME}`, '--dry-run']);

    expect(restore.stdout.split('\n').slice(1, 2)).toEqual(['The canary would get what it had before.']);
    expect(release.stdout.split('\n').slice(1, 2)).toEqual([`${INCIDENT_NAME} would be held no more.`]);
    expect(weights()).toEqual([100, 0]);
  });

  test.each([BY_HAND, ['restore', 'x', '--reason', 'r'], ['release', 'a/b/c', '--reason', 'r']])(
    'is asked for nowhere but on a terminal: %s needs --yes',
    async (...args) => {
      const { code, stdout, stderr } = await cli(args);

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/no terminal to ask on: add --yes/);
      expect(weights()).toEqual([1, 99]);
    },
  );

  test('tells the difference, and exits with 1, where a restore is refused', async () => {
    const id = await idOf();
    cluster.write(INCIDENT_NAME, (object) => {
      object.spec = { ...object.spec, hosts: ['other'] };
    });

    const words = await cli(['restore', id, '--reason', 'r', '--yes']);
    const asJson = await cli(['restore', id, '--reason', 'r', '--yes', '--json']);

    expect(words).toMatchObject({ code: 1, stdout: '' });
    expect(words.stderr).toMatch(
      /409: .*not as the rollback left it\. Look at the difference; with --force it is restored/,
    );
    expect(words.stderr).toMatch(/To show production\/payment-svc:\n {2}kubectl /);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ problems: [{ problem: 'changed' }] });
  });

  test('exits with 2 where nobody answers, and says how to go on with the same rollback', async () => {
    const { code, stderr } = await cli([...BY_HAND, '--yes'], { WEIGHTLESS_URL: 'http://127.0.0.1:9' });

    expect(code).toBe(2);
    expect(stderr).toMatch(/docs\/runbook\.md/);
    expect(stderr).toMatch(/add --key [0-9a-f-]{36}\n/);
  });

  test('is the same rollback under the same key', async () => {
    const first = await cli([...BY_HAND, '--yes', '--json', '--key', 'k']);
    const second = await cli([...BY_HAND, '--yes', '--json', '--key', 'k']);

    expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
    expect(cluster.patches).toHaveLength(1);
  });

  test('names its own options where the service names its fields', async () => {
    await cli([...BY_HAND, '--yes', '--key', 'k']);

    const used = await cli([...BY_HAND.slice(0, -1), 'another reason', '--yes', '--key', 'k']);
    const bad = await cli([...BY_HAND, '--yes', '--key', 'k k']);
    const unknown = await cli(['restore', 'x', '--reason', 'r', '--yes']);

    expect(used.stderr).toMatch(/422: This --key was used for another request/);
    expect(bad.stderr).toMatch(/400: Give --key 1 to 128 visible ASCII characters/);
    expect(unknown.stderr).toMatch(/404: No rollback has this id \(64 hex digits\): "x"; `weightless list` lists them/);
    expect(used.stderr + bad.stderr + unknown.stderr).not.toMatch(/Idempotency-Key|GET /);
  });

  test.each<[string, string[], RegExp]>([
    [
      'no name',
      ['rollback', 'payments', '--cluster', 'c', '--reason', 'r'],
      /"payments" is no NAMESPACE\/VIRTUALSERVICE/,
    ],
    ['no cluster', ['rollback', 'a/b', '--reason', 'r'], /Say --cluster NAME/],
    ['no reason', ['rollback', 'a/b', '--cluster', 'c'], /Say --reason TEXT/],
    ['no id', ['restore'], /It is: weightless restore ID/],
    ['two ids', ['show', 'a', 'b'], /It is: weightless show ID/],
    ['an unknown option', ['release', 'a/b/c', '--force'], /'--force'.*Try --help/],
    ['a token', ['list', '--token', 'x'], /'--token'.*Try --help/],
    ['a limit of nothing', ['list', '--limit', '0'], /--limit takes a number/],
  ])('is refused in one line with %s', async (_, args, line) => {
    const { code, stdout, stderr } = await cli(args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each(['rollback', 'restore', 'release', 'list', 'show'])('%s tells its options and exit codes', async (verb) => {
    const { code, stdout } = await runCli([verb, '--help']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/--json/);
    expect(stdout).toMatch(/WEIGHTLESS_TOKEN/);
    expect(stdout).toMatch(/Exit codes/);
  });
});

describe('what was rolled back, on the command line', () => {
  const hostile = aRollbackRecord({
    outcome: 'failed',
    reason: 'forbidden',
    message: 'It \u001b[2J was refused.',
    requestedBy: undefined,
  });
  const record = aRollbackRecord({ outcome: 'rolled-back', reason: undefined });

  async function env(): Promise<Record<string, string>> {
    // In pages of one, as the service may give them.
    const url = await serve(async ({ rawPath, queryStringParameters: { cursor } = {} }) => {
      if (rawPath !== '/v1/rollbacks') {
        const history = hostile.history.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() }));
        return json(200, { rollback: { ...rollbackData(hostile), history } });
      }
      return cursor === undefined
        ? json(200, { rollbacks: [rollbackData(record)], next: 'second' })
        : json(200, { rollbacks: [rollbackData(hostile)] });
    });
    return { WEIGHTLESS_URL: url, WEIGHTLESS_TOKEN: TOKEN };
  }

  test('is listed as a table, without colours where there is no terminal', async () => {
    const { code, stdout } = await runCli(['list'], { env: await env() });

    const [head, first, second] = stdout.split('\n');
    expect(code).toBe(0);
    expect(head).toMatch(/^RECEIVED +OUTCOME +TO ZERO +CLUSTER +CANARY +ID$/);
    expect(first).toMatch(/^2026-03-04T05:06:11Z +rolled-back +4 s +production-eu +payment-svc\S+\/v2 +a1b2c3$/);
    expect(second).toContain('failed: forbidden');
  });

  test('is shown with weights, times, history and commands, and nothing that moves the cursor', async () => {
    const { code, stdout } = await runCli(['show', 'a1b2c3'], { env: await env() });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^failed: forbidden\n/);
    expect(stdout).toMatch(/^zeroedAt +2026-03-04T05:06:11\.020Z$/m);
    expect(stdout).toMatch(
      /^reasserted +2026-03-04T05:06:07\.002Z {2}The canary had been put back: .*, number 1 \(RollbackReasserted\)$/m,
    );
    expect(stdout).toMatch(/\/v2 +99 +0$/m);
    expect(stdout).toContain('To take the canary to zero:\n  kubectl ');
    expect(stdout).not.toContain('\u001b');
  });

  test('is listed up to a limit', async () => {
    const { stdout } = await runCli(['list', '--limit', '1', '--json'], { env: await env() });

    expect(JSON.parse(stdout)).toMatchObject({ rollbacks: [{ outcome: 'rolled-back' }], next: 'second' });
  });

  test.each([['list'], ['show', 'a1b2c3']])('is JSON where that is asked for: %s', async (...args) => {
    const { stdout } = await runCli([...args, '--json'], { env: await env() });

    expect(JSON.stringify(JSON.parse(stdout))).toContain('"rollbackId":"a1b2c3"');
  });
});

describe('an answer that is not to be trusted', () => {
  const HOSTILE = '\u001b[2J\u009b31m\u202e\rDone.';
  const MOVES_THE_CURSOR = /[^\P{Cc}\n]|\p{Cf}/u;
  const commands = [{ does: HOSTILE, run: `kubectl ${HOSTILE}` }];

  test.each([
    [400, { error: HOSTILE, commands }],
    [200, { results: [{ outcome: HOSTILE, message: HOSTILE, commands, rollback: { rollbackId: HOSTILE } }] }],
  ])('moves no cursor, with %i', async (status, body) => {
    const url = await serve(async () => json(status, body));

    const { stdout, stderr } = await runCli([...BY_HAND, '--yes'], {
      env: { WEIGHTLESS_URL: url, WEIGHTLESS_TOKEN: TOKEN },
    });

    expect(stdout + stderr).toContain('Done.');
    expect(stdout + stderr).not.toMatch(MOVES_THE_CURSOR);
  });

  test('moves no cursor where it is an error of what is read, either', async () => {
    const url = await serve(async () => json(400, { error: HOSTILE }));

    const { stderr } = await runCli(['list'], { env: { WEIGHTLESS_URL: url, WEIGHTLESS_TOKEN: TOKEN } });

    expect(stderr).toContain('Done.');
    expect(stderr).not.toMatch(MOVES_THE_CURSOR);
  });

  test('is told in a line where it is JSON of somebody else', async () => {
    const url = await serve(async () => json(200, { hello: 'world' }));

    const { code, stderr } = await runCli(['list'], { env: { WEIGHTLESS_URL: url, WEIGHTLESS_TOKEN: TOKEN } });

    expect(code).toBe(1);
    expect(stderr).toBe(
      'weightless: The answer is not one that this version of Weightless gives. Is the address right?\n',
    );
  });
});
