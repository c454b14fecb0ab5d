import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '#shared/ports/telemetry.ts';

/** JSON lines for CloudWatch; level by POWERTOOLS_LOG_LEVEL. */
export function createLog(service: string): Log {
  const logger = new Logger({ serviceName: service });
  return {
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}
