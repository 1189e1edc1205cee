/** @import { Agreement, AgreementCheck, Measured } from '../types.js' */

/**
 * The first check, before any round: so few steps that float32 sums in another order cannot be told apart from it. Passes of
 * encoding are all the same.
 */
export const FIRST_CHECK = { train: { steps: 10, tolerance: 2e-4 }, encode: { steps: 2, tolerance: 2e-4 } }

/** After a whole round, rounding has had time to grow. */
const ROUND_TOLERANCE = 0.01

/**
 * Whether everyone computed the same thing: same weights, same samples, same order, same algorithm give the same loss.
 *
 * @param {ReadonlyMap<string, Measured>} first  by engine, after the steps of the first check
 * @param {ReadonlyMap<string, { readonly steps: number, readonly rounds: ReadonlyMap<number, Measured> }>} turns
 * @param {string} reference  the engine that the others are compared with
 * @param {import('../types.js').Task} task
 * @returns {Agreement}
 */
export function agreementOf(first, turns, reference, task) {
  const { steps = 0 } = turns.get(reference) ?? {}
  /** @type {Map<string, Measured>} */
  const last = new Map()
  for (const [name, { steps: own, rounds }] of turns) {
    const trained = [...rounds.values()].at(-1)
    if (own === steps && trained) last.set(name, trained)
  }
  const checks = [
    check(first, reference, FIRST_CHECK[task]),
    check(last, reference, { steps, tolerance: ROUND_TOLERANCE }),
  ]
  return { agreed: checks.every(({ agreed }) => agreed), checks }
}

/**
 * @param {ReadonlyMap<string, Measured>} measured
 * @param {string} reference
 * @param {{ readonly steps: number, readonly tolerance: number }} terms
 * @returns {AgreementCheck}
 */
function check(measured, reference, { steps, tolerance }) {
  const expected = Object.entries(measured.get(reference)?.figures ?? {})
  const near = (/** @type {number} */ wanted, /** @type {number | undefined} */ found) =>
    found !== undefined && Math.abs(found - wanted) <= tolerance * Math.abs(wanted)
  const all = [...measured].map(([name, { figures }]) => /** @type {const} */ ([name, figures]))
  return {
    agreed:
      expected.length > 0 && all.every(([, figures]) => expected.every(([key, value]) => near(value, figures[key]))),
    steps,
    tolerance,
    figures: Object.fromEntries(all),
  }
}
