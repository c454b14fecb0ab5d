import { bytesOf, clip } from './clip.ts';
import { formatText } from './format-text.ts';
import { gsmLength, gsmText } from './gsm-text.ts';
import { type Notice, pageLink } from './notice.ts';
import { headlineOf } from './notice-words.ts';

/** What is published to a topic: its subscribers get the mail or the text message, by their protocol. */
export type SnsMessage = {
  readonly subject: string;
  /** `MessageStructure: json`. */
  readonly message: string;
  /** By which a subscription may filter. */
  readonly attributes: Readonly<Record<string, string>>;
};

/** A subject is ASCII of less than 100 characters; a text message has 160 characters of GSM, and costs for each such. */
const MAX = { subject: 99, sms: 160 };

export function formatSns(notice: Notice): SnsMessage {
  return {
    subject: subjectLine(notice),
    message: JSON.stringify({ default: formatText(notice), sms: formatSms(notice) }),
    attributes: { type: notice.type, severity: notice.severity, ...clusterOf(notice) },
  };
}

/** No subscription filters by a name that is longer, or by none. */
function clusterOf(notice: Notice): { readonly cluster?: string } {
  if (notice.about === 'report' || notice.cluster === '' || bytesOf(notice.cluster) > 256) return {};
  return { cluster: notice.cluster };
}

function subjectLine(notice: Notice): string {
  const ascii = headlineOf(notice).replace(/[^\x20-\x7E]+/g, '?');
  return `[${notice.severity}] ${ascii}`.slice(0, MAX.subject).trimEnd();
}

/** One text message, and the link in a second one where it does not fit into the first: a part of a link leads nowhere. */
export function formatSms(notice: Notice): string {
  const headline = shorten(gsmText(headlineOf(notice)), MAX.sms);
  const page = pageLink(notice);
  const link = page ? gsmText(page.url) : '';
  if (link === '' || gsmLength(link) > MAX.sms) return headline;
  return `${headline} ${link}`;
}

function shorten(text: string, max: number): string {
  let short = text;
  while (gsmLength(short) > max) short = clip(short, short.length - 1).replace('…', '');
  return short;
}
