import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbRequestLog } from '#shared/adapters/dynamodb/dynamodb-request-log.ts';
import { dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import type { FunctionEnv } from '#shared/runtime/env.ts';
import { logUnreadable } from '#shared/runtime/log-unreadable.ts';
import { openService, type Telemetry } from '#shared/runtime/open-service.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import type { OperateFunctionDeps } from './create-handler.ts';

/** Builds everything once. Clusters are connected to when the first request comes: nobody sleeps less well for that. */
export function wire(
  { table }: FunctionEnv,
  environment: NodeJS.ProcessEnv,
  telemetry: Telemetry,
): OperateFunctionDeps {
  const { settings, settingsAtHand, renewedSettings, clustersAtHand } = openService(environment, telemetry);
  const client = documentClient();
  return {
    settings,
    settingsAtHand,
    renewedSettings,
    clusters: async () => clustersAtHand(),
    rollbackLog: dynamodbRollbackLog(client, table, { onUnreadable: logUnreadable(telemetry.log) }),
    requestLog: dynamodbRequestLog(client, table),
    clock: systemClock,
    ...telemetry,
  };
}
