import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '#cli/local/free-port.ts';
import { FIRST_PORT } from '#cli/local/listen.ts';
import { type CliProcess, runCli, startCli } from './cli-process.ts';

const tokens = {
  WEIGHTLESS_ALERTS_TOKEN: 'alerts-token-of-mine',
  WEIGHTLESS_READ_TOKEN: 'read-token-of-mine',
  WEIGHTLESS_OPERATE_TOKEN: 'operate-token-of-mine',
};
const reader = { authorization: `Bearer ${tokens.WEIGHTLESS_READ_TOKEN}` };

const running: CliProcess[] = [];
afterEach(async () => {
  for (const cli of running.splice(0)) await cli.end('SIGKILL');
});

/** Resolves once it is up. */
async function started(...[args, options]: Parameters<typeof startCli>): Promise<CliProcess> {
  const cli = startCli(args, options);
  running.push(cli);
  await cli.said('Ctrl-C');
  return cli;
}

/** Holds a port, unless another program does already. */
async function take(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve() : reject(error)));
    server.listen(port, '127.0.0.1');
  });
  return server;
}

describe('weightless start', () => {
  test('takes the tokens of the environment, and never prints them', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const cli = await started(['start', '--port', new URL(url).port], { env: tokens });

    const read = await fetch(url, { headers: reader });
    const sent = await fetch(`${url}/v1/alerts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.WEIGHTLESS_ALERTS_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ version: '4', alerts: [] }),
    });

    const operated = await fetch(`${url}/v1/rollbacks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.WEIGHTLESS_OPERATE_TOKEN}`, 'content-type': 'application/json' },
      body: '{}',
    });

    // What is asked for is nothing, and that is said to whoever may ask only.
    expect([read.status, sent.status, operated.status]).toEqual([200, 200, 400]);
    expect(cli.stdout()).not.toMatch(/-token-of-mine|^Token/m);
    expect(cli.stdout()).toContain('Bearer $WEIGHTLESS_ALERTS_TOKEN');
    expect(cli.stderr()).toBe('');
  });

  test('plays no incident with --no-demo, and says where alerts go', async () => {
    const port = String(await freePort());

    const cli = await started(['start', '--no-demo', '--port', port], { env: tokens });

    expect(cli.stdout()).not.toContain('payment-svc');
    expect(cli.stdout()).toContain(`POST http://127.0.0.1:${port}/v1/alerts`);
    const page = await (await fetch(`http://127.0.0.1:${port}`, { headers: reader })).text();
    expect(page).toContain('Nothing has been rolled back yet');
  });

  test('takes the next free port where 8080 is taken, and says so', async () => {
    const holder = await take(FIRST_PORT);

    const cli = await started(['start', '--no-demo']);

    const url = /listens on (\S+)/.exec(cli.stdout())?.[1] ?? '';
    expect(Number(new URL(url).port)).toBeGreaterThan(FIRST_PORT);
    expect(cli.stdout()).toContain(`(port ${FIRST_PORT} is taken)`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    holder.close();
  });

  test('ends with one line where the port that it was given is taken', async () => {
    const port = await freePort();
    const holder = await take(port);

    const { code, stdout, stderr } = await runCli(['start', '--port', String(port)]);

    expect(stderr).toBe(
      `weightless: Cannot listen on 127.0.0.1:${port}: another program listens there. Choose another --port\n`,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    holder.close();
  });

  test.each([
    [['start', '--bogus'], /'--bogus'.*Try --help/],
    [['stop'], /no command "stop".*Try --help/],
  ])('ends with one line about %j', async (args, line) => {
    const { code, stdout, stderr } = await runCli(args);

    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  test.each([
    [
      ['start', '--help'],
      ['--port', '--kubeconfig', '--context', '--no-demo', '--data', ...Object.keys(tokens)],
    ],
    [['--help'], ['start', '--help']],
    [[], ['start', '--help']],
  ])('tells about %j what there is to be told', async (args, words) => {
    const { code, stdout, stderr } = await runCli(args);

    for (const word of words) expect(stdout).toContain(word);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('weightless start --data', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), 'weightless-data-')), 'made', 'by-it');
  });
  afterEach(() => rm(join(dataDir, '..', '..'), { recursive: true, force: true }));

  test('keeps the records for the next start', async () => {
    const port = String(await freePort());
    const first = await started(['start', '--port', port, '--data', dataDir]);
    await first.end();

    const second = await started(['start', '--no-demo', '--port', port, '--data', dataDir], { env: tokens });

    expect(second.stdout()).toContain(dataDir);
    const page = await (await fetch(`http://127.0.0.1:${port}`, { headers: reader })).text();
    expect(page).toMatch(/<h3><a href="\/rollbacks\/\w+">payment-svc\/v2<\/a><\/h3>/);
  });

  test('ends with one line where what is there is not its store', async () => {
    await mkdir(dataDir, { recursive: true });
    await writeFile(
      join(dataDir, 'weightless.db'),
      'a text, and a longer one than the head of a database has '.repeat(9),
    );

    const { code, stderr } = await runCli(['start', '--no-demo', '--data', dataDir]);

    expect(stderr).toMatch(/^weightless: The store of the records in .*weightless\.db does not start: .*\n$/);
    expect(code).toBe(1);
  });

  test('ends with one line where the folder cannot be made', async () => {
    const { code, stderr } = await runCli(['start', '--no-demo', '--data', join(import.meta.filename, 'in-a-file')]);

    expect(stderr).toMatch(/^weightless: Cannot make the folder .*in-a-file.*\n$/);
    expect(code).toBe(1);
  });
});
