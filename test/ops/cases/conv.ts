import type { Array64, Attrs } from '../../../src/graph/types.js'
import { Draw, shapesOf } from '../../arrays.js'
import { type AttrsOf, type Case, type CasesOf, noteOf } from './case.js'

const draw = new Draw('conv')

const noted = <A extends Attrs>(inputs: readonly Array64[], attrs: A): Case<A> => ({
  note: `${noteOf(inputs)} ${JSON.stringify(attrs)}`,
  inputs,
  attrs,
})

/** x, w, strides, pads, dilations. */
const CONVOLUTIONS = [
  '[1, 1, 1, 1] [1, 1, 1, 1] [1, 1] [0, 0, 0, 0] [1, 1]',
  '[2, 1, 4, 5] [3, 1, 3, 3] [1, 1] [1, 1, 1, 1] [1, 1]',
  '[2, 3, 4, 4] [1, 3, 3, 3] [1, 1] [1, 1, 1, 1] [1, 1]',
  '[2, 2, 5, 4] [3, 2, 3, 3] [1, 1] [1, 1, 1, 1] [1, 1]',
  '[2, 2, 5, 4] [3, 2, 3, 3] [1, 1] [0, 0, 0, 0] [1, 1]',
  '[2, 3, 4, 4] [2, 3, 1, 1] [1, 1] [0, 0, 0, 0] [1, 1]',
  '[1, 2, 6, 6] [2, 2, 2, 2] [2, 2] [0, 0, 0, 0] [1, 1]',
  '[1, 2, 7, 6] [2, 2, 3, 3] [2, 2] [1, 1, 1, 1] [1, 1]',
  '[2, 2, 7, 7] [1, 2, 3, 3] [2, 2] [0, 0, 1, 1] [1, 1]',
  '[1, 1, 8, 7] [2, 1, 2, 3] [3, 2] [0, 1, 0, 0] [1, 1]',
  '[1, 2, 7, 7] [2, 2, 3, 3] [1, 1] [2, 2, 2, 2] [2, 2]',
  '[1, 2, 7, 8] [1, 2, 2, 3] [2, 3] [0, 1, 1, 0] [2, 1]',
  '[2, 1, 3, 5] [2, 1, 3, 1] [1, 1] [0, 0, 0, 0] [1, 1]',
  '[1, 2, 4, 4] [2, 2, 2, 2] [1, 1] [0, 0, 1, 1] [1, 1]',
  '[1, 1, 5, 5] [1, 1, 5, 5] [1, 1] [2, 2, 2, 2] [1, 1]',
  '[1, 2, 2, 2] [2, 2, 3, 3] [1, 1] [2, 2, 2, 2] [1, 1]',
  '[1, 1, 6, 6] [1, 1, 2, 2] [4, 3] [0, 0, 0, 0] [1, 1]',
]

function convolutions(): Case<AttrsOf<'Conv'>>[] {
  return CONVOLUTIONS.map((row, i) => {
    const [x = [], w = [], strides = [], pads = [], dilations = []] = shapesOf(row)
    const inputs = [draw.reals(...x), draw.reals(...w), ...(i % 2 ? [draw.reals(w[0] ?? 1)] : [])]
    return noted(inputs, { strides, pads, dilations })
  })
}

/** x, w, strides, pads, dilations, output padding. */
const TRANSPOSED = [
  '[1, 1, 1, 1] [1, 1, 1, 1] [1, 1] [0, 0, 0, 0] [1, 1] [0, 0]',
  '[2, 3, 4, 5] [3, 2, 3, 3] [1, 1] [1, 1, 1, 1] [1, 1] [0, 0]',
  '[2, 3, 4, 4] [3, 1, 3, 3] [1, 1] [1, 1, 1, 1] [1, 1] [0, 0]',
  '[2, 1, 4, 4] [1, 2, 3, 3] [1, 1] [0, 0, 0, 0] [1, 1] [0, 0]',
  '[1, 2, 3, 3] [2, 3, 2, 2] [2, 2] [0, 0, 0, 0] [1, 1] [0, 0]',
  '[1, 2, 3, 4] [2, 2, 3, 3] [2, 2] [1, 1, 1, 1] [1, 1] [1, 1]',
  '[2, 2, 4, 3] [2, 1, 3, 3] [2, 2] [0, 0, 1, 1] [1, 1] [0, 0]',
  '[1, 1, 3, 3] [1, 2, 2, 3] [3, 2] [0, 1, 0, 0] [1, 1] [2, 0]',
  '[1, 2, 5, 5] [2, 2, 3, 3] [1, 1] [2, 2, 2, 2] [2, 2] [0, 0]',
  '[1, 2, 3, 3] [2, 1, 2, 3] [2, 3] [0, 1, 1, 0] [2, 1] [1, 2]',
  '[1, 2, 3, 4] [2, 2, 1, 1] [1, 1] [0, 0, 0, 0] [1, 1] [0, 0]',
  '[1, 1, 2, 2] [1, 1, 2, 2] [4, 3] [0, 0, 0, 0] [1, 1] [0, 0]',
]

function transposed(): Case<AttrsOf<'ConvTranspose'>>[] {
  return TRANSPOSED.map((row, i) => {
    const [x = [], w = [], strides = [], pads = [], dilations = [], output_padding = []] = shapesOf(row)
    const inputs = [draw.reals(...x), draw.reals(...w), ...(i % 2 ? [draw.reals(w[1] ?? 1)] : [])]
    return noted(inputs, { strides, pads, dilations, output_padding })
  })
}

/** The same convolutions, differentiated by their weights. */
function weightGrads(): Case<AttrsOf<'ConvWeightGrad'>>[] {
  return CONVOLUTIONS.map((row) => {
    const [x = [], w = [], strides = [], pads = [], dilations = []] = shapesOf(row)
    const [n = 0, , ...plane] = x
    const kernel = w.slice(2)
    const dy = plane.map((length, axis) => {
      const reach = (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1
      return Math.floor((length + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0) - reach) / (strides[axis] ?? 1)) + 1
    })
    const inputs = [draw.reals(...x), draw.reals(n, w[0] ?? 1, ...dy)]
    return noted(inputs, { kernel_shape: kernel, strides, pads, dilations })
  })
}

export const CONV: CasesOf<'Conv' | 'ConvTranspose' | 'ConvWeightGrad'> = {
  Conv: convolutions(),
  ConvTranspose: transposed(),
  ConvWeightGrad: weightGrads(),
}
