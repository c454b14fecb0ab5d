import { awsCaller } from '#shared/adapters/aws/aws-caller.ts';
import { awsSecrets } from '#shared/adapters/aws/aws-secrets.ts';
import { type ChannelSettings, secretsOf } from '#shared/contracts/channel-settings.ts';
import type { EventType } from '#shared/contracts/events.ts';
import { readNotice } from '#shared/contracts/read-notice.ts';
import { passes } from '#shared/domain/notify/channel-filter.ts';
import { openChannel } from '#shared/runtime/open-channel.ts';
import { systemClock as clock } from '#shared/runtime/system-clock.ts';
import { withOwnAws } from './own-aws.ts';
import { sampleEvent } from './sample-event.ts';

export type TestChannelOptions = {
  readonly type: EventType;
  readonly stage: string;
  readonly pageUrl?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export type ChannelTest = {
  /** `nothing` where the channel has nothing to say of such an event. */
  readonly kind: 'told' | 'nothing';
  readonly answered: string;
  /** Whether its filter would let such an event through. */
  readonly wanted: boolean;
};

const LIMIT_MS = 30_000;

/** Sends a sample through a channel as the service would, filter aside. Throws what the channel threw. */
export async function testChannel(channel: ChannelSettings, options: TestChannelOptions): Promise<ChannelTest> {
  const { type, stage, pageUrl } = options;
  const needsAws = channel.type === 'sns' || secretsOf(channel).length > 0;
  const environment = needsAws ? await withOwnAws(options.environment) : options.environment;
  const aws = awsCaller({ environment, clock, attemptTimeoutMs: 5000 });
  const signal = AbortSignal.timeout(LIMIT_MS);
  const event = sampleEvent(type, clock.now());
  const notice = readNotice(event, { pageUrl });
  try {
    const secrets = awsSecrets(aws, { clock });
    const notifier = await openChannel(channel, { secrets, aws, memoryOf: forgetful, stage, clock }, signal);
    return { ...(await notifier.notify({ event, notice }, signal)), wanted: passes(channel.filter, notice) };
  } finally {
    aws.close();
  }
}

/** A test has no thread: what it would keep is gone with the process. */
function forgetful() {
  return { read: async () => undefined, keep: async () => undefined, raise: async () => undefined };
}
