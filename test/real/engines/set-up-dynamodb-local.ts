import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installStamped } from './install-stamped.ts';
import { printEngineLine } from './print-engine-line.ts';
import { runRequiredTool } from './run-required-tool.ts';

const sourceDir = fileURLToPath(new URL('./dynamodb-local', import.meta.url));
const pom = join(sourceDir, 'pom.xml');
const launcher = join(sourceDir, 'LoopbackDynamodb.java');

/** Puts DynamoDB Local from Maven and our launcher for it into `<cacheDir>/dynamodb-local`. */
export async function setUpDynamodbLocal(cacheDir: string): Promise<void> {
  const startedAt = Date.now();
  const sources = await Promise.all([readFile(pom), readFile(launcher)]);
  const isNew = await installStamped(join(cacheDir, 'dynamodb-local'), sources, install);
  printEngineLine('dynamodb-local', isNew ? 'fetched, launcher compiled' : 'was there', startedAt);
}

async function install(into: string): Promise<void> {
  const lib = join(into, 'lib');
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${lib}`];
  await runRequiredTool('mvn', ['--batch-mode', '--quiet', '--file', pom, ...goal]);
  await runRequiredTool('javac', ['-nowarn', '-cp', join(lib, '*'), '-d', join(into, 'classes'), launcher]);
}
