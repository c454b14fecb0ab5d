import { type Html, html } from '#shared/runtime/html.ts';
import { type Cell, type Column, table } from '../table.ts';

export type ChartParts = {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What the picture says, in words: read out in its place. */
  readonly says: string;
  readonly height: number;
  /** No room for words at the left edge. */
  readonly wide?: boolean;
  readonly drawing: readonly Html[];
  /** What the marks mean, as people see it. */
  readonly legend?: Html;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
};

/** A drawing with what it says in words and its numbers in a table. */
export function figure({ id, title, says, height, wide, drawing, legend, columns, rows }: ChartParts): Html {
  return html`<figure>
<figcaption>${title}</figcaption>
<svg class="plot${wide ? ' wide' : ''}" role="img" width="100%" height="${height}" aria-labelledby="${id}-title ${id}-says">
<title id="${id}-title">${title}</title>
<desc id="${id}-says">${says}</desc>
${drawing}
</svg>
${legend ? html`<p class="legend">${legend}</p>` : ''}
<details><summary>The numbers<span class="aside"> of: ${title}</span></summary>
<div class="scroll">${table({ caption: title, columns, rows })}</div>
</details>
</figure>
`;
}

/** The fills that tell marks apart without their colour; once a page. */
export const PATTERNS: Html = html`<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="paper" width="6" height="6"/><rect class="bad" width="3.5" height="6"/></pattern>
<pattern id="stripe" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="paper" width="6" height="6"/><rect class="main" width="3" height="6"/></pattern>
<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="paper" width="6" height="6"/><circle class="ink" cx="3" cy="3" r="1.6"/></pattern>
</defs></svg>
`;

/** The key of a limit's line. */
export function dashed(words: string): Html {
  return html`<span class="key"><svg width="22" height="14" aria-hidden="true" focusable="false"><line class="limit" x1="0" x2="22" y1="7" y2="7"/></svg>${words}</span> `;
}

/** A key of the legend: the mark beside its words. */
export function key(mark: string, words: string): Html {
  return html`<span class="key"><svg width="14" height="14" aria-hidden="true" focusable="false"><rect class="${mark}" x="1" y="1" width="12" height="12"/></svg>${words}</span> `;
}
