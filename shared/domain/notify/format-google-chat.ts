import { clip, oneLine, readable } from './clip.ts';
import { fitted } from './fit-notice.ts';
import { type Notice, type Severity, threadOf } from './notice.ts';
import { adviceOf, factsOf, headlineOf, subjectOf, toneOf } from './notice-words.ts';

type Widget =
  | { decoratedText: { topLabel: string; text: string; wrapText: true } }
  | { textParagraph: { text: string } }
  | { buttonList: { buttons: { text: string; onClick: { openLink: { url: string } } }[] } };

export type GoogleChatMessage = {
  fallbackText: string;
  /** All news of one rollback are in one thread; a report has its own. */
  thread: { threadKey: string };
  cardsV2: [
    { cardId: string; card: { header: { title: string; subtitle: string }; sections: { widgets: Widget[] }[] } },
  ];
};

/** A message, its cards included, has 32,000 bytes at most. */
const MAX_BYTES = 31_000;
const SIGN: Readonly<Record<Severity, string>> = { critical: '🔴', warning: '🟠', info: '🟢' };

/** A card; what its widgets say is HTML to Google Chat, and escaped. */
export function formatGoogleChat(notice: Notice): GoogleChatMessage {
  return fitted(notice, message, MAX_BYTES);
}

function message(notice: Notice): GoogleChatMessage {
  const headline = `${SIGN[toneOf(notice)]} ${headlineOf(notice)}`;
  const said = clip(readable(notice.message), 3000).trim();
  const facts = factsOf(notice).map(
    ({ name, value }): Widget => ({ decoratedText: { topLabel: name, text: html(value || '-'), wrapText: true } }),
  );
  const widgets = [facts, said === '' ? [] : [paragraph(html(said))], toDo(notice), links(notice)];
  const header = { title: unmarked(clip(headline, 200)), subtitle: unmarked(subjectOf(notice)) };
  const sections = widgets.filter((some) => some.length > 0).map((some) => ({ widgets: some }));
  return {
    fallbackText: unmarked(clip(headline, 500)),
    thread: { threadKey: clip(threadOf(notice), 1000) },
    cardsV2: [{ cardId: notice.about, card: { header, sections } }],
  };
}

function toDo(notice: Notice): Widget[] {
  const advice = adviceOf(notice);
  return [
    ...(advice === '' ? [] : [paragraph(`<b>${html(advice)}</b>`)]),
    ...notice.commands.flatMap(({ does, run }) => [paragraph(html(oneLine(does) || '-')), paragraph(html(run))]),
  ];
}

function links(notice: Notice): Widget[] {
  const buttons = notice.links.map(({ name, url }) => ({ text: name, onClick: { openLink: { url } } }));
  return buttons.length === 0 ? [] : [{ buttonList: { buttons } }];
}

function paragraph(text: string): Widget {
  return { textParagraph: { text } };
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Where nothing says whether there is markup: `<users/all>` would call for everybody. */
function unmarked(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}
