import { readFunctionEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http-function.ts';
import { createLog } from '#shared/runtime/logger.ts';
import { createMeter } from '#shared/runtime/meter.ts';
import { createRollbackHandler } from './create-handler.ts';
import { wire } from './wire.ts';

const log = createLog('weightless-rollback');
const meter = createMeter('weightless-rollback');

export const handler = httpFunction(
  createRollbackHandler(wire(readFunctionEnv(process.env), process.env, { log, meter })),
  log,
);
