import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Packaged, packageStack } from './package-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Two packages: one with nothing but what is needed, one with every parameter, of the settings that are shipped. */
    packages: { readonly plain: Packaged; readonly full: Packaged };
  }
}

/** The least that a deploy's settings hold. */
const PLAIN_SETTINGS = {
  clusters: [{ name: 'prod', endpoint: 'https://kubernetes.example.com', token: { secret: 'weightless/prod' } }],
  tokens: [{ name: 'alertmanager', sha256: '0'.repeat(64), scope: 'alerts' }],
};

const FULL_PARAMETERS = {
  settings: 'infra/settings/example.json',
  architecture: 'x86_64',
  retain: 'false',
  logRetentionInDays: '7',
  provisionedConcurrency: '2',
  reservedConcurrency: '20',
  permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary',
  subnetIds: 'subnet-1,subnet-2',
  securityGroupIds: 'sg-1',
  eksAccess: 'true',
  kmsKeys: 'arn:aws:kms:eu-central-1:123456789012:key/one',
  alarmTopic: 'arn:aws:sns:eu-central-1:123456789012:ops',
};

/** Packages once for all tests: they read templates and zips. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'weightless-deploy-'));
  const settings = join(folder, 'plain.json');
  await writeFile(settings, JSON.stringify(PLAIN_SETTINGS));
  const params = Object.entries(FULL_PARAMETERS).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const [plain, full] = await Promise.all([
    packageStack(join(folder, 'plain'), ['--stage', 'plain', '--param', `settings=${settings}`]),
    packageStack(join(folder, 'full'), ['--stage', 'full', '--region', 'eu-central-1', ...params]),
  ]);
  project.provide('packages', { plain, full });
  return () => rm(folder, { recursive: true, force: true });
}
