import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS, bundleFunctions } from '#infra/build/bundle.ts';
import { printComparison } from './print-comparison.ts';

/**
 * What a cold start of the rollback function costs before its first line of work: CPU time (user and system) of a fresh
 * process that loads its bundle, beside one that loads nothing but the AWS SDK's document client.
 */
const ROUNDS = 15;

const folder = await mkdtemp(join(tmpdir(), 'weightless-import-cost-'));
try {
  const ours = (await bundleFunctions(join(folder, 'dist'))).find(({ name }) => name === 'rollback')?.file;
  if (!ours) throw new Error('There is no function named rollback');
  const floor = await sdkOnly(folder);
  const times = { ours: [] as number[], floor: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.ours.push(await cpuOfLoading(ours));
    times.floor.push(await cpuOfLoading(floor));
  }
  printComparison(`import, CPU, ${ROUNDS} each`, times);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The least that a function with this table can load: one client of it. */
async function sdkOnly(into: string): Promise<string> {
  const outfile = join(into, 'floor', 'index.js');
  const contents = `
    import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
    import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
    export const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  `;
  await build({ ...BUNDLE_OPTIONS, stdin: { contents, resolveDir: process.cwd() }, outfile });
  await writeFile(join(into, 'floor', 'package.json'), '{"type":"commonjs"}\n');
  return outfile;
}

/** In ms; without what Node itself takes to start. */
async function cpuOfLoading(file: string): Promise<number> {
  const script = `
    const before = process.cpuUsage();
    require(${JSON.stringify(file)});
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(String((user + system) / 1000), () => process.exit(0));
  `;
  const env = { ...process.env, AWS_REGION: 'eu-central-1', WEIGHTLESS_TABLE: 'none', WEIGHTLESS_SETTINGS: '{}' };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env });
  return Number(stdout);
}
