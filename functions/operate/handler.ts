import { readFunctionEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http-function.ts';
import { createLog } from '#shared/runtime/logger.ts';
import { createMeter } from '#shared/runtime/meter.ts';
import { createOperateHandler } from './create-handler.ts';
import { wire } from './wire.ts';

const log = createLog('weightless-operate');
const meter = createMeter('weightless-operate', process.env['WEIGHTLESS_STAGE']);
const deps = wire(readFunctionEnv(process.env), process.env, { log, meter });

export const handler = httpFunction(createOperateHandler(deps), log);
