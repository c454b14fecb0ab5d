import { documentClient } from '#shared/adapters/dynamodb/document-client.ts';
import { dynamodbOutbox } from '#shared/adapters/dynamodb/dynamodb-outbox.ts';
import { eventbridgeBus } from '#shared/adapters/eventbridge/eventbridge-bus.ts';
import { eventbridgeClient } from '#shared/adapters/eventbridge/eventbridge-client.ts';
import { sqsClient } from '#shared/adapters/sqs/sqs-client.ts';
import { sqsDeadLetters } from '#shared/adapters/sqs/sqs-dead-letters.ts';
import { eventFunction } from '#shared/runtime/event-function.ts';
import { createLog } from '#shared/runtime/logger.ts';
import { createPublishHandler } from './create-handler.ts';
import { readPublishEnv } from './env.ts';

const { table, eventBus, deadLetters } = readPublishEnv(process.env);

export const handler = eventFunction(
  createPublishHandler({
    bus: eventbridgeBus(eventbridgeClient(), eventBus),
    outbox: dynamodbOutbox(documentClient(), table),
    deadLetters: sqsDeadLetters(sqsClient(), deadLetters),
    log: createLog('weightless-publish'),
  }),
);
