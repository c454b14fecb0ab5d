import type { Report } from '#shared/contracts/report.ts';
import type { Breach, Listed } from '#shared/domain/report/report.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { missedPath, rollbackPath } from './links.ts';
import { outcomeBadge } from './outcome-words.ts';
import { STAGE_WORDS } from './stage-words.ts';
import { type Cell, type Column, longTable } from './table.ts';
import { duration, grouped, shortDestination, time, whereWords } from './words.ts';

/** Every miss with what was slow, and what cannot be measured. */
export function breachSections(report: Report): Html {
  const { breaches, late, clockSkewed, total } = report;
  const counts = total.episodes.met + total.episodes.missed > 0;
  const none = counts ? html`<p>None: every episode was at zero in time.</p>` : html`<p>None.</p>`;
  return html`<section>
<h2>Missed the SLA</h2>
${breaches.listed.length > 0 ? listing('Missed the SLA', breaches, MISSES, allMissed(report)) : none}</section>
${optional('Received late', 'The alert reached us more than 15 minutes after it fired. Each is a miss too, and in no percentile.', late, LATE, allMissed(report))}${optional('Clock ahead of ours', 'These alerts say that they fired after we received them, so their times tell nothing. Set the clock of Prometheus right.', clockSkewed, SKEWED)}`;
}

/** As many as a person looks through; the others are a click away. */
const SHOWN = 25;

type BreachColumn = Column & { readonly of: (breach: Breach) => Cell };

const WHICH: BreachColumn = {
  head: 'Canary',
  of: (breach) =>
    html`<a href="${rollbackPath(breach.rollbackId)}">${shortDestination(breach.canary)}</a><br><span class="soft small">${whereWords(breach)}</span>`,
};
const ALERT: BreachColumn = {
  head: 'Alert',
  of: ({ alertName, firedAt }) =>
    html`${alertName || 'unnamed'}<br><span class="soft small">${time(Date.parse(firedAt))}</span>`,
};
const OUTCOME: BreachColumn = { head: 'Outcome', of: (breach) => outcomeBadge(breach) };
const TOOK: BreachColumn = {
  head: 'Alert to zero',
  of: ({ alertToZeroMs, targetMs }) =>
    html`${alertToZeroMs === undefined ? 'not at zero' : duration(alertToZeroMs)} <span class="soft small">of ${duration(targetMs)}</span>`,
};
const SLOWEST: BreachColumn = {
  head: 'Slowest stage',
  of: ({ slowestStage }) => (slowestStage ? `${STAGE_WORDS[slowestStage.stage]}: ${duration(slowestStage.ms)}` : '–'),
};
const AGE: BreachColumn = {
  head: 'Age when received',
  of: ({ firedAt, receivedAt }) => duration(Date.parse(receivedAt) - Date.parse(firedAt)),
};
const AHEAD: BreachColumn = {
  head: 'Ahead by',
  of: ({ firedAt, receivedAt }) => duration(Date.parse(firedAt) - Date.parse(receivedAt)),
};

const MISSES = [WHICH, ALERT, OUTCOME, TOOK, SLOWEST];
const LATE = [WHICH, ALERT, OUTCOME, AGE];
const SKEWED = [WHICH, ALERT, OUTCOME, AHEAD];

/** Where those stand that a list leaves out: it keeps the worst of each service and day. */
function allMissed(report: Report): Html {
  return html`<a href="${missedPath(report)}">every rollback that missed, as JSON</a>, or <code>weightless list --missed</code>`;
}

const OF_LESS = html`choose a shorter window, or a service, to see them`;

function optional(
  title: string,
  means: string,
  list: Listed<Breach>,
  columns: readonly BreachColumn[],
  where: Html = OF_LESS,
): Html {
  if (list.listed.length === 0) return html``;
  return html`<section>
<h2>${title}</h2>
<p>${means}</p>
${listing(title, list, columns, where)}</section>
`;
}

function listing(
  caption: string,
  { listed, leftOut }: Listed<Breach>,
  columns: readonly BreachColumn[],
  where: Html,
): Html {
  const rows = listed.map((breach) => columns.map(({ of }) => of(breach)));
  const rest =
    leftOut > 0
      ? html`<p class="soft">${grouped(leftOut)} more are in the figures and not listed: ${where}.</p>\n`
      : '';
  const parts = { caption, columns, rows, shape: 'stacks fixed' } as const;
  return html`${longTable(parts, SHOWN, (count) => `${grouped(count)} more, all older`)}${rest}`;
}
