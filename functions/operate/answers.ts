import { type Command, kubectl, VIRTUAL_SERVICE } from '#shared/domain/command.ts';
import { showCommand } from '#shared/domain/commands-for.ts';
import { readManaged } from '#shared/domain/managed.ts';
import { MARK } from '#shared/domain/marks.ts';
import type { VirtualService } from '#shared/domain/virtual-service.ts';
import { type Cluster, ClusterFault, type ObjectRef } from '#shared/ports/cluster.ts';
import { StoreFault } from '#shared/ports/rollback-log.ts';
import type { Log } from '#shared/ports/telemetry.ts';
import { type HttpResponse, problem } from '#shared/runtime/http.ts';
import { faultReason } from '#shared/steps/fault-words.ts';
import type { OperateDeps } from './operate-deps.ts';

/** The cluster of that name, or a 404 that names those there are. */
export async function clusterNamed(name: string, { clusters }: OperateDeps): Promise<Cluster | HttpResponse> {
  const known = await clusters();
  const found = known.find((cluster) => cluster.name === name);
  const names = known.map((cluster) => cluster.name).join(', ');
  return found ?? problem(404, `The settings name no cluster ${JSON.stringify(name)}; they name: ${names}`);
}

export function isResponse(found: Cluster | HttpResponse): found is HttpResponse {
  return 'statusCode' in found;
}

/** Runs what asks the cluster and the store: where one gives no answer it is 503, with the way around us. */
export async function withFaults(
  work: () => Promise<HttpResponse>,
  { log }: OperateDeps,
  commands: readonly Command[] = [],
): Promise<HttpResponse> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof ClusterFault) return clusterFault(fault, log, commands);
    if (!(fault instanceof StoreFault)) throw fault;
    log.error('The store does not answer', { cause: fault.message });
    return problem(503, 'The store of the rollbacks does not answer. Send the request again, or see docs/runbook.md', {
      commands,
    });
  }
}

/** Missing rights are for a person to give: no retry mends them. */
function clusterFault(fault: ClusterFault, log: Log, commands: readonly Command[]): HttpResponse {
  const { reason, message } = faultReason(fault);
  log.error('The cluster gave no usable answer', { reason, cause: message });
  const [status, next] = fault.kind === 'forbidden' ? [409, 'See'] : [503, 'Send the request again, or see'];
  return problem(status, `${message.replace(/\.?$/, '.')} ${next} docs/runbook.md`, { reason, commands });
}

/** What to look at, or into, where there is no such object or it has not opted in. */
export function unmanaged(
  ref: ObjectRef,
  object: VirtualService | undefined,
  { name, context }: Cluster,
): HttpResponse {
  const what = `${ref.namespace}/${ref.name}`;
  if (!object) {
    const run = kubectl(context, ['-n', ref.namespace, 'get', VIRTUAL_SERVICE]);
    return problem(404, `There is no VirtualService ${what} in ${name}`, {
      commands: [{ does: `list those of ${ref.namespace}`, run }],
    });
  }
  const run = kubectl(context, ['-n', ref.namespace, 'label', VIRTUAL_SERVICE, ref.name, `${MARK.mode}=act`]);
  const [managed] = readManaged([object]);
  return problem(409, `${what} in ${name} has no label ${MARK.mode}, so it is not ours to write`, {
    commands: [{ does: `let Weightless act on ${what}`, run }, ...(managed ? [showCommand(managed, context)] : [])],
  });
}
