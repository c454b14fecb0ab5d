import { readFile } from 'node:fs/promises';
import type { ChannelSettings, NotifySettings } from '#shared/contracts/channel-settings.ts';
import type { EventType } from '#shared/contracts/events.ts';
import { InvalidSettingsError, parseSettings } from '#shared/contracts/settings.ts';
import { NotifierFault } from '#shared/ports/notifier.ts';
import { SecretFault } from '#shared/ports/secrets.ts';
import { CliError, EXIT } from './cli-error.ts';
import { SAMPLE_TYPES } from './notify/sample-event.ts';
import { type ChannelTest, testChannel } from './notify/test-channel.ts';
import { parseOptions } from './parse-options.ts';
import { plainLines } from './print/align-table.ts';
import { wordsOf } from './words-of.ts';

const HELP = `weightless notify test CHANNEL: sends a sample through a channel, and tells what the service answered

  weightless notify test slack-payments --settings infra/settings/prod.json
  weightless notify test on-call --settings infra/settings/prod.json --type RollbackFailed   # this pages!
  weightless notify test on-call --settings infra/settings/prod.json --type AlertResolved    # this ends it

The channel is opened from here, with your own AWS credentials: they have to be allowed to read its secrets. Whether the
deployed function may as well is seen with the first event.

Options
  --settings FILE   the settings that name the channel
  --type TYPE       the event (default: RollbackCompleted): ${SAMPLE_TYPES.join(', ')}
  --stage STAGE     the stage that a webhook is told (default: test)
  --json            {channel, type, kind, answered, wanted}
  --help            this text

Exit code 0 where the channel took it, 1 where somebody has to change something, 2 where the same may work later.
`;

/** `weightless notify test CHANNEL` */
export async function notify(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help) return void process.stdout.write(HELP);
  const [verb, name, ...more] = positionals;
  if (verb !== 'test' || name === undefined || more.length > 0 || values.settings === undefined) {
    throw new CliError('It is: weightless notify test CHANNEL --settings FILE. Try --help');
  }
  const type = typeOf(values.type ?? 'RollbackCompleted');
  const { channels, pageUrl } = await readNotify(values.settings);
  const channel = channelOf(channels, name);
  const options = { type, stage: values.stage ?? 'test', pageUrl, environment: process.env };
  const tested = await testChannel(channel, options).catch((error: unknown) => {
    const message = `${channel.name} (${channel.type}) was not told: ${wordsOf(error)}`;
    throw new CliError(message, { exitCode: mayWorkLater(error) ? EXIT.retry : EXIT.failed, cause: error });
  });
  const text = values.json
    ? JSON.stringify({ channel: channel.name, type: channel.type, ...tested })
    : plainLines(wordsFor(channel, type, tested));
  process.stdout.write(`${text}\n`);
}

function mayWorkLater(error: unknown): boolean {
  return (error instanceof NotifierFault || error instanceof SecretFault) && error.retryable;
}

function wordsFor({ name, type }: ChannelSettings, event: EventType, { kind, answered, wanted }: ChannelTest): string {
  const words = kind === 'told' ? answered : `${answered}: it is told nothing of ${event}`;
  const note = wanted ? '' : `\nIts filter would keep ${event} from it.`;
  return `${name} (${type}): ${words}${note}`;
}

function parse(args: string[]) {
  return parseOptions({
    args,
    allowPositionals: true,
    options: {
      settings: { type: 'string' },
      type: { type: 'string' },
      stage: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function typeOf(text: string): EventType {
  const type = SAMPLE_TYPES.find((known) => known === text);
  if (!type) throw new CliError(`--type takes ${SAMPLE_TYPES.join(', ')}, not ${JSON.stringify(text)}`);
  return type;
}

async function readNotify(file: string): Promise<NotifySettings> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CliError(`The settings cannot be read: ${wordsOf(error)}`);
  });
  try {
    return parseSettings(text).notify;
  } catch (error) {
    if (error instanceof InvalidSettingsError) throw new CliError(error.message);
    throw error;
  }
}

function channelOf(channels: readonly ChannelSettings[], name: string): ChannelSettings {
  const found = channels.find((channel) => channel.name === name);
  if (found) return found;
  const known = channels.map((channel) => channel.name).join(', ') || 'none at all';
  throw new CliError(`The settings have no channel ${JSON.stringify(name)}; they have ${known}`);
}
