/** @import { NodeProfile } from '../../src/app/step-profile.js' */
import { number, percent } from './markup.js'

/** The smallest difference between rates that is one. */
const NOTABLE = 0.05

/**
 * What keeps a node from the best rate for its shape, in words, by what kind of node it is and what was measured of it.
 *
 * A convolution is the product filters × windows, whose windows are copied first. A convolution of one pixel, which copies
 * nothing, was measured to run at the rate of the bare product with the filters first. So the way from the best rate for the
 * shape to that one is the order of the matrices, and the rest of the way is the copies, with what else a convolution does.
 *
 * @param {NodeProfile} node  with a product
 */
export function obstacle({ op, inputs: [, weight, bias], product, ms }) {
  const { m, k, n, best, gflops, filtersFirst } = product ?? { m: 0, k: 0, n: 0, best: 0, gflops: 0 }
  if (filtersFirst === undefined) return `${op} of ${m}×${k}×${n}: why is not known.`
  const [, , height = 1, width = 1] = weight ?? []
  const said = []
  if (filtersFirst < (1 - NOTABLE) * best) {
    said.push(
      `with its ${n} filters first, the bare product reaches ${number(filtersFirst)} of ${number(best)} GFLOP/s (${percent(filtersFirst / best)})`,
    )
  }
  if (gflops < (1 - NOTABLE) * filtersFirst) {
    const over = number(ms * (1 - gflops / filtersFirst))
    const copies = height * width > 1 ? `copying ${number((4 * m * k) / 1e6)} MB of windows for ${n} filters` : ''
    const rest = [copies, bias ? 'adding the bias' : ''].filter((each) => each !== '').join(' and ')
    said.push(`${over} of its ${number(ms)} ms are ${rest === '' ? 'not explained' : rest}`)
  }
  return `${said.join('; ')}.`
}
