/** The rows of a CSV by the names of their columns, read as RFC 4180 says. */
export function readCsv(text: string): Record<string, string>[] {
  const [head = [], ...rows] = [...text.matchAll(/((?:"(?:[^"]|"")*"|[^,"\r\n])*)(,|\r\n)/g)].reduce<string[][]>(
    (lines, [, cell = '', end]) => {
      lines.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
      if (end === '\r\n') lines.push([]);
      return lines;
    },
    [[]],
  );
  return rows
    .filter((row) => row.length > 0)
    .map((row) => {
      if (row.length !== head.length) throw new Error(`${row.length} cells under ${head.length} heads`);
      return Object.fromEntries(head.map((name, place) => [name, row[place] ?? '']));
    });
}
