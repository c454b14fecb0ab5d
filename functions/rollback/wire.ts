import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import type { FunctionEnv } from '#shared/runtime/env.ts';
import { logUnreadable } from '#shared/runtime/log-unreadable.ts';
import { openService, type Telemetry } from '#shared/runtime/open-service.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import type { RollbackFunctionDeps } from './create-handler.ts';
import type { SnsFunctionDeps } from './create-sns-handler.ts';

/** Builds everything once: clients, and the TLS connections of all clusters while Lambda still initialises. */
export function wire(
  { table }: FunctionEnv,
  environment: NodeJS.ProcessEnv,
  telemetry: Telemetry,
): RollbackFunctionDeps & SnsFunctionDeps {
  const { settings, settingsAtHand, renewedSettings, settingsState, clustersAtHand } = openService(
    environment,
    telemetry,
  );
  // Begins to connect to them.
  clustersAtHand();
  return {
    settings,
    settingsAtHand,
    renewedSettings,
    settingsState,
    clusters: async () => clustersAtHand(),
    rollbackLog: dynamodbRollbackLog(documentClient(), table, { onUnreadable: logUnreadable(telemetry.log) }),
    clock: systemClock,
    ...telemetry,
  };
}
