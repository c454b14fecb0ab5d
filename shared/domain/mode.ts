import { MARK } from './marks.ts';
import type { VirtualService } from './virtual-service.ts';

/** How far the service may go, from most to least. */
export const MODES = ['act', 'suggest', 'observe'] as const;
export type Mode = (typeof MODES)[number];

export function isMode(text: string): text is Mode {
  return (MODES as readonly string[]).includes(text);
}

/** The object's own mode capped by the global one (the kill switch), or undefined where its label is no mode. */
export function modeOf({ metadata }: VirtualService, cap: Mode): Mode | undefined {
  const own = metadata.labels[MARK.mode] ?? '';
  return isMode(own) ? lesserMode(own, cap) : undefined;
}

export function lesserMode(a: Mode, b: Mode): Mode {
  return MODES.indexOf(a) > MODES.indexOf(b) ? a : b;
}
