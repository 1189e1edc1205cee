import type { Rule } from '../../graph/rewrite.js'
import type { Value } from '../../graph/types.js'
import { ConvWeightGrad, concat, matmul, pad, reduceSum, reshape, slices, transpose } from '../../ops/index.js'

/**
 * One matrix product per element u of the kernel, over shifted windows x_u[i] = x[s i + d u − p] of the padded images:
 *
 *   w̄[m, c, u] = Σₙ Σᵢ ȳ[n, m, i] x_u[n, c, i] = Σₙ ȳₙ x_uₙᵀ
 */
export const expandConvWeightGrad: Rule = ({ op, inputs, attrs, outputs }) => {
  if ((op as unknown) !== ConvWeightGrad) return undefined
  const [x, dy] = inputs as [Value, Value]
  const { strides, pads, dilations } = attrs as Readonly<Record<'strides' | 'pads' | 'dilations', [number, number]>>
  const [m, c, kh, kw] = (outputs[0] as Value).shape as [number, number, number, number]
  const [n, , oh, ow] = dy.shape as [number, number, number, number]
  const [top = 0, left = 0, bottom = 0, right = 0] = pads as readonly number[]
  const padded = pad(x, { before: [0, 0, top, left], after: [0, 0, bottom, right] })
  const rows = reshape(dy, [n, m, oh * ow])
  const parts: Value[] = []
  for (let u = 0; u < kh; u++) {
    for (let v = 0; v < kw; v++) {
      const shifted = slices(padded, [
        { axis: 2, from: u * dilations[0], to: u * dilations[0] + (oh - 1) * strides[0] + 1, step: strides[0] },
        { axis: 3, from: v * dilations[1], to: v * dilations[1] + (ow - 1) * strides[1] + 1, step: strides[1] },
      ])
      const columns = transpose(reshape(shifted, [n, c, oh * ow]), [0, 2, 1])
      parts.push(reshape(reduceSum(matmul(rows, columns), { axes: [0] }), [m, c, 1]))
    }
  }
  return [reshape(concat(parts, 2), [m, c, kh, kw])]
}
