import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import { parseSettings } from '#shared/contracts/settings.ts';
import { readFunctionEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http-function.ts';
import { logUnreadable } from '#shared/runtime/log-unreadable.ts';
import { createLog } from '#shared/runtime/logger.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import { createReportHandler } from './create-handler.ts';

const env = readFunctionEnv(process.env);
const log = createLog('weightless-report');
const rollbackLog = dynamodbRollbackLog(documentClient(), env.table, { onUnreadable: logUnreadable(log) });
const settings = async () => parseSettings(env.settings());

export const handler = httpFunction(createReportHandler({ settings, rollbackLog, clock: systemClock, log }), log);
