/** @import { NodeProfile, StepProfile } from '../../src/app/step-profile.js' */
import { escapeHtml, machineLine, number, percent } from './markup.js'
import { obstacle } from './obstacles.js'

/** Below this fraction of the best rate for its shape the page says what stands in the way. */
const GOOD = 0.6

/** What operators do, by their name; the first that fits. */
const KINDS = [
  { what: 'convolutions and matrix products', ops: /Conv$|Gemm$|MatMul$/ },
  {
    what: 'copies from one place to another',
    ops: /^(Slice|Concat|Gather|Pad|Transpose|Reshape|Split|Expand|Resize|Identity|Reorder\w+)$/,
  },
  { what: 'sums and what is computed value by value', ops: /./ },
]

/**
 * Nodes that do the same in one part of one layer, as the four phases of a resized convolution; from the lowest fraction of
 * the best rate for their shape to the highest.
 *
 * @typedef {{ nodes: readonly NodeProfile[], title: string, product: string, ms: number, share: number, gflops: number, lowest: number, fractions: string }} Group
 */

/** @param {StepProfile} profile */
export function renderProfile({ recipe, preset, batchSize, stepMs, operatorMs, stages, operators, machine, nodes }) {
  const groups = groupsOf(nodes)
  const parts = stages.filter(({ share }) => share >= 0.01).map(({ stage, share }) => `${stage} ${percent(share)}`)
  return `<section><h2>Where a ${recipe} step goes</h2>
<p class="muted">The ${preset} preset, batches of ${batchSize}: ${number(stepMs)} ms a step, and ${number(operatorMs)} ms in operators under the runtime's profiler.
Its products alone would take ${number(machine.productMs)} ms at the machine's best rate, ${number(machine.gflops)} GFLOP/s.</p>
<p>Of the time in operators, ${sharesOf(operators).join(', ')}. By part: ${parts.join(', ')}.</p>
${renderTable(groups)}
<h3>What stands in the way below ${percent(GOOD)}</h3>
${renderLow(groups.filter(({ lowest }) => lowest < GOOD))}
<p class="muted">${machineLine(/** @type {{}} */ (machine))}</p></section>`
}

/** @param {readonly NodeProfile[]} nodes */
function groupsOf(nodes) {
  /** @type {Map<string, NodeProfile[]>} */
  const groups = new Map()
  for (const node of nodes) {
    if (!node.product) continue
    const { batch, m, k, n } = node.product
    const key = [titleOf(node), batch, m, k, n].join(' ')
    groups.set(key, [...(groups.get(key) ?? []), node])
  }
  return [...groups.values()].map(summaryOf).sort((a, b) => b.ms - a.ms)
}

/** @param {readonly NodeProfile[]} members  at least one @returns {Group} */
function summaryOf(members) {
  const nodes = members.toSorted((a, b) => fractionOf(a) - fractionOf(b))
  const [first, last] = [/** @type {NodeProfile} */ (nodes[0]), /** @type {NodeProfile} */ (nodes.at(-1))]
  const sum = (/** @type {(node: NodeProfile) => number} */ of) => nodes.reduce((total, node) => total + of(node), 0)
  const [low, high] = [percent(fractionOf(first)), percent(fractionOf(last))]
  const ms = sum((node) => node.ms)
  return {
    nodes,
    title: titleOf(first),
    product: `${nodes.length > 1 ? `${nodes.length} times ` : ''}${productOf(first)}`,
    ms,
    share: sum(({ share }) => share),
    gflops: sum((node) => (node.product?.gflops ?? 0) * node.ms) / ms,
    lowest: fractionOf(first),
    fractions: low === high ? low : `${low.slice(0, -1)}–${high}`,
  }
}

/** @param {NodeProfile} node */
const fractionOf = ({ product }) => product?.fractionOfBest ?? 0

/** The layer of `backward/encoder.2/Conv.860`, which way it is gone through, and by what. @param {NodeProfile} node */
function titleOf({ name, stage, op, inputs: [, weight] }) {
  const layer = name.split('/').at(-2)
  if (!/Conv$/.test(op) || weight?.length !== 4) return `${layer} ${stage}, ${op}`
  const [filters, channels, height, width] = weight
  return `${layer} ${stage}, ${op} ${height}×${width}, ${channels} → ${filters}`
}

/** @param {NodeProfile} node */
function productOf({ product }) {
  const { batch, m, k, n } = product ?? { batch: 0, m: 0, k: 0, n: 0 }
  return `${batch > 1 ? `${batch} of ` : ''}${m}×${k}×${n}`
}

/** @param {StepProfile['operators']} operators */
function sharesOf(operators) {
  const kindOf = (/** @type {string} */ op) => KINDS.find(({ ops }) => ops.test(op))
  return KINDS.map((kind) => {
    const share = operators.reduce((sum, each) => sum + (kindOf(each.op) === kind ? each.share : 0), 0)
    return `${percent(share)} goes to ${kind.what}`
  })
}

/** @param {readonly Group[]} groups */
function renderTable(groups) {
  const rows = groups.map(
    ({ title, product, share, ms, gflops, lowest, fractions }) =>
      `<tr${lowest < GOOD ? ' class="low"' : ''}><th scope="row">${escapeHtml(title)} <small>${product}</small></th><td>${percent(share)}</td><td>${number(ms)}</td><td>${number(gflops)}</td><td>${fractions}</td></tr>`,
  )
  const sum = (/** @type {(group: Group) => number} */ of) => groups.reduce((total, group) => total + of(group), 0)
  return `<table class="stacked"><thead><tr><th scope="col">convolution or product</th><th scope="col">share</th><th scope="col">ms</th><th scope="col">GFLOP/s</th><th scope="col">of best</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
<tfoot><tr><th scope="row">all of them</th><td>${percent(sum(({ share }) => share))}</td><td>${number(sum(({ ms }) => ms))}</td><td></td><td></td></tr></tfoot></table>
<p class="muted">Of best: of the best rate of a bare product of this shape, for a convolution windows × window × filters, measured in the
same run. Above 100% the node is faster than the bare product, whose matrices lie otherwise.</p>`
}

/** @param {readonly Group[]} low */
function renderLow(low) {
  if (low.length === 0) return '<p>Nothing is below.</p>'
  const items = low.map(
    ({ nodes: [worst], title, fractions }) =>
      `<li><strong>${escapeHtml(title)}, ${fractions}:</strong> ${worst ? escapeHtml(obstacle(worst)) : ''}</li>`,
  )
  return `<p>ONNX Runtime computes a convolution as a product of its filters and a copy of its windows, filters first: it packs the
long side for the sake of few rows, and each value that was copied is used once for each filter. The best rate for a shape is that of
the bare product with the long side first.</p>
<ul>${items.join('\n')}</ul>`
}
