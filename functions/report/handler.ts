import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import { readFunctionEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http-function.ts';
import { logUnreadable } from '#shared/runtime/log-unreadable.ts';
import { createLog } from '#shared/runtime/logger.ts';
import { createMeter } from '#shared/runtime/meter.ts';
import { openService } from '#shared/runtime/open-service.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { createReportHandler } from './create-handler.ts';

const { table } = readFunctionEnv(process.env);
const log = createLog('weightless-report');
const meter = createMeter('weightless-report', process.env['WEIGHTLESS_STAGE']);
const { settings, settingsAtHand } = openService(process.env, { log, meter });
const rollbackLog = dynamodbRollbackLog(documentClient(), table, { onUnreadable: logUnreadable(log) });

export const handler = httpFunction(
  createReportHandler({ settings, settingsAtHand, rollbackLog, clock: systemClock, log }),
  log,
);
