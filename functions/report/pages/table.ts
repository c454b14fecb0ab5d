import { type Html, html } from '#shared/runtime/html.ts';

export type Cell = Html | string | number;
export type Column = {
  readonly head: string;
  readonly numeric?: boolean;
  /** Not shown on a phone. */
  readonly spare?: boolean;
};

type TableParts = {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /**
   * `stacks`: on a phone each row becomes a block with its heads beside its values, as the table is too wide to stand
   * there. `stacks fixed`: and its columns keep their widths, however long a name is. `pairs`: names and their values.
   */
  readonly shape?: 'stacks' | 'stacks fixed' | 'pairs';
};

/** A table whose first column names the row. The caption is for those who cannot see where it stands. */
export function table({ caption, columns, rows, shape }: TableParts): Html {
  const heads = columns.map((column) => html`<th scope="col"${classOf(column)}>${column.head}</th>`);
  return html`<table${shape ? html` class="${shape}"` : ''}>
<caption class="aside">${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows.map((cells) => row(cells, columns))}</tbody>
</table>
`;
}

/** The first rows as they are, the others folded away behind what they are called; a print shows all. */
export function longTable({ rows, ...parts }: TableParts, shown: number, others: (count: number) => string): Html {
  const rest = rows.slice(shown);
  if (rest.length === 0) return table({ ...parts, rows });
  return html`${table({ ...parts, rows: rows.slice(0, shown) })}<details class="more"><summary>${others(rest.length)}</summary>
${table({ ...parts, rows: rest })}</details>
`;
}

function row(cells: readonly Cell[], columns: readonly Column[]): Html {
  const [first = '', ...others] = cells;
  const rest = others.map((cell, index) => {
    const column = columns[index + 1];
    return html`<td data-head="${column?.head ?? ''}"${classOf(column)}><span>${cell}</span></td>`;
  });
  return html`<tr><th scope="row">${first}</th>${rest}</tr>\n`;
}

function classOf({ numeric = false, spare = false }: Partial<Column> = {}): Html {
  const classes = [numeric ? 'n' : '', spare ? 'spare' : ''].filter(Boolean).join(' ');
  return classes ? html` class="${classes}"` : html``;
}
