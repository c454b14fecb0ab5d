import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { type KubeApiserver, startKubeApiserver } from '#test/real/engines/kube-apiserver.ts';
import { kube } from '#test/real/engines/kube-objects.ts';
import type { ByUser } from '#test/real/engines/kube-users.ts';
import { type Aws, awsOf } from './aws.ts';
import { type Emulator, startEmulator } from './engines/emulator.ts';
import { functionLogs } from './function-logs.ts';
import { startOutsideServer } from './outside/outside-server.ts';
import { startRelay } from './outside/relay.ts';
import { runNpm } from './run-npm.ts';
import { STAGE, settingsOf } from './world-settings.ts';

export type ClusterAccess = { readonly url: string; readonly ca: string; readonly tokens: ByUser };

/** All that a test may know of the deployed stack and of what is around it. Can be sent to another process. */
export type World = {
  readonly env: Emulator['env'];
  /** Of the stack, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly first: ClusterAccess;
  readonly second: ClusterAccess;
  readonly alertsToken: string;
  readonly readToken: string;
  readonly operateToken: string;
  /** Alerts come over it. */
  readonly topicArn: string;
  /** People are told over it. */
  readonly mailTopicArn: string;
  readonly signingKey: string;
  readonly outsideUrl: string;
};

export type FunctionVerb = 'rollback' | 'report' | 'operate' | 'publish' | 'guard' | 'notify';

/** What the deployed function of this verb is called. */
export function functionName(verb: FunctionVerb): string {
  return `weightless-${STAGE}-${verb}`;
}

const EMULATOR_LOG = fileURLToPath(new URL('../../.cache/reports/e2e-emulator.log', import.meta.url));
const clusterRole = fileURLToPath(new URL('../../infra/kubernetes/cluster-role.yaml', import.meta.url));

/** Starts everything and deploys the stack; what has to be stopped, in its order, is added to `stops`. */
export async function startWorld(stops: (() => Promise<unknown>)[]): Promise<World> {
  async function started<T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    stops.push(part.stop);
    return part;
  }
  const directory = await mkdtemp(join(tmpdir(), 'weightless-e2e-'));
  stops.push(() => rm(directory, { recursive: true, force: true }));
  const [emulator, first, second] = await Promise.all([
    started(startEmulator()),
    started(startCluster()),
    started(startCluster()),
  ]);
  stops.push(() => keepOutput(emulator));
  const relay = await started(startRelay(Number(new URL(second.url).port)));
  const prometheusToken = newToken();
  const outside = await started(startOutsideServer({ relay, prometheusToken }));
  const aws = awsOf(emulator.env);
  const known = {
    alertsToken: newToken(),
    readToken: newToken(),
    operateToken: newToken(),
    signingKey: newToken(),
    topicArn: await newTopic(aws, 'alerts'),
    mailTopicArn: await newTopic(aws, 'mail'),
    outsideUrl: outside.url,
  };
  const clusters = [
    { ...first, prometheus: `${outside.url}/prometheus` },
    { ...second, url: `https://127.0.0.1:${relay.port}` },
  ] as const;
  const settingsFile = join(directory, 'settings.json');
  await writeFile(settingsFile, JSON.stringify(await settingsOf({ aws, clusters, prometheusToken, ...known })));
  const deployedAt = performance.now();
  await runNpm({
    script: 'deploy',
    stage: STAGE,
    params: { architecture: 'x86_64', retain: 'false', settings: settingsFile },
    env: emulator.env,
    dist: join(directory, 'dist'),
  });
  console.log(`deployed in ${((performance.now() - deployedAt) / 1000).toFixed(1)} s`);
  return {
    env: emulator.env,
    outputs: await outputsOf(aws),
    first: accessTo(first),
    second: accessTo(second),
    ...known,
  };
}

/** What the functions logged, for who has to find out why a test failed. */
async function keepOutput(emulator: Emulator): Promise<void> {
  await mkdir(dirname(EMULATOR_LOG), { recursive: true });
  const logs = await functionLogs(emulator.env).catch(String);
  await writeFile(
    EMULATOR_LOG,
    `${emulator.output()}
${logs}
`,
  );
}

/** Its user `member` has the shipped role and no other right. */
async function startCluster(): Promise<KubeApiserver> {
  const cluster = await startKubeApiserver();
  await kube(cluster).applyManifestFile(clusterRole);
  return cluster;
}

/** Without `stop`, which cannot be sent to another process. */
function accessTo({ url, ca, tokens }: KubeApiserver): ClusterAccess {
  return { url, ca, tokens };
}

async function newTopic({ sns }: Aws, Name: string): Promise<string> {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name }));
  return TopicArn;
}

async function outputsOf({ cloudformation }: Aws): Promise<Record<string, string>> {
  const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: `weightless-${STAGE}` }));
  const outputs = Stacks.flatMap(({ Outputs = [] }) => Outputs);
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

function newToken(): string {
  return randomBytes(24).toString('hex');
}
