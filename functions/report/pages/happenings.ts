import { historyWords, sinceThen } from '#shared/domain/history-words.ts';
import { eventTypeOf } from '#shared/domain/outcome.ts';
import type { RollbackRecord } from '#shared/domain/rollback-record.ts';
import { stagesOf } from '#shared/domain/timeline.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { duration, time } from './words.ts';

type Happening = { readonly at: number; readonly words: string; readonly goal?: boolean };

/** What each time stands for, with the event that told of it. */
function stageWords({ outcome, requestedBy, history }: RollbackRecord): Readonly<Record<string, string>> {
  const event = eventTypeOf(outcome);
  const isTold = history.some(({ kind }) => kind === 'unverified');
  return {
    fired: requestedBy ? `${requestedBy.name} asked for it` : 'The alert fired',
    received: 'We received it',
    targeted: 'We knew the canary and what to change',
    zeroed: 'The canary was at zero',
    recorded: `Recorded${event ? ` (${event})` : ''}`,
    notified: 'People were told',
    verified: `Verified: no request reached the canary any more${isTold ? ' (RollbackVerified)' : ''}`,
    resolved: 'The alert resolved (AlertResolved)',
  };
}

/** What a person has to know before all else. */
export function sinceThenNote({ history }: RollbackRecord): Html {
  const last = sinceThen(history);
  if (!last) return html``;
  return html`<div class="note"><p><strong>Since then:</strong> ${historyWords(last)}, ${time(last.at)}.</p></div>\n`;
}

/** All that happened about a rollback, in its order, each with its distance from the alert. */
export function happenings(record: RollbackRecord): Html {
  const { timeline, history, slaBreachedAt } = record;
  const words = stageWords(record);
  const stages = stagesOf(timeline).map(({ name, at }) => ({
    at,
    words: words[name] ?? name,
    goal: name === 'zeroed',
  }));
  const told =
    slaBreachedAt === undefined
      ? []
      : [{ at: slaBreachedAt, words: 'The SLA target was missed (RollbackSlaBreached)' }];
  const later = history
    .filter(({ kind }) => kind !== 'resolved' && kind !== 'verified')
    .map((entry) => ({ at: entry.at, words: historyWords(entry) }));
  const all: Happening[] = [...stages, ...told, ...later].toSorted((a, b) => a.at - b.at);
  return html`<ol class="timeline">
${all.map(({ at, words, goal }) => html`<li${goal ? html` class="goal"` : ''}><span class="distance">${distance(at - timeline.firedAt)}</span><span>${words}<br><span class="soft small">${time(at)}</span></span></li>\n`)}</ol>
`;
}

function distance(ms: number): string {
  return ms === 0 ? '0' : `${ms > 0 ? '+' : ''}${duration(ms)}`;
}
