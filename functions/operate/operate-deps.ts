import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Settings } from '#shared/contracts/settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { RequestLog } from '#shared/ports/request-log.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';

export type OperateSettings = Pick<Settings, 'tokens' | 'mode' | 'alerts' | 'sla' | 'hold' | 'onRevert'>;

export type OperateDeps = {
  readonly clusters: () => Promise<readonly Cluster[]>;
  readonly rollbackLog: RollbackLog;
  readonly requestLog: RequestLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

/** One authorized request. */
export type OperateContext = {
  readonly event: APIGatewayProxyEventV2;
  readonly settings: OperateSettings;
  /** Who: the name of the token. */
  readonly name: string;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
};
