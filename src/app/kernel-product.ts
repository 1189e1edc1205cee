import { sizeOf } from '../base/shape.js'
import type { Product } from '../compile/products.js'
import type { KernelRun } from '../runtime/ort-node-profile.js'

type Shapes = Pick<KernelRun, 'inputs' | 'outputs'>

/** The matrix product that an operator comes to, if it does: convolutions as im2col has it. */
export function productOf({ op, ...shapes }: Pick<KernelRun, 'op'> & Shapes): Product | undefined {
  if (isConvolution({ op })) return ofConvolution(shapes)
  if (/ConvTranspose$/.test(op)) return ofTransposed(shapes)
  if (/(MatMul|Gemm)$/.test(op)) return ofMatrices(shapes)
  return undefined
}

export const isConvolution = ({ op }: Pick<KernelRun, 'op'>): boolean => /Conv$/.test(op)

/** The same operations for the transpose of the product: Bᵀ Aᵀ. */
export const turned = ({ batch, m, k, n }: Product): Product => ({ batch, m: n, k, n: m })

/** Multiplications and additions, each counted as one. */
export const flopsOf = ({ batch, m, k, n }: Product): number => 2 * batch * m * k * n

/** x [b, ci, h, w], weight [co, ci/groups, kh, kw] → [b, co, oh, ow]: rows are pixels, columns are channels. */
function ofConvolution({ inputs: [, weight], outputs: [y] }: Shapes): Product | undefined {
  if (weight?.length !== 4 || y?.length !== 4) return undefined
  const [co = 1, ...window] = weight
  return { batch: 1, m: sizeOf(y) / co, k: sizeOf(window), n: co }
}

/** x [b, ci, h, w], weight [ci, co/groups, kh, kw]: each pixel's channels make a window of output. */
function ofTransposed({ inputs: [x, weight] }: Shapes): Product | undefined {
  if (weight?.length !== 4 || x?.length !== 4) return undefined
  const [ci = 1, ...window] = weight
  return { batch: 1, m: sizeOf(x) / ci, k: ci, n: sizeOf(window) }
}

/**
 * Y [..., m, n] says all but k. An operand that is not broadcast has batch × m × k elements, or batch × k × n, whichever way
 * it is turned; one that is broadcast has fewer; one that is an initialiser is not listed.
 */
function ofMatrices({ inputs: [a, b], outputs: [y] }: Shapes): Product | undefined {
  if (!a || !y || y.length < 2) return undefined
  const [m, n] = y.slice(-2) as [number, number]
  const batch = sizeOf(y.slice(0, -2))
  const k = Math.max(sizeOf(a) / (batch * m), b ? sizeOf(b) / (batch * n) : 0)
  return Number.isInteger(k) && k > 0 ? { batch, m, k, n } : undefined
}
