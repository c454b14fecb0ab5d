import type { OutboxEvent } from '#shared/contracts/events.ts';
import type { Webhook } from '#shared/contracts/webhook.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import { startBudget } from '#shared/steps/budget.ts';
import { type PolicySettings, policyOf } from '#shared/steps/policy-of.ts';
import { type RecordedDelivery, recordOutcomes } from '#shared/steps/record-outcomes.ts';
import { rollBackAlerts } from '#shared/steps/roll-back-alerts.ts';
import { countBreaches, countIgnoredEntries, report } from './report.ts';

export type HandleWebhookDeps = {
  readonly clusters: () => Promise<readonly Cluster[]>;
  readonly rollbackLog: RollbackLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

type Receipt = { readonly receivedAt: number; readonly settings: PolicySettings; readonly signal: AbortSignal };

/** The rollback itself, however the alerts came: nothing but the Kubernetes API is waited for before the patch. */
export async function handleWebhook(
  webhook: Webhook,
  { receivedAt, settings, signal }: Receipt,
  deps: HandleWebhookDeps,
): Promise<RecordedDelivery> {
  const { clock, log, meter, rollbackLog } = deps;
  const { alerts, truncatedAlerts } = webhook;
  if (truncatedAlerts > 0) {
    log.warn('Alertmanager left alerts out of the webhook: set max_alerts: 0 in its receiver', { truncatedAlerts });
    meter.count('AlertsTruncated', {}, truncatedAlerts);
  }
  const policy = policyOf(settings);
  const outcomes = await rollBackAlerts(alerts, {
    clusters: await deps.clusters(),
    policy,
    budget: startBudget(clock, signal, receivedAt),
    receivedAt,
    onConflict: () => meter.count('ConflictRetries'),
  });
  countIgnoredEntries(outcomes, meter);
  const receipt = { receivedAt, truncatedAlerts, slaMs: policy.slaMs };
  const onWritten = (events: readonly OutboxEvent[]) => countBreaches(events, meter);
  const delivery = await recordOutcomes(outcomes, receipt, { log: rollbackLog, clock, onWritten }, signal);
  report(delivery, deps);
  return delivery;
}
