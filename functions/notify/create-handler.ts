import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Settings } from '#shared/contracts/settings.ts';
import type { NotifyQueue } from '#shared/ports/notify-queue.ts';
import { inParallel } from '#shared/steps/in-parallel.ts';
import { type DeliverDeps, type Delivered, deliver } from './deliver.ts';
import { fanOut } from './fan-out.ts';
import { inTurns } from './in-turns.ts';
import { type DeliveryMessages, type EventMessages, type Message, readMessages } from './read-messages.ts';

export type NotifyDeps = Omit<DeliverDeps, 'pageUrl'> & {
  /** Rejects where they cannot be loaded: the queue then brings the batch again. `stale`: others may be stored by now. */
  readonly settings: () => Promise<{ readonly settings: Pick<Settings, 'notify'>; readonly stale: boolean }>;
  readonly queue: NotifyQueue;
  /** Where the report is, unless the settings say. */
  readonly pageUrl?: string | undefined;
};

export type NotifyHandler = (event: SQSEvent, options: { readonly signal: AbortSignal }) => Promise<SQSBatchResponse>;

/** As many as a batch has: one that is slow holds up none of the others. */
const AT_ONCE = 10;
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 900_000;

type Known = Awaited<ReturnType<NotifyDeps['settings']>>;

/**
 * Tells people of the events that the queue brings: an event becomes one message a channel, and such a message is
 * delivered. What was not told comes again, later each time or when the service says; what no retry mends goes to the
 * dead letters at once, as a person must see that nobody was told.
 */
export function createNotifyHandler(deps: NotifyDeps): NotifyHandler {
  return async function notifyPeople({ Records }, { signal }) {
    const { events, deliveries, unreadable } = readMessages(Records);
    const handling = new Handling(deps, signal);
    const lost = inParallel(unreadable, AT_ONCE, ({ message, problem }) => handling.unreadable(message, problem));
    const known = events.length + deliveries.length > 0 ? await deps.settings() : undefined;
    if (known) {
      await Promise.all([
        inParallel(events, AT_ONCE, (one) => handling.event(one, known)),
        inParallel(inTurns(deliveries), AT_ONCE, (turn) => handling.turn(turn, known)),
      ]);
    }
    await lost;
    return { batchItemFailures: handling.again.map(({ id }) => ({ itemIdentifier: id })) };
  };
}

/** One batch on its way; holds the messages that are to come again. */
class Handling {
  readonly again: Message[] = [];
  readonly #deps: NotifyDeps;
  readonly #signal: AbortSignal;

  constructor(deps: NotifyDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  async unreadable(message: Message, problem: string): Promise<void> {
    const { log, meter } = this.#deps;
    meter.count('InputRejected', { reason: 'not-an-event' });
    log.error('A message is no event of ours; it goes to the dead letters', { messageId: message.id, problem });
    await this.#bury([message], { problem });
  }

  async event({ event, messages }: EventMessages, { settings, stale }: Known): Promise<void> {
    const { channels } = settings.notify;
    const { log } = this.#deps;
    try {
      if (stale && channels.length === 0) throw new Error('the settings are stale: there may be a channel by now');
      await fanOut(event, channels, this.#deps, this.#signal);
    } catch (fault) {
      log.error('An event did not get to its channels; the queue brings it again', {
        event: event.id,
        cause: String(fault),
      });
      await this.#later(messages);
    }
  }

  /** One after the other; after one that has to wait, so do the others. */
  async turn(turn: readonly DeliveryMessages[], known: Known): Promise<void> {
    let delivered: Delivered = { kind: 'finished' };
    for (const one of turn) {
      if (delivered.kind !== 'later') delivered = await this.#deliver(one, known);
      if (delivered.kind === 'later') await this.#later(one.messages, delivered.afterMs);
      if (delivered.kind === 'refused') {
        const { problem } = delivered;
        await this.#bury(one.messages, { problem, channel: one.channel, event: one.event.id });
      }
    }
  }

  async #deliver({ event, channel, messages }: DeliveryMessages, { settings, stale }: Known): Promise<Delivered> {
    const found = settings.notify.channels.find(({ name }) => name === channel);
    if (!found) return this.#withoutChannel(channel, event.id, stale);
    const { notify } = settings;
    const deps = { ...this.#deps, pageUrl: notify.pageUrl ?? this.#deps.pageUrl };
    return deliver(event, found, attemptOf(messages), deps, this.#signal);
  }

  #withoutChannel(channel: string, event: string, stale: boolean): Delivered {
    if (stale) return { kind: 'later' };
    this.#deps.meter.count('NotificationsSkipped');
    this.#deps.log.warn('The channel is not in the settings any more; it is not told', { channel, event });
    return { kind: 'finished' };
  }

  /** Without the time that is set here, a message comes again after the visibility time-out of the queue. */
  async #later(messages: readonly Message[], afterMs?: number): Promise<void> {
    this.again.push(...messages);
    const own = Math.min(FIRST_WAIT_MS * 2 ** (attemptOf(messages) - 1), LONGEST_WAIT_MS);
    const wait = Math.max(own, afterMs ?? 0);
    await Promise.all(messages.map((message) => this.#postpone(message, wait)));
  }

  async #postpone({ id, receipt }: Message, ms: number): Promise<void> {
    const { queue, log } = this.#deps;
    await queue.postpone(receipt, ms, this.#signal).catch((cause: unknown) => {
      log.warn('A message comes again later than it could', { messageId: id, cause: String(cause) });
    });
  }

  async #bury(messages: readonly Message[], about: { readonly problem: string } & Record<string, unknown>) {
    const { queue, log } = this.#deps;
    for (const { id, body } of messages.slice(0, 1)) {
      try {
        await queue.bury({ ...about, message: id, body }, this.#signal);
      } catch (cause) {
        log.error('The dead letters did not take a message; the queue brings it again', {
          messageId: id,
          cause: String(cause),
        });
        await this.#later(messages);
      }
    }
  }
}

function attemptOf(messages: readonly Message[]): number {
  return Math.max(1, ...messages.map(({ attempt }) => attempt));
}
