import type { Command } from '#shared/domain/command.ts';
import { pagesFor } from '#shared/domain/residual.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { reasonWords } from './outcome-words.ts';
import { restoreCommands } from './restore-commands.ts';

/** What a person has to do where we did not do it. */
export function commandSection(record: RollbackRecord): Html {
  const { outcome, commands } = record;
  const why = outcome === 'rolled-back' || outcome === 'already-zero' ? '' : reasonWords(record);
  if (!why && commands.length === 0) return html``;
  return html`<section>
<h2>What to do now</h2>
${why ? html`<p>${why}</p>\n` : ''}${commands.map(commandLine)}${commands.length === 0 ? html`<p>We know no command for it.</p>\n` : ''}</section>
`;
}

/** What can still reach the canary. */
export function residualSection({ residual, canary, outcome }: RollbackRecord): Html {
  return html`<section>
<h2>What can still reach the canary</h2>
${residualWords({ residual, canary, outcome })}</section>
`;
}

function residualWords({ residual, canary, outcome }: Pick<RollbackRecord, 'residual' | 'canary' | 'outcome'>): Html {
  if (canary === '-') return html`<p>Not known: the canary is not.</p>\n`;
  if (residual === 'unknown') {
    return html`<div class="note"><p>Not known: the cluster could not be asked afterwards.</p></div>\n`;
  }
  const done = outcome === 'rolled-back' || outcome === 'already-zero';
  if (residual.length === 0) {
    return done
      ? html`<p>Nothing that we know of.</p>\n`
      : html`<p>Everything that did before: its weight was not changed by us.</p>\n`;
  }
  const urgent = residual.some(pagesFor);
  const items = residual.map(
    ({ kind, virtualService, what }) =>
      html`<li>${what} <span class="soft small">${virtualService}, ${kind}</span></li>\n`,
  );
  return html`<div class="note${urgent ? ' bad-note' : ''}">${urgent ? html`<p><strong class="bad">Users can still reach it.</strong></p>\n` : ''}<ul>
${items}</ul></div>
`;
}

/** How to give the canary its weights back once it is mended; it is done once. */
export function restoreSection(record: RollbackRecord): Html {
  const restored = record.history.some(({ kind }) => kind === 'restored');
  if (record.outcome !== 'rolled-back' || record.weights.length === 0 || restored) return html``;
  const { ours, byHand } = restoreCommands(record);
  const manual =
    byHand.length > 0
      ? html`<p>Where this service is down, with kubectl and jq. Look at the object first: this does not ask whether somebody has changed it since. A service that runs would take the canary to zero again while the hold lasts.</p>\n${byHand.map(commandLine)}`
      : '';
  return html`<section>
<h2>To give the canary its weights back</h2>
<p>Once it is mended. This asks why, ends the hold, and is refused if somebody has changed the VirtualService since.</p>
${ours.map(commandLine)}${manual}</section>
`;
}

function commandLine({ does, run }: Command): Html {
  return html`<p class="small">${does.charAt(0).toUpperCase()}${does.slice(1)}:</p>\n<pre>${run}</pre>\n`;
}
