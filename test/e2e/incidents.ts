import { randomUUID } from 'node:crypto';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { kube } from '#test/real/engines/kube-objects.ts';
import { destinationRule, SERVICE, users, virtualService } from '#test/real/incident-world.ts';
import { webhookAbout } from './alerts.ts';
import type { Answer, Stack } from './stack.ts';
import { functionName } from './world.ts';
import { CLUSTERS } from './world-settings.ts';

/** The incident, in a new namespace of one of the clusters. */
export async function startIncident({ world }: Stack, which: keyof typeof CLUSTERS = 'first'): Promise<string> {
  const admin = kube(world[which]);
  const namespace = await admin.newNamespace();
  await admin.create(destinationRule(namespace));
  await admin.create(virtualService(namespace));
  return namespace;
}

/** The incident after its alert. */
export async function rolledBack(stack: Stack, which: keyof typeof CLUSTERS = 'first'): Promise<string> {
  const namespace = await startIncident(stack, which);
  await stack.post(webhookAbout({ namespace, cluster: CLUSTERS[which] }));
  return namespace;
}

/** Somebody brings the canary back to this weight. */
export async function putBack({ world }: Stack, namespace: string, canary = 99): Promise<void> {
  const weight = { op: 'replace', path: '/spec/http/1/route', value: users(100 - canary, canary) };
  await kube(world.first).patch(virtualService(namespace), [weight]);
}

/** One run of the deployed guard; throws where it failed. */
export async function runGuard({ aws }: Stack): Promise<void> {
  const run = await aws.lambda.send(new InvokeCommand({ FunctionName: functionName('guard'), Payload: '{}' }));
  if (run.FunctionError !== undefined)
    throw new Error(`guard ended with ${run.FunctionError}: ${Buffer.from(run.Payload ?? []).toString()}`);
}

/** A run of guard of which not all may be done. */
export async function tryGuard(stack: Stack): Promise<void> {
  await runGuard(stack).catch(() => undefined);
}

/** A person's request for a rollback. */
export async function rollBackByHand(
  { operate }: Stack,
  namespace: string,
  which: keyof typeof CLUSTERS = 'first',
  key: string = randomUUID(),
): Promise<Answer> {
  const request = { cluster: CLUSTERS[which], namespace, virtualService: SERVICE, reason: 'v2 answers nonsense' };
  return operate('/v1/rollbacks', request, { 'idempotency-key': key });
}

/** As a VirtualService stands with these weights for everybody but the testers. */
export function atWeights(stable: number, canary: number) {
  return { spec: { http: [{}, { route: users(stable, canary) }] } };
}
