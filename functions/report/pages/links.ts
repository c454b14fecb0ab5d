import type { Report, ReportFilter } from '#shared/domain/report/report.ts';
import { type Html, html } from '#shared/runtime/html.ts';

export function rollbackPath(id: string): string {
  return `/rollbacks/${encodeURIComponent(id)}`;
}

/** A query for the page and for `GET /v1/report` alike. */
export function reportQuery(window: string, filter: ReportFilter): string {
  const query = new URLSearchParams({ window });
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  return `?${query.toString()}`;
}

/** The rollbacks that missed their target in a window, one by one, as data. */
export function missedPath({ window: { from, to }, filter }: Pick<Report, 'window' | 'filter'>): string {
  const query = new URLSearchParams({ sla: 'missed', from, to, limit: '1000' });
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  return `/v1/rollbacks?${query.toString()}`;
}

/** A link where the text is a web address; alerts carry what their rule's author wrote, so all else stays text. */
export function linkTo(url: string, words = url): Html {
  return /^https?:\/\//i.test(url) && URL.canParse(url)
    ? html`<a href="${url}" rel="noreferrer">${words}</a>`
    : html`${url}`;
}
