import { eventFunction } from '#shared/runtime/event-function.ts';
import { createLog } from '#shared/runtime/logger.ts';
import { createMeter } from '#shared/runtime/meter.ts';
import { createGuardHandler } from './create-handler.ts';
import { readGuardEnv } from './env.ts';
import { wire } from './wire.ts';

const log = createLog('weightless-guard');
const meter = createMeter('weightless-guard', process.env['WEIGHTLESS_STAGE']);

export const handler = eventFunction(createGuardHandler(wire(readGuardEnv(process.env), process.env, { log, meter })));
