import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPublishHandler } from '#functions/publish/create-handler.ts';
import type { OnUnreadable } from '#shared/adapters/dynamodb/readable.ts';
import type { DayLog } from '#shared/ports/day-log.ts';
import type { EventBus, Outbox } from '#shared/ports/event-bus.ts';
import type { RequestLog } from '#shared/ports/request-log.ts';
import type { RollbackList } from '#shared/ports/rollback-list.ts';
import type { RollbackLog } from '#shared/ports/rollback-log.ts';
import type { Log } from '#shared/ports/telemetry.ts';
import type { WeekLog } from '#shared/ports/week-log.ts';
import { resendEvents } from '#shared/steps/resend-events.ts';
import { CliError } from '../cli-error.ts';
import { wordsOf } from '../words-of.ts';
import { type Dynoxide, dynoxidePath, startDynoxide } from './dynoxide.ts';
import { LOCAL_AWS } from './local-aws.ts';

/** Where the local stack keeps its records, with what it writes flowing to the bus. */
export type LocalStore = {
  readonly rollbackLog: RollbackLog;
  readonly rollbackList: RollbackList;
  readonly dayLog: DayLog;
  readonly weekLog: WeekLog;
  readonly requestLog: RequestLog;
  readonly outbox: Outbox;
  readonly kind: string;
  stop(): Promise<void>;
};

export type LocalStoreOptions = { readonly bus: EventBus; readonly log: Log; readonly dataDir?: string | undefined };

/** DynamoDB as dynoxide plays it, where its package is there; else this process's memory. */
export async function startStore(options: LocalStoreOptions): Promise<LocalStore> {
  const command = dynoxidePath();
  if (command) return dynamodbStore(command, options);
  const platform = `${process.platform}-${process.arch}`;
  if (options.dataDir)
    throw new CliError(
      `--data needs the package @dynoxide/${platform}, which is not installed; without --data the records are kept in memory`,
    );
  return memoryStore(options, `memory, until it stops (there is no package @dynoxide/${platform} here)`);
}

const TABLE = 'weightless';

