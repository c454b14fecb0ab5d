const ELLIPSIS = '…';

/** At most so many UTF-16 units, an ellipsis included; never half a character. */
export function clip(text: string, max: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= max) return whole;
  const end = max - ELLIPSIS.length;
  // The first half of a pair stays out with its second one.
  const cut = /[\uD800-\uDBFF]/.test(whole.charAt(end - 1)) ? end - 1 : end;
  return whole.slice(0, cut) + ELLIPSIS;
}

/** On one line, without what a terminal or a chat takes for commands: control characters and marks that turn text around. */
export function oneLine(text: string): string {
  return readable(text).replace(/\s+/g, ' ').trim();
}

/** Line ends and tabs stay; other control characters, and marks that turn text around, go. */
export function readable(text: string): string {
  return text.toWellFormed().replace(/(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069\u200E\u200F]/gu, '');
}

/** How much the text takes as UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
