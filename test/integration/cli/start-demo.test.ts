import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '#cli/local/free-port.ts';
import { type CliProcess, runCli, startCli } from './cli-process.ts';

const run = promisify(execFile);

describe('npm start', () => {
  let cli: CliProcess;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    cli = startCli(['start', '--port', String(port)]);
    await cli.said('Ctrl-C');
  });
  afterAll(() => cli.end());

  /** The token that is printed for a purpose. */
  function tokenTo(purpose: string): string {
    const token = new RegExp(`^Token +(\\S+) +to ${purpose}`, 'm').exec(cli.stdout())?.[1];
    if (!token) throw new Error(`No token to ${purpose} was printed:\n${cli.stdout()}`);
    return token;
  }
  const page = (token: string) =>
    fetch(url, { headers: { authorization: `Basic ${Buffer.from(`anybody:${token}`).toString('base64')}` } });

  test('says where it listens, on which cluster and where the records are', () => {
    const said = cli.stdout();

    expect(said).toContain(`Weightless listens on ${url}\n`);
    expect(said).toMatch(/^Cluster +embedded/m);
    expect(said).toMatch(/^Records +DynamoDB \(dynoxide\), in memory$/m);
    expect(cli.stderr()).toBe('');
  });

  test('shows who would get what of 1,000 requests before and after', () => {
    const [before = '', after = ''] = cli.stdout().split(/^(?= +after)/m);

    expect(before).toMatch(/before +testers.*payment-svc v2 +1000/);
    expect(before).toMatch(/before +users +payment-svc v1 +10 .*\n +payment-svc v2 +990 /);
    expect(after).toMatch(/after +testers.*payment-svc v2 +1000/);
    expect(cli.stdout()).toMatch(/after +users +payment-svc v1 +1000 .*\n +payment-svc v2 +0\n/);
  });

  test('tells the timeline, the SLA, what can still reach the canary, the rollback and the event', () => {
    const said = cli.stdout();

    expect(said).toMatch(
      /^Timeline +fired 0 ms → received \+\d+ ms → targeted \+\d+ ms → zeroed \+\d+ ms → recorded \+\d+ ms$/m,
    );
    expect(said).toMatch(/^SLA +met: \d+ ms from alert to zero; the target is 60 s$/m);
    expect(said).toMatch(/^Outcome +rolled-back: payment-svc v2 in production\/payment-svc$/m);
    expect(said).toMatch(/^Residual .*header.*route testers/m);
    expect(said).toMatch(/^Rollback +[0-9a-f]{64}$/m);
    expect(said).toMatch(/^Event +RollbackCompleted \w+/m);
  });

  test('stays up, and shows its page to those with the read token only', async () => {
    const [nobody, sender, reader] = await Promise.all([
      fetch(url),
      page(tokenTo('send alerts')),
      page(tokenTo('read the page')),
    ]);

    expect([nobody.status, sender.status, reader.status]).toEqual([401, 403, 200]);
    expect(nobody.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(await nobody.text()).not.toContain('payment-svc');
    expect(reader.headers.get('content-security-policy')).toContain("default-src 'none'");
    const shown = await reader.text();
    expect(shown).toMatch(/<h3><a href="\/rollbacks\/\w+">payment-svc\/v2<\/a><\/h3>/);
    expect(shown).toContain('CanaryErrorRateHigh in embedded / production, received');
  });

  test('shows the rollback to the command line by the beginning of the id that it printed', async () => {
    const [, id = ''] = /^Rollback +([0-9a-f]+)$/m.exec(cli.stdout()) ?? [];

    const env = { WEIGHTLESS_URL: url, WEIGHTLESS_TOKEN: tokenTo('read the page') };
    const shown = await runCli(['show', id.slice(0, 12)], { env });

    expect(shown.stdout).toMatch(new RegExp(`^id +${id}$`, 'm'));
  });

  test('prints a curl line that rolls back the second service when a shell runs it', async () => {
    const line = /^ +(curl .*)$/m.exec(cli.stdout())?.[1] ?? '';

    const { stdout } = await run('sh', ['-c', line]);

    expect(JSON.parse(stdout)).toMatchObject({
      results: [{ outcome: 'rolled-back', target: { virtualServices: ['production/checkout-svc'] } }],
    });
    const shown = await (await page(tokenTo('read the page'))).text();
    expect([...shown.matchAll(/<h3><a href="[^"]+">([^<]+)<\/a><\/h3>/g)].map(([, name]) => name)).toEqual([
      'checkout-svc/v2',
      'payment-svc/v2',
    ]);
  });
});
