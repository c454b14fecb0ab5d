import { styleText } from 'node:util';

/** Bad news red, good news green, the rest as it is. */
const COLOUR: Readonly<Record<string, 'red' | 'green' | 'yellow'>> = {
  'rolled-back': 'green',
  'already-zero': 'green',
  suggested: 'yellow',
  pending: 'yellow',
  refused: 'red',
  failed: 'red',
};

/** The line in the outcome's colour on a terminal, unless NO_COLOR is set. */
export function paintOutcome(line: string, outcome: string): string {
  const colour = Object.hasOwn(COLOUR, outcome) ? COLOUR[outcome] : undefined;
  const isPlain = !process.stdout.isTTY || (process.env['NO_COLOR'] ?? '') !== '';
  return isPlain || !colour ? line : styleText(colour, line, { validateStream: false });
}
