/** @import { PassesReport, PassResult } from './types.js' */
import { writeFileSync } from 'node:fs'
import { askDoctor } from './runner/doctor.js'
import { describeMachine } from './runner/machine.js'

/**
 * Writes results/passes.json, what each optional lowering pass is worth: `node bench/passes.js`. Steps with and without it
 * are taken in turn.
 */

/** Steps of each kind: some ten turns of four tenths of a second. */
const STEPS = { dense: '1500', convolutional: '80' }

/** Each pass, with a recipe that it matters for. */
const CASES = [
  { pass: 'dropExpands', recipe: 'sparse', preset: 'default', steps: STEPS.dense },
  { pass: 'sinkScales', recipe: 'vanilla', preset: 'default', steps: STEPS.dense },
  ...[
    'phaseConvolutions',
    'flipConvTranspose',
    'convolveInnermost',
    'splitMaxPool',
    'sinkTransposes',
    'splitSoftplus',
  ].map((pass) => ({ pass, recipe: 'convolutional', preset: 'book', steps: STEPS.convolutional })),
]

const machine = describeMachine()
/** @type {PassResult[]} */
const passes = []
for (const { pass, recipe, preset, steps } of CASES) {
  const { profile, others } = await askDoctor([recipe, '--preset', preset, '--without', pass, '--steps', steps])
  const { worth, stepMs } = profile
  if (!worth) throw new Error(`expected what leaving ${pass} out costs, found nothing: the build is too old`)
  passes.push({
    ...{ pass, recipe, preset, withMs: worth.stepMs, withoutMs: stepMs, ratio: worth.ratio, spread: worth.spread },
    ...{ turns: worth.turns, ...(others !== undefined && { others }) },
  })
  process.stderr.write(
    `${pass.padEnd(20)} ${recipe.padEnd(14)} with ${worth.stepMs.toFixed(2)} ms, without ${stepMs.toFixed(2)} ms, × ${worth.ratio.toFixed(3)} (${worth.spread.map((ratio) => ratio.toFixed(3)).join('–')}, ${worth.turns} turns)\n`,
  )
}
/** @type {PassesReport} */
const report = { passes, machine }
writeFileSync(new URL('results/passes.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`)
