import type { APIGatewayProxyEventV2, Context, SNSEvent } from 'aws-lambda';
import { readFunctionEnv } from '#shared/runtime/env.ts';
import { eventFunction } from '#shared/runtime/event-function.ts';
import type { HttpResponse } from '#shared/runtime/http.ts';
import { httpFunction } from '#shared/runtime/http-function.ts';
import { createLog } from '#shared/runtime/logger.ts';
import { createMeter } from '#shared/runtime/meter.ts';
import { createRollbackHandler } from './create-handler.ts';
import { createSnsHandler, isSnsEvent } from './create-sns-handler.ts';
import { wire } from './wire.ts';

const log = createLog('weightless-rollback');
const deps = wire(readFunctionEnv(process.env), process.env, {
  log,
  meter: createMeter('weightless-rollback', process.env['WEIGHTLESS_STAGE']),
});
const fromHttp = httpFunction(createRollbackHandler(deps), log);
const fromSns = eventFunction(createSnsHandler(deps));

/** One function for both, so that both find the same warm connections. */
export function handler(event: APIGatewayProxyEventV2, context: Context): Promise<HttpResponse>;
export function handler(event: SNSEvent, context: Context): Promise<void>;
export function handler(event: APIGatewayProxyEventV2 | SNSEvent, context: Context): Promise<unknown> {
  return isSnsEvent(event) ? fromSns(event, context) : fromHttp(event, context);
}
