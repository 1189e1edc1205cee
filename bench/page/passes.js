/** @import { PassesReport } from '../types.js' */
import { escapeHtml, machineLine, number } from './markup.js'

/** @param {PassesReport} report */
export function renderPasses({ passes, machine }) {
  const rows = passes
    .toSorted((a, b) => b.ratio - a.ratio)
    .map(
      ({ pass, recipe, preset, withMs, withoutMs, ratio, spread }) =>
        `<tr><th scope="row">${escapeHtml(pass)} <small>${escapeHtml(recipe)}, ${escapeHtml(preset)} preset</small></th><td>${number(withMs)}</td><td>${number(withoutMs)}</td><td>× ${ratio.toFixed(2)} <small>${spread.map((each) => each.toFixed(2)).join('–')}</small></td></tr>`,
    )
  return `<section><h2>What each lowering pass is worth</h2>
<p class="muted">Milliseconds of a training step with the pass and with everything but the pass, taken in turn; × is the time without divided
by the time with it, the median over turns, and quartiles: above 1, the pass is worth it. Passes that a graph cannot do without are not
listed.</p>
<table><thead><tr><th scope="col">pass</th><th scope="col">ms with</th><th scope="col">ms without</th><th scope="col">without ÷ with</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
<p class="muted">${machineLine(machine)}</p></section>`
}
