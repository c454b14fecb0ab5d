import type { Command } from '#shared/domain/command.ts';
import { isRestored } from '#shared/domain/history-words.ts';
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
export function residualSection({ residual, canary, outcome, history }: RollbackRecord): Html {
  return html`<section>
<h2>What can still reach the canary</h2>
${isRestored(history) ? html`<p>What did before the rollback, as far as it still stands: its weights were brought back.</p>\n` : residualWords({ residual, canary, outcome })}</section>
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
export function restoreSection(record: RollbackRecord, context?: string): Html {
  const restored = record.history.some(({ kind }) => kind === 'restored');
  if (record.outcome !== 'rolled-back' || record.weights.length === 0 || restored) return html``;
  const { ours, byHand } = restoreCommands(record, context);
  const manual =
    byHand.length > 0
      ? html`<details class="more"><summary>With this service down</summary>
<p>With this service down, by kubectl and jq${context ? '' : html`, where kubectl talks to cluster ${record.cluster} (<code>kubectl config current-context</code> says where that is; if it is another one, add <code>--context</code> to each kubectl)`}. The second refuses to write over what somebody changes meanwhile, not what was changed before: so ask first.</p>\n${byHand.map(commandLine)}</details>\n`
      : '';
  return html`<section>
<h2>To give the canary its weights back</h2>
<p>Once it is mended. Say why in place of <code>WHY</code>: it is recorded with who. This ends the hold, and is refused if somebody has changed the VirtualService since. It needs this service’s address in <code>WEIGHTLESS_URL</code>, and a token of the scope operate in <code>WEIGHTLESS_TOKEN</code>.</p>
${ours.map(commandLine)}${manual}</section>
`;
}

function commandLine({ does, run }: Command): Html {
  return html`<p class="small">${does.charAt(0).toUpperCase()}${does.slice(1)}:</p>\n<pre>${run}</pre>\n`;
}
