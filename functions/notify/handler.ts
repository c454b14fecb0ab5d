import { awsCaller } from '#shared/adapters/aws/aws-caller.ts';
import { awsSecrets } from '#shared/adapters/aws/aws-secrets.ts';
import { ssmSettingsSource } from '#shared/adapters/aws/ssm-settings-source.ts';
import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbNotificationLog } from '#shared/adapters/dynamodb/dynamodb-notification-log.ts';
import { sqsClient } from '#shared/adapters/sqs/sqs-client.ts';
import { sqsNotifyQueue } from '#shared/adapters/sqs/sqs-notify-queue.ts';
import { eventFunction } from '#shared/runtime/event-function.ts';
import { createLog } from '#shared/runtime/logger.ts';
import { createMeter } from '#shared/runtime/meter.ts';
import { openSettings } from '#shared/runtime/open-settings.ts';
import { systemClock as clock } from '#shared/runtime/system-clock.ts';
import { createNotifyHandler } from './create-handler.ts';
import { readNotifyEnv } from './env.ts';

const { stage, table, queue, deadLetters, pageUrl } = readNotifyEnv(process.env);
const log = createLog('weightless-notify');
const meter = createMeter('weightless-notify', stage);
const aws = awsCaller({ environment: process.env, clock });
const settings = openSettings(process.env, { source: (path) => ssmSettingsSource({ aws, path }), clock, log, meter });

export const handler = eventFunction(
  createNotifyHandler({
    settings: () => settings.current(),
    secrets: awsSecrets(aws, { clock }),
    notifications: dynamodbNotificationLog(documentClient(), table),
    queue: sqsNotifyQueue(sqsClient(), { queue, deadLetters }),
    aws,
    stage,
    pageUrl,
    clock,
    log,
    meter,
  }),
);
