/** The whole of the pages' style; its hash stands in the Content-Security-Policy. Nothing else on a page may carry style. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b2026; --soft: #555e69; --line: #d3d9e0; --tint: #f4f6f8; --link: #0b57a4;
  --main: #0b57a4; --band: #b9d5f1; --good: #0f6027; --bad: #a8121f; --warn: #744800; }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #11161c; --ink: #e7edf3; --soft: #a3aeba; --line: #323b46; --tint: #1a2129; --link: #7cbcff;
  --main: #6cb0f5; --band: #254668; --good: #5ed17a; --bad: #ff8278; --warn: #e5b54a; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto; max-width: 64rem; padding: 1rem 1.25rem 3rem; }
a { color: var(--link); text-underline-offset: .15em; } a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .2rem 0 .4rem; overflow-wrap: anywhere; text-wrap: balance; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 .6rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; line-height: 1.35; margin: 0; overflow-wrap: anywhere; }
p { margin: .4rem 0; overflow-wrap: anywhere; max-width: 46rem; }
section { margin: 2.25rem 0 0; }
.fixed { table-layout: fixed; } .fixed thead th:nth-child(-n+2) { width: 24%; } .fixed thead th { overflow-wrap: anywhere; }
.pairs { margin-top: .75rem; } .pairs thead th:first-child { width: 16rem; }
p.wide { max-width: none; }
.soft, dt { color: var(--soft); }
.small { font-size: .875rem; }
.top { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; justify-content: space-between; border-bottom: 1px solid var(--line); padding-bottom: .6rem; margin-bottom: 1.5rem; }
.brand { font-weight: 700; } .brand a { color: inherit; text-decoration: none; }
nav ul { display: flex; flex-wrap: wrap; gap: .15rem; list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .3rem .7rem; border-radius: .4rem; text-decoration: none; }
nav a:hover { background: var(--tint); } nav a[aria-current] { background: var(--ink); color: var(--paper); font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.badge { display: inline-block; font-weight: 600; font-size: .875rem; border: 1.5px solid currentColor; border-radius: 1rem; padding: 0 .65rem; overflow-wrap: anywhere; }
.note { border-left: 4px solid var(--warn); background: var(--tint); padding: .6rem .9rem; margin: 1rem 0; }
.note.bad-note { border-color: var(--bad); } .note ul { margin: .2rem 0; padding-left: 1.2rem; } .note > :first-child { margin-top: 0; } .note > :last-child { margin-bottom: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1.25rem 0 0; }
.figures > div { background: var(--tint); border-radius: .5rem; padding: .7rem .85rem; display: flex; flex-direction: column; }
.figures dt { font-size: .875rem; } .figures dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.figures .big { font-size: 1.25rem; line-height: 1.3; font-weight: 650; }
.facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .15rem 1rem; margin: .6rem 0; font-variant-numeric: tabular-nums; }
.facts dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.charts > :only-child { grid-column: 1 / -1; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1.75rem 2rem; align-items: start; }
figure { margin: 0; min-width: 0; break-inside: avoid; } figcaption { font-weight: 600; margin-bottom: .35rem; overflow-wrap: anywhere; }
.plot { display: block; padding-left: 3.9rem; padding-right: .75rem; overflow: visible; font-variant-numeric: tabular-nums; }
.patterns { position: absolute; }
.plot.wide { padding: 0; }
.tick { font-size: 12px; fill: var(--soft); } .grid { stroke: var(--line); }
.limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; } .limit-words { font-size: 12px; font-weight: 600; fill: var(--bad); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.main { fill: var(--main); } .bad-mark, path.bad, rect.bad { fill: var(--bad); } .ink { fill: var(--soft); } .paper { fill: var(--paper); } .band { fill: var(--band); } .empty { fill: var(--tint); }
.stem { stroke-width: 2; } line.main { stroke: var(--main); } line.bad { stroke: var(--bad); } .span { stroke: var(--band); stroke-width: 3; }
.line { fill: none; stroke: var(--main); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.fill-hatch { fill: url(#hatch); } .fill-stripe { fill: url(#stripe); } .fill-dots { fill: url(#dots); } .edged { stroke: var(--paper); stroke-width: 1; } .fill-hatch.edged { stroke: var(--bad); } .fill-stripe.edged { stroke: var(--main); } .fill-dots.edged { stroke: var(--soft); }
.legend { font-size: .875rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin: .4rem 0; }
.key { display: inline-flex; gap: .4rem; align-items: baseline; overflow-wrap: anywhere; min-width: 0; } .key svg { flex: none; align-self: center; } .key rect { stroke: var(--soft); }
details { margin: .3rem 0; } summary { cursor: pointer; color: var(--link); font-size: .875rem; width: fit-content; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { color: var(--soft); font-weight: 500; font-size: .875rem; overflow-wrap: normal; vertical-align: bottom; } tbody th { font-weight: 500; }
td.n, th.n { text-align: right; white-space: nowrap; overflow-wrap: normal; } th:last-child, td:last-child { padding-right: 0; }
ul.plain { list-style: none; padding: 0; margin: 0; }
.rollback { border-top: 1px solid var(--line); padding: .8rem 0; display: grid; grid-template-columns: 1fr auto; gap: .1rem 1rem; break-inside: avoid; }
.rollback > * { min-width: 0; } .rollback .wide { grid-column: 1 / -1; } .rollback .right { text-align: right; }
ol.timeline { list-style: none; margin: .6rem 0 .6rem 6px; padding: 0; font-variant-numeric: tabular-nums; }
ol.timeline li { display: grid; grid-template-columns: 6.5rem 1fr; gap: 0 1rem; padding: .3rem 0 .3rem 1rem; border-left: 2px solid var(--line); position: relative; }
ol.timeline li::before { content: ""; position: absolute; left: -6px; top: .75rem; width: 0; height: 0; border-radius: 50%; border: 5px solid var(--soft); }
ol.timeline li > * { min-width: 0; overflow-wrap: anywhere; } ol.timeline li.goal::before { border-color: var(--good); } ol.timeline .distance { text-align: right; white-space: nowrap; }
pre { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, "Liberation Mono", "DejaVu Sans Mono", monospace; background: var(--tint); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .75rem; margin: .3rem 0 1rem; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; }
code { font: .875em/1.4 ui-monospace, SFMono-Regular, Menlo, "Liberation Mono", "DejaVu Sans Mono", monospace; background: var(--tint); border-radius: .25rem; padding: .05rem .3rem; overflow-wrap: anywhere; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem; font-size: .875rem; color: var(--soft); }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media screen and (max-width: 40rem) {
  body { padding: .75rem 1rem 2.5rem; } h1 { font-size: 1.4rem; } .figures { grid-template-columns: 1fr 1fr; } nav ul { gap: 0; } nav a { padding: .3rem .55rem; }
  .pairs thead th:first-child { width: 40%; } .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: .5rem; }
  table.stacks, .stacks tbody, .stacks tr, .stacks th, .stacks td { display: block; } .stacks thead { display: none; }
  .stacks tr { border-bottom: 1px solid var(--line); padding: .5rem 0; } .stacks tbody th, .stacks td { border: 0; padding: .1rem 0; }
  .spare, .stacks .spare { display: none; } .rollback { grid-template-columns: 1fr; } .rollback .right { text-align: left; }
  .stacks td { display: grid; grid-template-columns: 7.5rem 1fr; gap: .75rem; } .stacks td::before { content: attr(data-head); color: var(--soft); font-size: .875rem; } .stacks td.n { text-align: left; white-space: normal; }
}
@media print {
  @page { size: A4; margin: 14mm; }
  .figures { grid-template-columns: repeat(3, 1fr); } .charts { grid-template-columns: 1fr 1fr; }
  .fixed { font-size: 9pt; } .fixed th, .fixed td { padding-right: .6rem; } .fixed thead th:nth-child(3) { width: 21%; } .badge { padding: 0 .45rem; font-size: 8.5pt; }
  details.more::details-content { content-visibility: visible; display: block; }
  :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 9.5pt; line-height: 1.4; } nav, summary, .last a[href="#recent"] { display: none; }
  h1 { font-size: 1.4rem; } table { font-size: 9.5pt; } th, td { padding-top: .25rem; padding-bottom: .25rem; } .small { font-size: 8.5pt; } .rollback { padding: .35rem 0; } .rollback p { margin: .1rem 0; } pre { font-size: 8.5pt; } .legend { font-size: 8.5pt; } .top { margin-bottom: .8rem; }
  .badge, .figures > div, .note, pre { border: 1px solid var(--line); } .note { border-left: 4px solid var(--warn); }
  section { margin-top: 1.1rem; } tbody tr:first-child { break-before: avoid; } tr, .figures, .note, pre, li { break-inside: avoid; } h2, h3, figcaption { break-after: avoid; } a { color: inherit; text-decoration: none; }
}
`;
