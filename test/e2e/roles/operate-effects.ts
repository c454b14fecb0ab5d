import { randomUUID } from 'node:crypto';
import { SERVICE } from '#test/real/incident-world.ts';
import { putBack, rollBackByHand, rolledBack, startIncident } from '../incidents.ts';
import { CLUSTERS } from '../world-settings.ts';
import { type Effect, isRecorded, type Place } from './effects.ts';

/** A person takes a canary of the one or the other cluster to zero; then there is a record of it. */
export function rollsBackByHand(which: keyof typeof CLUSTERS): Effect {
  return async ({ stack }) => {
    const namespace = await startIncident(stack, which);
    const { status } = await rollBackByHand(stack, namespace, which);
    return async () => status === 200 && (await isRecorded(stack, namespace));
  };
}

/** What a rollback changed is brought back. */
export async function restores({ stack }: Place): Promise<() => Promise<boolean>> {
  const [record] = await stack.records(await rolledBack(stack));
  const { status } = await stack.operate(`/v1/rollbacks/${record?.id}/restore`, { reason: 'v2 was not at fault' });
  return async () => status === 200;
}

/** A hold is ended, and the record says so. */
export async function releases({ stack }: Place): Promise<() => Promise<boolean>> {
  const namespace = await rolledBack(stack);
  const { body } = await release(stack, namespace);
  return async () => Array.isArray(body['rollbackIds']) && body['rollbackIds'].length === 1;
}

/** The same request is answered by what it came to, whatever has become of the canary since. */
export async function isAnsweredAgain({ stack }: Place): Promise<() => Promise<boolean>> {
  const namespace = await startIncident(stack);
  const key = randomUUID();
  await rollBackByHand(stack, namespace, 'first', key);
  await release(stack, namespace);
  await putBack(stack, namespace);
  const { status } = await rollBackByHand(stack, namespace, 'first', key);
  return async () => status === 200;
}

function release({ operate }: Place['stack'], namespace: string) {
  return operate(`/v1/holds/${CLUSTERS.first}/${namespace}/${SERVICE}/release`, { reason: 'v3 is out' });
}
