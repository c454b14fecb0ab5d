import { type Html, html } from '#shared/runtime/html.ts';

/**
 * Drawings are as wide as the page: across in percent, down in pixels, so that text keeps its size on a phone. What
 * percent cannot say, a path, is stretched in a picture of its own.
 */
export const PLOT = { top: 18, bottom: 24 } as const;

export function percentX(x: number): string {
  return `${Number(x.toFixed(3))}%`;
}

/** A level with its words at the left edge. */
export function level(y: number, words: string): Html {
  return html`<line class="grid" x1="0" x2="100%" y1="${fixed(y)}" y2="${fixed(y)}"/><text class="tick" x="-8" y="${fixed(y)}" dy="0.32em" text-anchor="end">${words}</text>\n`;
}

/** The level that all is measured by; its words stand on it, to the right. */
export function limit(y: number, words: string): Html {
  return html`<line class="limit" x1="0" x2="100%" y1="${fixed(y)}" y2="${fixed(y)}"/><text class="limit-words" x="100%" y="${fixed(y)}" dy="-5" text-anchor="end">${words}</text>\n`;
}

export function below(x: number, y: number, words: string): Html {
  return html`<text class="tick" x="${percentX(x)}" y="${y + 17}" text-anchor="middle">${words}</text>\n`;
}

/** Paths whose x runs from 0 to 100. */
export function stretched(height: number, paths: readonly Html[]): Html {
  return html`<svg x="0" y="0" width="100%" height="${height}" viewBox="0 0 100 ${height}" preserveAspectRatio="none">${paths}</svg>\n`;
}

export function fixed(y: number): number {
  return Number(y.toFixed(2));
}

/** Those, from left to right, whose words do not meet on a phone. */
export function apart<T>(items: readonly T[], at: (item: T) => number): T[] {
  let last = -Infinity;
  return items.filter((item) => {
    if (at(item) - last < LEAST_APART) return false;
    last = at(item);
    return true;
  });
}

/** Percent of the width. */
const LEAST_APART = 15;

/** At most so many of them, evenly spread, the first always among them. */
export function some<T>(items: readonly T[], atMost: number): T[] {
  const step = Math.max(1, Math.ceil(items.length / atMost));
  return items.filter((_, index) => index % step === 0);
}
