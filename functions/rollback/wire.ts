import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import { clustersFromSettings } from '#shared/adapters/kubernetes/clusters-from-settings.ts';
import { parseSettings } from '#shared/contracts/settings.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import type { FunctionEnv } from '#shared/runtime/env.ts';
import { logUnreadable } from '#shared/runtime/log-unreadable.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import type { RollbackFunctionDeps } from './create-handler.ts';
import type { SnsFunctionDeps } from './create-sns-handler.ts';

/** Builds everything once: clients, and the TLS connections of all clusters while Lambda still initialises. */
export function wire(
  env: FunctionEnv,
  environment: NodeJS.ProcessEnv,
  telemetry: { readonly log: Log; readonly meter: Meter },
): RollbackFunctionDeps & SnsFunctionDeps {
  const settings = Promise.resolve().then(() => parseSettings(env.settings()));
  const clusters = settings.then(({ clusters: configured }) => clustersFromSettings(configured, { environment }));
  // What fails here fails again, with words, where a request waits for it.
  clusters.then((all) => Promise.allSettled(all.map(({ client }) => client.warm()))).catch(() => undefined);
  return {
    settings: () => settings,
    clusters: () => clusters,
    rollbackLog: dynamodbRollbackLog(documentClient(), env.table, { onUnreadable: logUnreadable(telemetry.log) }),
    clock: systemClock,
    ...telemetry,
  };
}
