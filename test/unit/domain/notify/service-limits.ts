import type { KnownBlock, RichTextDate } from '@slack/types';
import { formatGoogleChat, type GoogleChatMessage } from '#shared/domain/notify/format-google-chat.ts';
import type { PagerdutyCall } from '#shared/domain/notify/format-pagerduty.ts';
import { pagerdutyCalls } from '#shared/domain/notify/format-pagerduty.ts';
import type { SlackMessage } from '#shared/domain/notify/format-slack.ts';
import { formatSlack } from '#shared/domain/notify/format-slack.ts';
import type { SnsMessage } from '#shared/domain/notify/format-sns.ts';
import { formatSns } from '#shared/domain/notify/format-sns.ts';
import type { TeamsMessage } from '#shared/domain/notify/format-teams.ts';
import { formatTeams } from '#shared/domain/notify/format-teams.ts';
import type { Notice } from '#shared/domain/notify/notice.ts';

/** What the services publish as their limits; each function answers what a message breaks. */
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const broken = (rules: Readonly<Record<string, boolean>>) => Object.keys(rules).filter((rule) => !rules[rule]);
const isHttp = (url: string) => /^https?:\/\/[^\s<>"]+$/.test(url);

/** docs.slack.dev: reference/block-kit/blocks; their own types judge the shapes. */
export function slackProblems(message: SlackMessage): string[] {
  const blocks: KnownBlock[] = message.blocks;
  const texts = blocks.flatMap(textsOf);
  const dates = blocks.flatMap(datesOf);
  return broken({
    'a text for notifications, of at most 4000 characters': message.text.length > 0 && message.text.length <= 4000,
    'at most 50 blocks': blocks.length <= 50,
    'no text is empty': texts.every(({ text }) => text.length > 0),
    'each text within its limit': texts.every(({ text, max }) => text.length <= max),
    'dates that Slack can show, and a text where it cannot': dates.every(isShown),
    'under what is msg_blocks_too_long': bytes(blocks) <= 13_000,
    'no markup but ours in the text': !/[<>]|&(?!(amp|lt|gt);)/.test(message.text),
    'no block in which Slack reads markup': !JSON.stringify(blocks).includes('"mrkdwn"'),
    'well-formed text': JSON.stringify(message).isWellFormed(),
  });
}

function textsOf(block: KnownBlock): { text: string; max: number }[] {
  if (block.type === 'header') return [{ text: block.text.text, max: 150 }];
  if (block.type !== 'rich_text') throw new Error(`There is no limit for ${block.type}`);
  return block.elements.flatMap(({ elements }) =>
    elements.flatMap((one) => ('text' in one && typeof one.text === 'string' ? [{ text: one.text, max: 3000 }] : [])),
  );
}

function datesOf(block: KnownBlock): RichTextDate[] {
  if (block.type !== 'rich_text') return [];
  return block.elements.flatMap(({ elements }) => elements.flatMap((one) => (one.type === 'date' ? [one] : [])));
}

function isShown({ timestamp, format, fallback }: RichTextDate): boolean {
  return Number.isInteger(timestamp) && timestamp > 0 && /\{time\w*\}/.test(format) && /Z$/.test(fallback ?? '');
}

/** learn.microsoft.com: a message of a webhook has 28 KB, an Adaptive Card of Teams is of version 1.5 at most. */
export function teamsProblems(message: TeamsMessage): string[] {
  const [{ content, contentType }] = message.attachments;
  const all = JSON.stringify(content.body);
  return broken({
    'under 28 KB': bytes(message) < 28 * 1000,
    'a card': contentType === 'application/vnd.microsoft.card.adaptive' && content.version === '1.4',
    'no element that reads Markdown': content.body.every(({ type }) => type === 'RichTextBlock'),
    'no run is empty': content.body.every(
      ({ inlines }) => inlines.length > 0 && inlines.every(({ text }) => text !== ''),
    ),
    'nothing to compute': !/\{\{(DATE|TIME)\(/.test(
      JSON.stringify(content.body.map(({ inlines }) => inlines.filter(({ fontType }) => !fontType))),
    ),
    'six actions are seen': content.actions.length <= 6 && content.actions.every(({ url }) => isHttp(url)),
    'well-formed text': all.isWellFormed(),
  });
}

/** developers.google.com/workspace/chat: 32,000 bytes with its cards; a thread key of 4000 characters. */
export function googleChatProblems(message: GoogleChatMessage): string[] {
  const [{ card }] = message.cardsV2;
  const texts = card.sections
    .flatMap(({ widgets }) => widgets)
    .flatMap((widget) => {
      if ('decoratedText' in widget) return [widget.decoratedText.text];
      return 'textParagraph' in widget ? [widget.textParagraph.text] : [];
    });
  return broken({
    'at most 32,000 bytes': bytes(message) <= 32_000,
    'a thread key of at most 4000 characters': message.thread.threadKey.length <= 4000,
    'at most 100 widgets a card': card.sections.flatMap(({ widgets }) => widgets).length <= 100,
    'no text is empty': texts.every((text) => text !== ''),
    'no tag but bold': texts.every((text) => !/[<>]/.test(text.replace(/^<b>(.*)<\/b>$/s, '$1'))),
    'nothing that calls for everybody': !/<users\//.test(
      message.fallbackText + card.header.title + card.header.subtitle,
    ),
    'well-formed text': JSON.stringify(message).isWellFormed(),
  });
}

/** developer.pagerduty.com: events-API-v2, trigger and change events. */
export function pagerdutyProblems(calls: readonly PagerdutyCall[]): string[] {
  return calls.flatMap(({ body }) => {
    const key = 'dedup_key' in body ? body.dedup_key : 'none';
    const summary = 'payload' in body ? body.payload.summary : 'none';
    const source = 'payload' in body ? body.payload.source : 'none';
    return broken({
      'under 512 KB': bytes(body) < 512_000,
      'a key of at most 255 characters': key.length > 0 && key.length <= 255,
      'a summary of at most 1024 characters': summary.length > 0 && summary.length <= 1024,
      'a source': source.length > 0,
      'links that can be followed': !('links' in body) || body.links.every(({ href }) => isHttp(href)),
    });
  });
}

/** docs.aws.amazon.com/sns: Publish. */
export function snsProblems({ subject, message, attributes }: SnsMessage): string[] {
  const { default: text, sms } = JSON.parse(message);
  const subjectIsPlain = /^[\x21-\x7E][\x20-\x7E]*$/.test(subject);
  return broken({
    'a subject of less than 100 characters of ASCII, without line breaks': subjectIsPlain && subject.length < 100,
    'at most 256 KB': Buffer.byteLength(message) <= 262_144,
    'a text for every protocol': typeof text === 'string' && text.length > 0,
    'a short message of at most 1600 characters': sms.length > 0 && sms.length <= 1600,
    'of GSM characters': [...sms].every((one) => GSM.includes(one)),
    'attributes with values': Object.values(attributes).every((value) => value !== ''),
  });
}

/** As 3GPP TS 23.038 lists them, its extension after the space at the end. */
const GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà ^{}\\[~]|€';

/** All that any service could say against what it would get. */
export function problemsOfAll(notice: Notice): string[] {
  return [
    ...slackProblems(formatSlack(notice)),
    ...teamsProblems(formatTeams(notice)),
    ...googleChatProblems(formatGoogleChat(notice)),
    ...pagerdutyProblems(pagerdutyCalls(notice)),
    ...snsProblems(formatSns(notice)),
  ];
}
