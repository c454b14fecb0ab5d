import { kube } from '#test/real/engines/kube-objects.ts';
import { virtualService } from '#test/real/incident-world.ts';
import { agedRecord } from '../aged-record.ts';
import { putBack, rolledBack, tryGuard } from '../incidents.ts';
import { type Place, put } from './effects.ts';

/** A day that is over is folded again, as a record of it changed. */
export async function foldsADay({ stack }: Place): Promise<() => Promise<boolean>> {
  const namespace = await rolledBack(stack);
  const written = (await stack.items('ROLLBACK#')).find((item) => JSON.stringify(item).includes(namespace));
  const { item, note } = agedRecord(written, 2);
  await put(stack, item);
  await put(stack, note);
  return async () => {
    await tryGuard(stack);
    return !(await stack.items('CHANGED')).some(({ sk }) => sk === note.sk);
  };
}

/** Prometheus is asked, and says that a canary gets no requests any more. */
export async function seesNoRequests({ stack }: Place): Promise<() => Promise<boolean>> {
  const namespace = await rolledBack(stack);
  await stack.requests(namespace, 0);
  return async () => {
    await tryGuard(stack);
    return (await stack.records(namespace)).some(({ timeline }) => timeline['verifiedAt'] !== undefined);
  };
}

/** A canary that was put back is at zero again, and its record says so. */
export async function reasserts({ stack }: Place): Promise<() => Promise<boolean>> {
  const namespace = await rolledBack(stack);
  await putBack(stack, namespace);
  await tryGuard(stack);
  return async () => {
    const { metadata } = await kube(stack.world.first).get(virtualService(namespace));
    const [record] = await stack.records(namespace);
    return metadata['generation'] === 4 && JSON.stringify(record?.['history']).includes('reasserted');
  };
}
