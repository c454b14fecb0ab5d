import { clip, oneLine, readable } from './clip.ts';
import { fitted } from './fit-notice.ts';
import type { Notice, Severity } from './notice.ts';
import { adviceOf, factsOf, headlineOf, toneOf } from './notice-words.ts';

type PlainText = { type: 'plain_text'; text: string; emoji: false };
type RichText = { type: 'text'; text: string; style?: { bold: true } };
/** Slack shows it in the reader's own zone, and the fallback where it cannot. */
type RichDate = { type: 'date'; timestamp: number; format: string; fallback: string };
type RichLink = { type: 'link'; url: string; text: string };
type RichElement = RichText | RichDate | RichLink;
type RichPart =
  | { type: 'rich_text_section'; elements: RichElement[] }
  | { type: 'rich_text_preformatted'; elements: RichText[] };
type Block = { type: 'header'; text: PlainText } | { type: 'rich_text'; elements: RichPart[] };

export type SlackMessage = {
  /** What the phone shows; Slack reads mrkdwn in it. */
  text: string;
  blocks: Block[];
};

/** A header takes 150, the text of a section 3000; a whole message too much for Slack is `msg_blocks_too_long`. */
const MAX = { header: 150, said: 3000, fallback: 1000, bytes: 12_000 };
const SIGN: Readonly<Record<Severity, string>> = { critical: '🔴', warning: '🟠', info: '🟢' };

/** Block Kit. All that comes from outside is plain or rich text, in which Slack reads no markup. */
export function formatSlack(notice: Notice): SlackMessage {
  return fitted(notice, message, MAX.bytes);
}

function message(notice: Notice): SlackMessage {
  const headline = `${SIGN[toneOf(notice)]} ${headlineOf(notice)}`;
  const said = clip(readable(notice.message), MAX.said).trim();
  const facts = factsOf(notice).flatMap(factLine);
  return {
    text: escapeMrkdwn(clip(headline, MAX.fallback)),
    blocks: [
      { type: 'header', text: plain(clip(headline, MAX.header)) },
      ...(facts.length === 0 ? [] : [richText(facts)]),
      ...(said === '' ? [] : [richText(withTimes(said))]),
      ...toDo(notice),
      ...links(notice),
    ],
  };
}

function factLine({ name, value }: { readonly name: string; readonly value: string }, index: number): RichElement[] {
  return [
    { type: 'text', text: `${index === 0 ? '' : '\n'}${name}: `, style: { bold: true } },
    ...withTimes(value || '-'),
  ];
}

/** Every time in a text as a date of its own, whoever wrote it: it says the same. */
function withTimes(text: string): RichElement[] {
  return text
    .split(TIMES)
    .filter((part) => part !== '')
    .map((part) => dateOf(part) ?? { type: 'text', text: part });
}

/** As `toISOString` writes them, in this century: others might be none to Slack. */
const TIMES = /(\b20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?Z\b)/;

function dateOf(part: string): RichDate | undefined {
  const ms = TIMES.test(part) ? Date.parse(part) : Number.NaN;
  if (Number.isNaN(ms)) return undefined;
  const timestamp = Math.floor(ms / 1000);
  return { type: 'date', timestamp, format: '{date_short_pretty} at {time_secs}', fallback: part };
}

function toDo(notice: Notice): Block[] {
  const advice = adviceOf(notice);
  const section = (text: string): RichPart => ({ type: 'rich_text_section', elements: [{ type: 'text', text }] });
  const elements: RichPart[] = [
    ...(advice === '' ? [] : [section(advice)]),
    ...notice.commands.flatMap(({ does, run }): RichPart[] => [
      section(oneLine(does) || '-'),
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: run || '-' }] },
    ]),
  ];
  return elements.length === 0 ? [] : [{ type: 'rich_text', elements }];
}

function links(notice: Notice): Block[] {
  const elements = notice.links.flatMap(({ name, url }, index): RichElement[] => [
    ...(index === 0 ? [] : [{ type: 'text' as const, text: ' · ' }]),
    { type: 'link', url, text: name },
  ]);
  return elements.length === 0 ? [] : [richText(elements)];
}

function richText(elements: RichElement[]): Block {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

function plain(text: string): PlainText {
  return { type: 'plain_text', text, emoji: false };
}

/** These three are all that Slack asks to escape: links, channels and `<!here>` begin with one of them. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