async function dynamodbStore(command: string, { bus, log, dataDir }: LocalStoreOptions): Promise<LocalStore> {
  const [engine, adapters] = await Promise.all([startEngine(command, dataDir), loadAdapters()]);
  try {
    const client = adapters.documentClient({ ...LOCAL_AWS, endpoint: engine.endpoint });
    const streamArn = await adapters.createTable(client, TABLE);
    const onUnreadable: OnUnreadable = (key, cause) =>
      log.warn('A stored item cannot be read and is left out', { key, cause: `${key}: ${wordsOf(cause)}` });
    const outbox = adapters.dynamodbOutbox(client, TABLE, { onUnreadable });
    const publish = createPublishHandler({
      bus,
      outbox,
      // What they would hold is logged, and there is nobody here to take it out again.
      deadLetters: { put: async () => undefined },
      log,
    });
    const poller = adapters.pollStream({
      endpoint: engine.endpoint,
      streamArn,
      from: 'LATEST',
      maximumRetryAttempts: 3,
      bisectBatchOnFunctionError: true,
      onFailure: ({ requestContext, DDBStreamBatchInfo }) =>
        log.error('Events were not sent: the next start tries again', {
          cause: requestContext.condition,
          batch: DDBStreamBatchInfo,
        }),
      invoke: (event) => publish(event, { signal: AbortSignal.timeout(15_000) }),
      onFault: (fault) => log.error('The stream cannot be read: events wait until it can', { cause: wordsOf(fault) }),
    });
    await poller.opened;
    await sendWaiting({ outbox, bus, log });
    return {
      rollbackLog: adapters.dynamodbRollbackLog(client, TABLE, { onUnreadable }),
      rollbackList: adapters.dynamodbRollbackList(client, TABLE, { onUnreadable }),
      dayLog: adapters.dynamodbDayLog(client, TABLE, { onUnreadable }),
      weekLog: adapters.dynamodbWeekLog(client, TABLE),
      requestLog: adapters.dynamodbRequestLog(client, TABLE),
      outbox,
      kind: dataDir ? `DynamoDB (dynoxide), in ${dataDir}` : 'DynamoDB (dynoxide), in memory',
      async stop() {
        await poller.stop().catch(() => undefined);
        client.destroy();
        await engine.stop();
      },
    };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

/** The stream brings what is written from now on; this is what an earlier run wrote and did not send. */
async function sendWaiting({ outbox, bus, log }: LocalStoreOptions & { readonly outbox: Outbox }): Promise<void> {
  try {
    const { busFault } = await resendEvents({ outbox, bus }, Date.now(), AbortSignal.timeout(5000));
    if (busFault !== undefined) throw busFault;
  } catch (fault) {
    log.error('Events of an earlier run were not sent', { cause: wordsOf(fault) });
  }
}

/** A file that is no store, or another version's, is the user's to mend. */
async function startEngine(command: string, dataDir: string | undefined): Promise<Dynoxide> {
  const file = dataFile(dataDir);
  return startDynoxide(command, file).catch((cause: unknown) => {
    const said = wordsOf(cause)
      .trim()
      .replace(/\s*\n\s*/g, ' ');
    throw new CliError(`The store of the records${file ? ` in ${file}` : ''} does not start: ${said}`, { cause });
  });
}

/** Loaded beside the engine's start: the AWS SDK is most of the time that a start takes. */
async function loadAdapters() {
  const [
    { documentClient },
    { createTable },
    { dynamodbOutbox },
    { dynamodbRollbackLog },
    { dynamodbRollbackList },
    { dynamodbDayLog },
    { dynamodbWeekLog },
    { dynamodbRequestLog },
    { pollStream },
  ] = await Promise.all([
    import('#shared/adapters/dynamodb/document-client.ts'),
    import('#shared/adapters/dynamodb/create-table.ts'),
    import('#shared/adapters/dynamodb/dynamodb-outbox.ts'),
    import('#shared/adapters/dynamodb/dynamodb-rollback-log.ts'),
    import('#shared/adapters/dynamodb/dynamodb-rollback-list.ts'),
    import('#shared/adapters/dynamodb/dynamodb-day-log.ts'),
    import('#shared/adapters/dynamodb/dynamodb-week-log.ts'),
    import('#shared/adapters/dynamodb/dynamodb-request-log.ts'),
    import('./stream-poller.ts'),
  ]);
  return {
    documentClient,
    createTable,
    dynamodbOutbox,
    dynamodbRollbackLog,
    dynamodbRollbackList,
    dynamodbDayLog,
    dynamodbWeekLog,
    dynamodbRequestLog,
    pollStream,
  };
}

function dataFile(dataDir: string | undefined): string | undefined {
  if (!dataDir) return undefined;
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (cause) {
    throw new CliError(`Cannot make the folder ${dataDir}: ${wordsOf(cause)}`, {
      cause,
    });
  }
  return join(dataDir, 'weightless.db');
}

async function memoryStore({ bus, log }: LocalStoreOptions, kind: string): Promise<LocalStore> {
  const { memoryRollbackLog } = await import('#shared/adapters/memory/memory-rollback-log.ts');
  const { memoryRequestLog } = await import('#shared/adapters/memory/memory-request-log.ts');
  const rollbackLog = memoryRollbackLog();
  const unsubscribe = rollbackLog.subscribe((events) => {
    const signal = AbortSignal.timeout(5000);
    bus
      .publish(events, signal)
      .then(() => rollbackLog.outbox.markSent(events, signal))
      .catch((cause: unknown) => log.error('Events were not sent', { cause: String(cause) }));
  });
  const requestLog = memoryRequestLog();
  const { outbox, dayLog, weekLog, rollbackList } = rollbackLog;
  return { rollbackLog, rollbackList, dayLog, weekLog, requestLog, outbox, kind, stop: async () => void unsubscribe() };
}
