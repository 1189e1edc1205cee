import { COLORS, type Theme } from './theme.js'

const NAMES = Object.keys(COLORS) as (keyof typeof COLORS)[]
const variables = (theme: Theme) => NAMES.map((name) => `--${name}:${COLORS[name][theme]}`).join(';')

/** The page's style sheet: system typefaces, one column of text, figures beside each other where there is room. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;${variables('light')};
--serif:Charter,"Bitstream Charter","Iowan Old Style","Palatino Linotype",Palatino,Georgia,"Liberation Serif",serif;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
@media screen and (prefers-color-scheme:dark){:root{${variables('dark')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:clamp(1.25rem,4vw,3.5rem) clamp(1rem,4vw,3rem) 3rem;max-width:76rem;background:var(--page);
color:var(--ink);font:1.0625rem/1.6 var(--sans);overflow-wrap:break-word}
h1,h2{font-family:var(--serif);font-weight:600;line-height:1.15;letter-spacing:-.01em;text-wrap:balance}
h1{font-size:clamp(1.9rem,1.3rem + 2.6vw,3.1rem);margin:.35em 0 .4em;max-width:34ch}
h2{font-size:clamp(1.35rem,1.15rem + .9vw,1.8rem);margin:0 0 .5em}
p{margin:0 0 1em;max-width:68ch;text-wrap:pretty}
.brand{display:flex;align-items:center;gap:.55rem;margin:0;color:var(--blue);font-weight:600;letter-spacing:.02em}
.brand .mark{width:1.4rem;height:1.2rem}
.lead{font-family:var(--serif);font-size:clamp(1.15rem,1.05rem + .5vw,1.4rem);line-height:1.5;max-width:58ch}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,10.5rem),1fr));gap:0 2rem;margin:1.75rem 0 0}
.facts div{border-top:1px solid var(--grid);padding:.6rem 0 .7rem;min-width:0}
.facts dt{color:var(--muted);font-size:.8125rem;line-height:1.4}
.facts dd{margin:0;font-size:.9688rem;line-height:1.4;font-variant-numeric:tabular-nums}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:1.75rem 0 0;padding:0;list-style:none;font-size:.9375rem}
a{color:var(--blue);text-underline-offset:.2em;text-decoration-thickness:1px}
a:focus-visible,.scroll:focus-visible{outline:2px solid var(--blue);outline-offset:3px;border-radius:2px}
section{margin-top:clamp(2.25rem,5vw,3.75rem)}
.scroll{overflow-x:auto;margin:1.25rem 0 0;max-width:60rem}
table{border-collapse:collapse;width:100%;font-size:.9688rem;line-height:1.4;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);font-size:.9063rem;padding:0 0 .6rem}
caption>span{display:block;max-width:calc(100vw - 2rem)}
th,td{padding:.6rem 1.1rem .6rem 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--grid)}
th:last-child,td:last-child{padding-right:0}
thead th{border-bottom:1.5px solid var(--axis);font-weight:600;font-size:.8438rem;vertical-align:bottom}
tbody th{font-weight:400}
.number{text-align:right}
.unit{display:block;color:var(--muted);font-weight:400}
.figures{display:flex;flex-wrap:wrap;align-items:flex-start;gap:1.5rem;margin-top:1.5rem}
figure{display:flex;flex-wrap:wrap;align-items:flex-start;gap:.25rem 1.5rem;flex:1 1 auto;box-sizing:content-box;min-width:0;
max-width:calc(100% - 1.5rem);margin:0;padding:.75rem;background:var(--surface);border-radius:.6rem;box-shadow:0 0 0 1px var(--grid)}
figure svg{flex:0 1 auto;min-width:0}
figcaption{flex:1 1 16rem;padding:.7rem;color:var(--muted);font-size:.9063rem;line-height:1.5;max-width:64ch}
figcaption b{display:block;color:var(--ink);font-weight:600}
footer{margin-top:4rem;padding-top:1rem;border-top:1px solid var(--grid);color:var(--muted);font-size:.875rem}
@media (max-width:34rem){
body{font-size:1rem}
figure{margin-inline:-1rem;max-width:none;flex-basis:100%!important;padding:.6rem;border-radius:0}
figcaption{padding:.4rem}
.figures{gap:1rem}
.facts{grid-template-columns:1fr 1fr;gap:0 1.25rem}
table{font-size:.875rem}
thead th{font-size:.7813rem}
th,td{padding-right:.6rem}
}
@media print{
@page{margin:18mm}
:root{color-scheme:light}
body{max-width:none;padding:0;font-size:10.5pt;background:none}
nav{display:none}
h2{break-after:avoid}
figure,tr,.facts div{break-inside:avoid}
.figures{display:block}
figure{box-shadow:none;padding:0;max-width:100%;margin-bottom:6mm}
.scroll{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`
