import type { Settings } from '#shared/contracts/settings.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Cluster } from '#shared/ports/cluster.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import type { EventBus, Outbox } from '#shared/ports/event-bus.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import type { Log, Meter } from '#shared/ports/telemetry.ts';
import type { WeekLog } from '#shared/ports/week-log.ts';
import { type PolicySettings, policyOf } from '#shared/steps/policy-of.ts';
import { resendEvents } from '#shared/steps/resend-events.ts';
import { type GuardDeps, type GuardLimits, type GuardRun, RESEND_AFTER_MS, runGuard } from '#shared/steps/run-guard.ts';
import { weekPolicyOf } from '#shared/steps/tell-week.ts';
import { reportRun } from './report-run.ts';

export type GuardSettings = PolicySettings & Pick<Settings, 'slaObjective' | 'report' | 'notify'>;

export type GuardFunctionDeps = {
  readonly settings: () => Promise<GuardSettings>;
  readonly clusters: () => Promise<readonly Cluster[]>;
  readonly rollbackLog: RollbackLog;
  readonly dayLog: DayLog;
  readonly weekLog: WeekLog;
  readonly outbox: Outbox;
  readonly bus: EventBus;
  readonly clock: Clock;
  /** Where the report is, unless the settings say. */
  readonly pageUrl?: string | undefined;
  readonly log: Log;
  readonly meter: Meter;
  readonly limits?: GuardLimits | undefined;
};

export type GuardHandler = (event: unknown, options: { readonly signal: AbortSignal }) => Promise<GuardRun>;

/**
 * One run a minute. Throws after all that could be done was done, so that the schedule's retry and the alarm see what
 * could not: the store, or settings that cannot be loaded.
 */
export function createGuardHandler(deps: GuardFunctionDeps): GuardHandler {
  return async function guard(_event, { signal }) {
    const { log, meter, rollbackLog, dayLog, weekLog, outbox, bus, clock, limits } = deps;
    const known = await load(deps).catch(async (error: unknown) => {
      // Events wait for no settings.
      await resendEvents({ bus, outbox }, clock.now() - RESEND_AFTER_MS, signal);
      throw error;
    });
    const run = await runGuard(
      {
        ...known,
        rollbackLog,
        dayLog,
        weekLog,
        outbox,
        bus,
        clock,
        onConflict: () => meter.count('ConflictRetries'),
        limits,
      },
      signal,
    );
    reportRun(run, { log, meter });
    const [fault] = run.storeFaults;
    if (fault) throw fault;
    return run;
  };
}

type Known = Pick<GuardDeps, 'policy' | 'week' | 'clusters'>;

async function load({ settings, clusters, pageUrl }: GuardFunctionDeps): Promise<Known> {
  const read = await settings();
  return { policy: policyOf(read), week: weekPolicyOf(read, pageUrl), clusters: await clusters() };
}
