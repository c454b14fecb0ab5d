import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundleFunctions, MAX_NOTIFY_BYTES, MAX_ROLLBACK_BYTES } from '#infra/build/bundle.ts';
import { anHttpEvent } from '#test/builders/http-event.ts';

let folder: string;
let bundles: Bundle[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weightless-bundle-'));
  bundles = await bundleFunctions(join(folder, 'dist'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What Lambda would set; nothing of it is called. */
const environment = {
  PATH: process.env['PATH'],
  AWS_REGION: 'eu-central-1',
  WEIGHTLESS_STAGE: 'test',
  WEIGHTLESS_TABLE: 'weightless',
  WEIGHTLESS_EVENT_BUS: 'weightless',
  WEIGHTLESS_QUEUE: 'https://127.0.0.1:1/000000000000/notify',
  WEIGHTLESS_DEAD_LETTERS: 'https://127.0.0.1:1/000000000000/letters',
  WEIGHTLESS_SETTINGS: JSON.stringify({
    clusters: [{ name: 'test', endpoint: 'https://127.0.0.1:1', token: { env: 'CLUSTER_TOKEN' } }],
    tokens: [{ name: 'test', sha256: createHash('sha256').update('a-token').digest('hex'), scope: 'alerts' }],
  }),
  CLUSTER_TOKEN: 'a-token-of-the-cluster',
};

/** Loads a bundle in a process of its own, as Lambda does, and evaluates an expression over its exports. */
async function evaluate(file: string, expression: string): Promise<unknown> {
  const script = `
    const bundle = require(${JSON.stringify(file)});
    Promise.resolve(${expression}).then((result) =>
      process.stdout.write('RESULT ' + JSON.stringify(result) + '\\n', () => process.exit(0)));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env: environment, cwd: folder });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('RESULT ') + 'RESULT '.length));
}

function bundleOf(name: string): Bundle {
  const found = bundles.find((bundle) => bundle.name === name);
  if (!found) throw new Error(`There is no bundle of ${name}`);
  return found;
}

describe('the bundles of the functions', () => {
  test('are one for each function, and each exports its handler', async () => {
    const handlers = await Promise.all(bundles.map(({ file }) => evaluate(file, 'typeof bundle.handler')));

    expect(bundles.map(({ name }) => name)).toEqual((await readdir('functions')).sort());
    expect(handlers).toEqual(bundles.map(() => 'function'));
  });

  test('keep the rollback function within the size that its cold start allows', () => {
    const { bytes } = bundleOf('rollback');

    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(MAX_ROLLBACK_BYTES);
    expect(MAX_ROLLBACK_BYTES).toBeLessThanOrEqual(450 * 1024);
  });

  test('keep the notify function small: it has the client library of no service that it tells people by', () => {
    const { bytes, modules } = bundleOf('notify');

    expect(bytes).toBeLessThanOrEqual(MAX_NOTIFY_BYTES);
    expect(modules.filter((path) => /client-sns|@slack|pagerduty\/pdjs/.test(path))).toEqual([]);
  });

  test('hold no Kubernetes client library and no language but English', () => {
    const modules = bundles.flatMap((bundle) => bundle.modules);
    const languages = modules.filter((path) => /zod\/v4\/locales\//.test(path));

    expect(modules.filter((path) => path.includes('@kubernetes/client-node'))).toEqual([]);
    expect(new Set(languages.map((path) => path.split('/').at(-1)))).toEqual(new Set(['en.js']));
  });

  test('hold what speaks to a cluster only where clusters are spoken to', () => {
    const speak = bundles.filter(({ modules }) =>
      modules.some((path) => path.startsWith('shared/adapters/kubernetes/')),
    );

    expect(speak.map(({ name }) => name)).toContain('rollback');
    expect(speak.map(({ name }) => name)).not.toContain('notify');
    expect(speak.map(({ name }) => name)).not.toContain('publish');
  });

  test('answer a health check from the rollback bundle', async () => {
    const event = JSON.stringify(anHttpEvent({ method: 'GET', path: '/healthz' }));
    const context = JSON.stringify({ functionName: 'rollback', awsRequestId: 'a-request' });

    const answer = await evaluate(
      bundleOf('rollback').file,
      `bundle.handler(${event}, { ...${context}, getRemainingTimeInMillis: () => 15000 })`,
    );

    expect(answer).toMatchObject({ statusCode: 200 });
  });
});
