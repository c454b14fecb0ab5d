/** One event for one channel. */
export type Delivery = { readonly eventId: string; readonly channel: string };

/** What one channel remembers of a topic: the thread that the news of a rollback go to, or when an alert was over. */
export type ChannelMemory = {
  read(topic: string, signal: AbortSignal): Promise<string | undefined>;
  /** The first value stays, whoever writes another one. */
  keep(topic: string, value: string, signal: AbortSignal): Promise<void>;
  /** The greatest value stays, as texts are compared: a time in UTC, or the number of a message, that is later. */
  raise(topic: string, value: string, signal: AbortSignal): Promise<void>;
};

/** Who was told of what. Throws StoreFault. */
export type NotificationLog = {
  /**
   * `mine` for one caller at a time, and until it is released or so much time has gone; `done` where the channel has
   * been told already.
   */
  claim(delivery: Delivery, signal: AbortSignal): Promise<'mine' | 'taken' | 'done'>;
  done(delivery: Delivery, signal: AbortSignal): Promise<void>;
  release(delivery: Delivery, signal: AbortSignal): Promise<void>;
  memoryOf(channel: string): ChannelMemory;
  /** Notes at a rollback when people were first told of it; epoch ms. A later time changes nothing. */
  noteNotified(rollbackId: string, at: number, signal: AbortSignal): Promise<void>;
};
