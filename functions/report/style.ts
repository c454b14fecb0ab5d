/** The whole of the page's style; its hash stands in the Content-Security-Policy. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --warn: #9a6700; --soft: #8882; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --warn: #d29922; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .35rem 0; overflow-wrap: anywhere; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0; break-inside: avoid; }
header.row { display: flex; flex-wrap: wrap; gap: .35rem 1rem; justify-content: space-between; align-items: baseline; }
.rolled-back, .already-zero { color: var(--good); } .failed, .refused { color: var(--bad); } .pending, .suggested { color: var(--warn); }
.outcome { font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: .6rem 0; font-variant-numeric: tabular-nums; }
dt { opacity: .75; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; max-width: 100%; }
th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td.n, th.n { text-align: right; white-space: nowrap; overflow-wrap: normal; }
ol.timeline { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem; margin: .6rem 0; font-variant-numeric: tabular-nums; }
ol.timeline li { background: var(--soft); border-radius: .35rem; padding: .15rem .55rem; }
code { font: .85em/1.5 ui-monospace, monospace; background: var(--soft); border-radius: .25rem; padding: .1rem .3rem; overflow-wrap: anywhere; white-space: pre-wrap; }
.muted { opacity: .75; }
@media print { body { max-width: none; padding: 0; } }
`;
