/** Light and dark, narrow and wide; bars are boxes, so that nothing has to be drawn. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f7f6f3, #111317);
  --surface: light-dark(#ffffff, #1a1d23);
  --ink: light-dark(#1b1f26, #e9ebef);
  --muted: light-dark(#5b6370, #a6aeba);
  --grid: light-dark(#e6e7ea, #2c3139);
  --own: light-dark(#0a66b7, #63b3f3);
  --peer: light-dark(#868e9a, #717a87);
  --ceiling: light-dark(#bf4a12, #ff935c);
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 56rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem }
h2 { font-size: 1.25rem; margin: 0 }
h3 { font-size: 1rem; margin: 1.25rem 0 0 }
p { margin: .25rem 0 .75rem }
a { color: var(--own) }
.muted, figcaption, details { color: var(--muted); font-size: .875rem }
section { background: var(--surface); border-radius: .5rem; padding: 1.25rem; margin-top: 1.25rem }
figure { margin: .75rem 0 }
.row { display: grid; grid-template-columns: 11rem 1fr 8rem; gap: .75rem; align-items: center; padding: .2rem 0 }
.name { overflow-wrap: anywhere; line-height: 1.25 }
.value { font-variant-numeric: tabular-nums; line-height: 1.25; white-space: nowrap }
.value small { color: var(--muted) }
.track { position: relative; height: 1.25rem; background: var(--grid); border-radius: .2rem }
.bar { display: block; height: 100%; background: var(--peer); border-radius: .2rem }
.own .bar { background: var(--own) }
.own .name, .own .value { font-weight: 600 }
.over .bar { border-radius: .2rem 0 0 .2rem; clip-path: polygon(0 0, 100% 0, calc(100% - .5rem) 50%, 100% 100%, 0 100%) }
.ceiling { position: absolute; top: -.2rem; bottom: -.2rem; border-left: 2px solid var(--ceiling) }
.key { display: inline-block; height: .9em; border-left: 2px solid var(--ceiling); margin: 0 .35em -.1em .1em }
.key.dashed { height: 0; width: 1.6em; border-left: 0; border-top: 2px dashed var(--ceiling); margin-bottom: .25em }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem 1.5rem; margin: 1rem 0 }
.charts figure { margin: 0; min-width: 0 }
svg { display: block; width: 100%; height: auto }
table { width: 100%; border-collapse: collapse; margin: .75rem 0; font-size: .875rem; line-height: 1.35; font-variant-numeric: tabular-nums }
th, td { padding: .3rem 0 .3rem .75rem; text-align: right; vertical-align: top; border-bottom: 1px solid var(--grid); font-weight: 400 }
th:first-child { padding-left: 0; text-align: left }
td { white-space: nowrap }
td small { display: block; color: var(--muted) }
thead th { color: var(--muted); vertical-align: bottom }
tfoot th, tfoot td { font-weight: 600; border: 0 }
th small { display: block; color: var(--muted) }
.low td:last-child { color: var(--ceiling); font-weight: 600 }
ul { padding-left: 1.1rem }
li { margin: .5rem 0 }
li small { color: var(--muted); font-weight: 400 }
summary { cursor: pointer }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .75rem 0 0 }
dt { color: var(--muted) }
dd { margin: 0; overflow-wrap: anywhere }
@media (max-width: 40rem) {
  section { padding: 1rem }
  .row { grid-template-columns: 1fr auto; gap: 0 .75rem; padding: .35rem 0 }
  .track { grid-column: 1 / -1; grid-row: 2; height: .9rem }
  .charts { grid-template-columns: 1fr }
  table { font-size: .8125rem }
  th, td { padding-left: .45rem }
  .stacked tr { display: grid; grid-template-columns: repeat(4, 1fr); border-bottom: 1px solid var(--grid) }
  .stacked th:first-child { grid-column: 1 / -1 }
  .stacked th, .stacked td { border: 0; padding-bottom: .1rem }
  dl { grid-template-columns: 1fr }
  dt { margin-top: .4rem }
}
`
