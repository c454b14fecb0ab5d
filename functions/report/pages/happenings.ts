import { eventTypeOf } from '#shared/domain/outcome.ts';
import type { HistoryEntry, RollbackRecord } from '#shared/domain/rollback-record.ts';
import { stagesOf } from '#shared/domain/timeline.ts';
import { type Html, html } from '#shared/runtime/html.ts';
import { faceOf } from './outcome-words.ts';
import { duration, time } from './words.ts';

type Happening = { readonly at: number; readonly words: string; readonly goal?: boolean };

/** What each time stands for, with the event that told of it. */
function stageWords({ outcome, requestedBy }: RollbackRecord): Readonly<Record<string, string>> {
  const event = eventTypeOf(outcome);
  return {
    fired: requestedBy ? `${requestedBy.name} asked for it` : 'The alert fired',
    received: 'We received it',
    targeted: 'We knew the canary and what to change',
    zeroed: 'The canary was at zero',
    recorded: `Recorded${event ? ` (${event})` : ''}`,
    notified: 'People were told',
    verified: 'Verified: no request reached the canary any more',
    resolved: 'The alert resolved (AlertResolved)',
  };
}

/** What a person has to know before all else: the canary is no longer as the rollback left it, or never was. */
export function sinceThen({ history }: RollbackRecord): Html {
  const last = history.findLast(({ kind }) => SINCE.includes(kind));
  if (!last || last.kind === 'reasserted' || last.kind === 'verified') return html``;
  return html`<div class="note"><p><strong>Since then:</strong> ${historyWords(last)}, ${time(last.at)}.</p></div>\n`;
}

/** What tells where the canary is now; the last of them holds. */
const SINCE: readonly HistoryEntry['kind'][] = [
  'reverted',
  'reasserted',
  'restored',
  'verified',
  'unverified',
  'contested',
];

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

function historyWords(entry: HistoryEntry): string {
  switch (entry.kind) {
    case 'improved':
      return `Better than before: it was ${faceOf(entry.from.outcome).words}${entry.from.reason ? ` (${entry.from.reason})` : ''}`;
    case 'reasserted':
      return `The canary had been put back: taken to zero again, number ${entry.number} (RollbackReasserted)`;
    case 'reverted':
      return `${entry.by ?? 'Somebody'} put the canary back, number ${entry.number} (RollbackReverted)`;
    case 'released':
      return `The hold on ${entry.virtualService} ended${by(entry.by)}${why(entry.why)} (HoldReleased)`;
    case 'restored':
      return `The weights of ${entry.virtualService} were brought back${by(entry.by)}${why(entry.why)} (RollbackRestored)`;
    case 'verified':
      return 'Verified: no request reached the canary any more';
    case 'unverified':
      return `Requests still reached the canary a minute later: ${entry.requestsPerSecond} a second (RollbackUnverified)`;
    case 'already-acted':
      return 'The same firing came again after the hold: left to a person (already-acted)';
    case 'contested':
      return 'The canary was put back again and again: left to a person (contested)';
    case 'resolved':
      return 'The alert resolved';
    case 'given-up':
      return 'We stopped trying';
  }
}

function by(name: string | undefined): string {
  return name === undefined ? '' : ` by ${name}`;
}

function why(words: string | undefined): string {
  return words ? `: “${words}”` : '';
}
