/** Rows as lines whose columns stand below each other. Whatever moves a terminal's cursor is taken out: labels are anyone's. */
export function alignTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [head, ...rows.map((row) => row.map(plain))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Without control characters, which could rewrite what stands on the screen. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Cf}/gu, ' ');
}

/** The same for what has several lines. */
export function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n');
}
