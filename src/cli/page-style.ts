// How the page of a report looks: plain type, one accent and five more colours, light and dark, and on paper.

/** The style sheet of the page. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --line: #e3e6ea; --track: #eef0f3; --text: #1c2128; --muted: #5b6470;
  --c0: #2f6db5; --c1: #e08a2e; --c2: #2c9a8c; --c3: #b1547f; --c4: #8a7a2e; --c5: #a4acb6;
  --good: #2c7a4b; --bad: #b3372f;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --card: #1a1f26; --line: #2e353f; --track: #262c35; --text: #e6e9ee; --muted: #a0a9b5;
    --c0: #6ba6e8; --c1: #eda554; --c2: #4fbfb0; --c3: #d983ab; --c4: #c2ae57; --c5: #717b88;
    --good: #6cc492; --bad: #ee8a82;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
}
main { max-width: 1200px; margin: 0 auto; padding: 32px 24px 48px; }
header { margin-bottom: 20px; }
h1 { margin: 0; font-size: 26px; line-height: 1.2; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; overflow: clip; }
header p { margin: 6px 0 0; color: var(--muted); }
h2 { margin: 0 0 2px; font-size: 15px; font-weight: 650; }
h3 { margin: 0; font-size: 13px; font-weight: 600; overflow-wrap: anywhere; overflow: clip; }
.card > p, .budget p { margin: 0 0 12px; color: var(--muted); font-size: 13px; }
.figures, .grid { display: grid; gap: 16px; margin: 0 0 16px; }
.figures { grid-template-columns: repeat(auto-fit, minmax(min(100%, 160px), 1fr)); }
.grid { grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.card, .figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; min-width: 0; }
.card { padding: 18px 20px 14px; container-type: inline-size; }
.narrow { display: none; }
@container (max-width: 480px) { .narrow { display: inline; } .roomy { display: none; } }
.wide { margin: 0 0 16px; }
.figure { padding: 12px 16px; }
.figure dt { color: var(--muted); font-size: 12px; }
.figure dd { margin: 0; }
.figure .large { font-size: 22px; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; }
.figure .small { color: var(--muted); font-size: 12px; }
.note { margin: 0 0 16px; padding: 10px 16px; border-left: 3px solid var(--c1); background: var(--card); border-radius: 0 8px 8px 0; }
.budgets { display: grid; gap: 20px 32px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
.budget { min-width: 0; display: flex; flex-direction: column; }
.budget .plot { margin-top: auto; padding-top: 4px; }
.budget p { margin: 0; }
.bad { color: var(--bad) !important; }
.empty { color: var(--muted); margin: 6px 0; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 10px; padding: 0; list-style: none; font-size: 12px; color: var(--muted); }
.legend li { min-width: 0; overflow-wrap: anywhere; overflow: clip; }
.legend svg { margin-right: 6px; vertical-align: -1px; }
.plot { display: block; overflow: visible; }
.columns { margin-left: 52px; width: calc(100% - 52px); }
.plot text { fill: var(--text); font-size: 12.5px; }
.plot .value { text-anchor: end; }
.plot .tick { fill: var(--muted); font-size: 11px; }
.plot .middle { text-anchor: middle; }
.plot .track { fill: var(--track); }
.plot .grid { stroke: var(--line); }
.plot .axis { stroke: var(--c5); stroke-opacity: 0.6; }
.plot .area { fill: var(--c0); fill-opacity: 0.13; }
.plot .line { fill: none; stroke: var(--c0); stroke-width: 2; vector-effect: non-scaling-stroke; }
.plot .forecast { fill: none; stroke: var(--c0); stroke-width: 1.5; stroke-dasharray: 4 4; vector-effect: non-scaling-stroke; }
.plot .now, .plot .dot { fill: var(--c0); }
.plot .ring { fill: var(--card); stroke: var(--c0); stroke-width: 2; }
.plot .spread { stroke: var(--c0); stroke-width: 2; }
.c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); }
.c3 { fill: var(--c3); } .c4 { fill: var(--c4); } .c5 { fill: var(--c5); }
rect[class^="c"]:hover { opacity: 0.8; }
details { margin-top: 10px; border-top: 1px solid var(--line); }
summary { padding: 8px 0 0; color: var(--muted); font-size: 12px; cursor: pointer; }
table { width: 100%; border-collapse: collapse; margin-top: 8px; font-size: 12px; }
th, td { padding: 4px 0 4px 10px; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 500; }
th:first-child, td:first-child, .words { padding-left: 0; text-align: left; overflow-wrap: anywhere; overflow: clip; }
.words:not(:first-child) { padding-left: 10px; }
tbody tr:last-child > * { border-bottom: 0; }
footer { margin-top: 24px; color: var(--muted); font-size: 12px; }
@media (max-width: 560px) {
  main { padding: 20px 12px 32px; }
  .card { padding: 14px 14px 12px; }
  .figures { grid-template-columns: 1fr 1fr; gap: 8px; }
  .figure { padding: 10px 12px; }
  .figure .large { font-size: 19px; }
}
@media print {
  :root { color-scheme: light; }
  body { background: #fff; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  .card, .figure, .budget { break-inside: avoid; }
  details { display: none; }
}
`
