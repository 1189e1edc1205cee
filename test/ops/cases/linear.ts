import { Draw, shapesOf } from '../../arrays.js'
import { type AttrsOf, type Case, type CasesOf, noteOf, plain } from './case.js'

const PRODUCTS = [
  '[1, 1] [1, 1]',
  '[2, 3] [3, 4]',
  '[1, 5] [5, 1]',
  '[3, 1] [1, 3]',
  '[7, 5] [5, 2]',
  '[5, 2, 3] [3, 4]',
  '[2, 3] [5, 3, 4]',
  '[2, 2, 3] [2, 3, 1]',
  '[1, 2, 3] [4, 3, 2]',
  '[2, 1, 2, 3] [4, 3, 2]',
  '[3, 1, 1, 2] [1, 2, 2, 3]',
]

function products(): Case<Record<never, never>>[] {
  const draw = new Draw('MatMul')
  return plain(...PRODUCTS.map((pair) => shapesOf(pair).map((shape) => draw.reals(...shape))))
}

type GemmAttrs = AttrsOf<'Gemm'>

/** Every pair of transpositions with every way for the third operand to broadcast to [3, 2]. */
function affine(): Case<GemmAttrs>[] {
  const draw = new Draw('Gemm')
  const thirds = [undefined, ...shapesOf('[2] [1, 2] [3, 1] [3, 2] [] [1] [1, 1]')]
  const factors = [
    { alpha: 1, beta: 1 },
    { alpha: 0.5, beta: -2 },
    { alpha: -0.3, beta: 1 },
    { alpha: 2, beta: 0.7 },
  ]
  return [0, 1].flatMap((transA) =>
    [0, 1].flatMap((transB) =>
      thirds.map((third, i) => {
        const operands = [transA ? draw.reals(4, 3) : draw.reals(3, 4), transB ? draw.reals(2, 4) : draw.reals(4, 2)]
        const inputs = third ? [...operands, draw.reals(...third)] : operands
        const attrs: GemmAttrs = {
          transA,
          transB,
          ...(factors[(i + transA + 2 * transB) % 4] ?? { alpha: 1, beta: 1 }),
        }
        return { note: `${noteOf(inputs)} ${JSON.stringify(attrs)}`, inputs, attrs }
      }),
    ),
  )
}

export const LINEAR: CasesOf<'MatMul' | 'Gemm'> = { MatMul: products(), Gemm: affine() }
