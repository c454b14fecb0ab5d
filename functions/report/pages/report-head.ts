import type { Report } from '#shared/contracts/report.ts';
import type { Figures, ReportFilter, WindowName } from '#shared/domain/report/report.ts';
import { WINDOWS } from '#shared/domain/report/report.ts';
import { windowText } from '#shared/domain/report/report-window.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { reportQuery } from './links.ts';
import { counted, duration, grouped, minute, percent } from './words.ts';

const WINDOW_WORDS: Readonly<Record<WindowName, string>> = {
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
};

export function windowNav({ window, filter }: Report): Html {
  const links = WINDOWS.map((name) => {
    const current = name === window.name ? html` aria-current="page"` : '';
    return html`<li><a href="/${reportQuery(name, filter)}"${current}>${WINDOW_WORDS[name]}</a></li>`;
  });
  return html`<nav aria-label="Window"><ul>${links}</ul></nav>`;
}

/** What the window is, and the one sentence that matters. */
export function headline(report: Report): Html {
  const { window, filter } = report;
  const name = window.name === 'custom' ? 'chosen window' : `last ${WINDOW_WORDS[window.name]}`;
  return html`<h1>Rollback SLA, ${name}</h1>
<p class="soft wide">${minute(Date.parse(window.from))} to ${minute(Date.parse(window.to))}${filterWords(filter, windowText(window))}</p>
<p>${verdict(report)}</p>
`;
}

function filterWords(filter: ReportFilter, window: string): Html {
  const chosen = Object.entries(filter).filter(([, value]) => value !== undefined);
  if (chosen.length === 0) return html`. All clusters, namespaces and services.`;
  const words = chosen.map(([name, value]) => `${name} ${value}`).join(', ');
  return html`. Only ${words}. <a href="/${reportQuery(window, {})}">Show all</a>`;
}

function verdict({ total, objective, targetMs }: Report): Html {
  const { met, missed } = total.episodes;
  if (total.attainment === undefined) {
    return html`No episode counted in this window: nothing had to be rolled back. The objective is ${percent(objective)} of episodes at zero within ${duration(targetMs)} of the alert.`;
  }
  const good = total.attainment >= objective;
  const stands = good
    ? html`<strong class="good">✓ ${percent(total.attainment)}, which meets the objective of ${percent(objective)}</strong>`
    : html`<strong class="bad">✗ ${percent(total.attainment)}, under the objective of ${percent(objective)}</strong>`;
  return html`${grouped(met)} of ${counted(met + missed, 'episode')} had the canary at zero in time (${duration(targetMs)} from the alert, unless the service says otherwise): ${stands}.`;
}

/** The figures that are looked for first. */
export function figureTiles({ total, objective }: Report): Html {
  const { met, missed, open } = total.episodes;
  const times = total.alertToZero;
  const attained = total.attainment;
  const tone = attained === undefined ? '' : attained >= objective ? 'good' : 'bad';
  const more = open > 0 ? `, ${grouped(open)} still open` : '';
  return html`<dl class="figures">
${tile('Attainment', attained === undefined ? '–' : percent(attained), `objective ${percent(objective)}`, tone)}
${tile('Episodes', grouped(met + missed), `${grouped(met)} in time, ${grouped(missed)} missed${more}`)}
${budgetTile(total)}
${tile('p50, alert to zero', times ? duration(times.p50Ms) : '–', 'half took no longer')}
${tile('p95', times ? duration(times.p95Ms) : '–', '95 of 100 took no longer')}
${tile('Slowest', times ? duration(times.maxMs) : '–', times ? `of ${grouped(times.count)} measured` : 'none measured')}
</dl>
`;
}

function budgetTile({ errorBudget: { allowed, spent, left }, attainment }: Figures): Html {
  if (attainment === undefined) return tile('Error budget left', '–', 'no episode to count');
  const of = `${counted(spent, 'episode')} missed of ${grouped(allowed)} allowed`;
  return left < 0
    ? tile('Error budget', `${grouped(-left)} over`, of, 'bad')
    : tile('Error budget left', grouped(left), of);
}

function tile(name: string, figure: string, note: string, tone = ''): Html {
  return html`<div><dt>${name}</dt><dd class="big ${tone}">${figure}</dd><dd class="soft small">${note}</dd></div>`;
}

/** What the reader can mend, and what the figures lack. */
export function notes({ hint, missingDays }: Report): Html {
  const mend = hint
    ? html`<div class="note"><p><strong>You can make this faster.</strong> ${hint.message}. Most of the time from alert to zero passes before the alert reaches us.</p></div>\n`
    : '';
  const missing =
    missingDays.length > 0
      ? html`<div class="note"><p><strong>Not everything is in these figures yet.</strong> ${counted(missingDays.length, 'day')} not added up so far: ${missingDays.slice(0, 10).join(', ')}${missingDays.length > 10 ? ' and more' : ''}. Look again in some minutes.</p></div>\n`
      : '';
  return html`${missing}${mend}`;
}
