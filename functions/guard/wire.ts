import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbDayLog } from '#shared/adapters/dynamodb/dynamodb-day-log.ts';
import { dynamodbOutbox } from '#shared/adapters/dynamodb/dynamodb-outbox.ts';
import { dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import { dynamodbWeekLog } from '#shared/adapters/dynamodb/dynamodb-week-log.ts';
import { eventbridgeBus } from '#shared/adapters/eventbridge/eventbridge-bus.ts';
import { eventbridgeClient } from '#shared/adapters/eventbridge/eventbridge-client.ts';
import { logUnreadable } from '#shared/runtime/log-unreadable.ts';
import { openService, type Telemetry } from '#shared/runtime/open-service.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import type { GuardFunctionDeps } from './create-handler.ts';
import type { GuardEnv } from './env.ts';

/** Builds everything once: clients, and the TLS connections of all clusters while Lambda still initialises. */
export function wire(
  { table, eventBus, pageUrl }: GuardEnv,
  environment: NodeJS.ProcessEnv,
  telemetry: Telemetry,
): GuardFunctionDeps {
  const service = openService(environment, telemetry);
  service.clustersAtHand();
  const client = documentClient();
  const options = { onUnreadable: logUnreadable(telemetry.log) };
  return {
    settings: service.settings,
    clusters: service.clusters,
    rollbackLog: dynamodbRollbackLog(client, table, options),
    dayLog: dynamodbDayLog(client, table, options),
    weekLog: dynamodbWeekLog(client, table),
    outbox: dynamodbOutbox(client, table, options),
    bus: eventbridgeBus(eventbridgeClient(), eventBus),
    clock: systemClock,
    pageUrl,
    ...telemetry,
  };
}
