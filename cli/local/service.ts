import { createOperateHandler } from '#functions/operate/create-handler.ts';
import { routeOf } from '#functions/operate/route-of.ts';
import { createReportHandler } from '#functions/report/create-handler.ts';
import { routeOf as reportRouteOf } from '#functions/report/routes.ts';
import { createRollbackHandler } from '#functions/rollback/create-handler.ts';
import { type Settings, SettingsSchema } from '#shared/contracts/settings.ts';
import type { Mode } from '#shared/domain/mode.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import type { RequestLog } from '#shared/ports/request-log.ts';
import type { RollbackList } from '#shared/ports/rollback-list.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import { type HttpResponse, methodOf, pathOf, problem } from '#shared/runtime/http.ts';
import { answerUnforeseen, type HttpHandler } from '#shared/runtime/http-function.ts';
import { systemClock } from '#shared/runtime/system-clock.ts';
import type { LocalTokens } from './tokens.ts';

export type LocalServiceDeps = {
  readonly cluster: Cluster;
  readonly clusterUrl: string;
  readonly rollbackLog: RollbackLog;
  readonly rollbackList: RollbackList;
  readonly dayLog: DayLog;
  readonly requestLog: RequestLog;
  readonly tokens: LocalTokens;
  readonly mode?: Mode | undefined;
  readonly log: Log;
};

/** Where there is nothing to send metrics to. */
export const noMeter: Meter = { count: () => undefined, milliseconds: () => undefined };

/** The handlers of the deployed functions behind one address; API Gateway's part is choosing by path. */
export function localService(deps: LocalServiceDeps): HttpHandler {
  const { cluster, rollbackLog, rollbackList, dayLog, requestLog, log } = deps;
  const settings = localSettings(deps);
  const common = { settings: async () => settings, rollbackLog, clock: systemClock, log };
  const rollback = createRollbackHandler({ ...common, clusters: async () => [cluster], meter: noMeter });
  const report = createReportHandler({ ...common, rollbackList, dayLog });
  const operate = createOperateHandler({ ...common, requestLog, clusters: async () => [cluster], meter: noMeter });
  const answer = byPathAndMethod({ rollback, report, operate });
  return async (event, options) => {
    try {
      return await answer(event, options);
    } catch (error) {
      return answerUnforeseen(error, log);
    }
  };
}

type Functions = Readonly<Record<'rollback' | 'report' | 'operate', HttpHandler>>;

/** As API Gateway does: the path says whose it is, and where it is that of two, the method. */
function byPathAndMethod({ rollback, report, operate }: Functions): HttpHandler {
  return async (event, options) => {
    const [path, method] = [pathOf(event), methodOf(event)];
    const isOperated = routeOf(path) !== undefined || path.startsWith('/v1/holds/');
    const isRead = reportRouteOf(path) !== undefined;
    if (isOperated && isRead && method !== 'GET' && method !== 'POST') return neither(path);
    if (isOperated && (!isRead || method === 'POST')) return operate(event, options);
    return (isRead ? report : rollback)(event, options);
  };
}

function neither(path: string): HttpResponse {
  return problem(405, `${path} takes GET and POST`, {}, { allow: 'GET, POST' });
}

/** What the settings of a deployed service would say. */
export function localSettings({
  cluster,
  clusterUrl,
  tokens,
  mode = 'act',
}: Pick<LocalServiceDeps, 'cluster' | 'clusterUrl' | 'tokens' | 'mode'>): Settings {
  return SettingsSchema.parse({
    mode,
    clusters: [{ name: cluster.name, endpoint: clusterUrl, token: { env: 'FROM_THE_KUBECONFIG' } }],
    tokens: tokens.settings,
  });
}
