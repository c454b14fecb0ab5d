import { awsCaller } from '#shared/adapters/aws/aws-caller.ts';
import { ssmSettingsSource } from '#shared/adapters/aws/ssm-settings-source.ts';
import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbDayLog } from '#shared/adapters/dynamodb/dynamodb-day-log.ts';
import { dynamodbRollbackList } from '#shared/adapters/dynamodb/dynamodb-rollback-list.ts';
import { dynamodbRollbackLog } from '#shared/adapters/dynamodb/dynamodb-rollback-log.ts';
import { readFunctionEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http-function.ts';
import { logUnreadable } from '#shared/runtime/log-unreadable.ts';
import { createLog } from '#shared/runtime/logger.ts';
import { createMeter } from '#shared/runtime/meter.ts';
import { openSettings } from '#shared/runtime/open-settings.ts';
import { systemClock as clock } from '#shared/runtime/system-clock.ts';
import { createReportHandler } from './create-handler.ts';

const { table } = readFunctionEnv(process.env);
const log = createLog('weightless-report');
const meter = createMeter('weightless-report', process.env['WEIGHTLESS_STAGE']);
const aws = awsCaller({ environment: process.env, clock });
const keeper = openSettings(process.env, { source: (path) => ssmSettingsSource({ aws, path }), clock, log, meter });
const client = documentClient();
const options = { onUnreadable: logUnreadable(log) };

export const handler = httpFunction(
  createReportHandler({
    settings: async () => (await keeper.current()).settings,
    settingsAtHand: () => keeper.atHand(),
    renewedSettings: (since) => keeper.renewed(since),
    rollbackLog: dynamodbRollbackLog(client, table, options),
    rollbackList: dynamodbRollbackList(client, table, options),
    dayLog: dynamodbDayLog(client, table, options),
    clock,
    log,
  }),
  log,
);
