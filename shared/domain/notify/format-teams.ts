import { clip, oneLine, readable } from './clip.ts';
import { fitted } from './fit-notice.ts';
import type { Notice, Severity } from './notice.ts';
import { adviceOf, factsOf, headlineOf, toneOf } from './notice-words.ts';

type TextRun = {
  type: 'TextRun';
  text: string;
  weight?: 'Bolder';
  size?: 'Large';
  color?: 'Attention' | 'Warning' | 'Good';
  fontType?: 'Monospace';
};
type RichTextBlock = { type: 'RichTextBlock'; spacing?: 'Medium'; inlines: TextRun[] };
type OpenUrl = { type: 'Action.OpenUrl'; title: string; url: string };

export type TeamsMessage = {
  type: 'message';
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive';
      contentUrl: null;
      content: {
        type: 'AdaptiveCard';
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
        version: '1.4';
        msteams: { width: 'Full' };
        fallbackText: string;
        body: RichTextBlock[];
        actions: OpenUrl[];
      };
    },
  ];
};

/** Teams takes about 28 KB, and answers 413 above. */
const MAX_BYTES = 27_000;
const COLOR = { critical: 'Attention', warning: 'Warning', info: 'Good' } as const satisfies Record<Severity, string>;

/** An Adaptive Card for a Workflows webhook. Runs of rich text hold no Markdown, so nothing in them is markup. */
export function formatTeams(notice: Notice): TeamsMessage {
  return fitted(notice, message, MAX_BYTES);
}

function message(notice: Notice): TeamsMessage {
  const headline = clip(headlineOf(notice), 300);
  const content: TeamsMessage['attachments'][0]['content'] = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.4',
    msteams: { width: 'Full' },
    fallbackText: literal(headline),
    body: body(notice, headline),
    actions: notice.links.map(({ name, url }) => ({ type: 'Action.OpenUrl', title: name, url })),
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

function body(notice: Notice, headline: string): RichTextBlock[] {
  const said = clip(readable(notice.message), 3000).trim();
  const advice = adviceOf(notice);
  return [
    block([{ ...run(headline), weight: 'Bolder', size: 'Large', color: COLOR[toneOf(notice)] }]),
    ...factsOf(notice).map(({ name, value }) => block([{ ...run(`${name}: `), weight: 'Bolder' }, run(value || '-')])),
    ...(said === '' ? [] : [spaced([run(said)])]),
    ...(advice === '' ? [] : [spaced([{ ...run(advice), weight: 'Bolder' }])]),
    ...notice.commands.flatMap((one) => [
      block([run(oneLine(one.does) || '-')]),
      block([{ type: 'TextRun', text: one.run, fontType: 'Monospace' }]),
    ]),
  ];
}

function block(inlines: TextRun[]): RichTextBlock {
  return { type: 'RichTextBlock', inlines };
}

function spaced(inlines: TextRun[]): RichTextBlock {
  return { type: 'RichTextBlock', spacing: 'Medium', inlines };
}

function run(text: string): TextRun {
  return { type: 'TextRun', text: literal(text) };
}

/** `{{DATE(…)}}` is the one thing that a card computes in any text. A command stays as it is: it is copied. */
function literal(text: string): string {
  return text.replaceAll('{{', '{\u200B{');
}
