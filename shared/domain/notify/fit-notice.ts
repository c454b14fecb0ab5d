import { bytesOf, clip } from './clip.ts';
import type { Notice, RollbackNotice } from './notice.ts';

/** What every channel has room for, from whatever an alert brings. */
const MAX = { message: 2000, commands: 6, residual: 8, weights: 8, virtualServices: 10, name: 300 };
/** A command is shown whole or not at all: a part of one could do something else. */
const MAX_COMMAND_CHARS = 2900;

/** The notice without what no reader needs at night. */
export function shortened(notice: RollbackNotice): RollbackNotice {
  const { message, commands, residual, weights, virtualServices, alert, more } = notice;
  return {
    ...notice,
    cluster: clip(notice.cluster, MAX.name),
    canary: clip(notice.canary, MAX.name),
    alert: { ...alert, name: clip(alert.name, MAX.name), startsAt: clip(alert.startsAt, MAX.name) },
    more: more.map(({ name, value }) => ({ name, value: clip(value, MAX.name) })),
    message: clip(message, MAX.message),
    commands: commands
      .filter(({ run }) => run.length <= MAX_COMMAND_CHARS)
      .slice(0, MAX.commands)
      .map(({ does, run }) => ({ does: clip(does, 300), run })),
    residual: residual === 'unknown' ? residual : residual.slice(0, MAX.residual).map(clippedResidual),
    weights: weights.slice(0, MAX.weights),
    virtualServices: virtualServices.slice(0, MAX.virtualServices).map((name) => clip(name, 300)),
  };
}

function clippedResidual({ what, virtualService }: Exclude<RollbackNotice['residual'], 'unknown'>[number]) {
  return { what: clip(what, 300), virtualService: clip(virtualService, 300) };
}

/** The message for any notice; a report is a few short lines, whatever happened in its week. */
export function fitted<T>(notice: Notice, format: (notice: Notice) => T, maxBytes: number): T {
  return notice.about === 'report' ? format(notice) : fittedRollback(notice, format, maxBytes);
}

/**
 * The message for a notice, made of less and less of it until it has at most so many bytes as JSON: first go commands
 * beyond the first, then the middle of the rest, and last its own words. The smallest of all is sent even if it does not fit.
 */
export function fittedRollback<T>(notice: RollbackNotice, format: (notice: RollbackNotice) => T, maxBytes: number): T {
  let left = shortened(notice);
  for (const smaller of STEPS) {
    const message = format(left);
    if (bytesOf(JSON.stringify(message)) <= maxBytes) return message;
    left = smaller(left);
  }
  return format(left);
}

type Step = (notice: RollbackNotice) => RollbackNotice;

const STEPS: readonly Step[] = [
  (notice) => ({ ...notice, commands: notice.commands.slice(0, 2) }),
  (notice) => ({ ...notice, commands: notice.commands.slice(0, 1) }),
  (notice) => ({ ...notice, weights: notice.weights.slice(0, 2), residual: fewer(notice.residual) }),
  (notice) => ({ ...notice, message: clip(notice.message, 400), links: notice.links.slice(0, 2) }),
  (notice) => ({ ...notice, commands: [], links: notice.links.slice(0, 1) }),
  (notice) => ({ ...notice, more: [], weights: notice.weights.slice(0, 1), virtualServices: [], message: '' }),
];

function fewer(residual: RollbackNotice['residual']): RollbackNotice['residual'] {
  return residual === 'unknown' ? residual : residual.slice(0, 2);
}
