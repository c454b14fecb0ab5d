import { type Html, html } from '#shared/runtime/html.ts';

export type Cell = Html | string | number;
export type Column = { readonly head: string; readonly numeric?: boolean };

type TableParts = {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** On a phone each row becomes a block with its heads beside its values: for tables too wide to stand there. */
  readonly stacks?: boolean;
};

/** A table whose first column names the row. The caption is for those who cannot see where it stands. */
export function table({ caption, columns, rows, stacks = false }: TableParts): Html {
  const heads = columns.map(({ head, numeric }) => html`<th scope="col"${numericClass(numeric)}>${head}</th>`);
  return html`<table${stacks ? html` class="stacks"` : ''}>
<caption class="aside">${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows.map((cells) => row(cells, columns))}</tbody>
</table>
`;
}

function row(cells: readonly Cell[], columns: readonly Column[]): Html {
  const [first = '', ...others] = cells;
  const rest = others.map((cell, index) => {
    const column = columns[index + 1];
    return html`<td data-head="${column?.head ?? ''}"${numericClass(column?.numeric)}>${cell}</td>`;
  });
  return html`<tr><th scope="row">${first}</th>${rest}</tr>\n`;
}

function numericClass(numeric = false): Html {
  return numeric ? html` class="n"` : html``;
}
