import { clip, oneLine, readable } from './clip.ts';
import { fitted } from './fit-notice.ts';
import type { Notice } from './notice.ts';
import { adviceOf, factsOf, headlineOf } from './notice-words.ts';

/** Far below the 256 KB of SNS: a mail is read, too. */
const MAX_BYTES = 32_000;

/** As plain text, for e-mail. */
export function formatText(notice: Notice): string {
  return fitted(notice, text, MAX_BYTES);
}

function text(notice: Notice): string {
  const said = clip(readable(notice.message), 3000).trim();
  const advice = adviceOf(notice);
  const parts = [
    headlineOf(notice),
    said,
    factsOf(notice)
      .map(({ name, value }) => `${name}: ${value}`)
      .join('\n'),
    [advice, ...notice.commands.map(({ does, run }) => `${oneLine(does)}:\n\n    ${run}\n`)].join('\n').trim(),
    notice.links.map(({ name, url }) => `${name}: ${url}`).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
