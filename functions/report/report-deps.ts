import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ClusterSettings, Settings } from '#shared/contracts/settings.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import type { RollbackList } from '#shared/ports/rollback-list.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import type { AuthorizeDeps } from '#shared/runtime/authorize.ts';

export type ReportSettings = Pick<Settings, 'tokens' | 'sla' | 'slaObjective'> & {
  /** How kubectl calls each, for the commands that people are given. */
  readonly clusters: readonly Pick<ClusterSettings, 'name' | 'context'>[];
};

export type ReportFunctionDeps = AuthorizeDeps<ReportSettings> & {
  readonly rollbackLog: RollbackLog;
  readonly rollbackList: RollbackList;
  readonly dayLog: DayLog;
};

/** One request of somebody who may read. */
export type RouteContext = {
  readonly event: APIGatewayProxyEventV2;
  readonly settings: ReportSettings;
  readonly signal: AbortSignal;
};
