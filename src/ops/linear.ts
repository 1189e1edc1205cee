import { broadcastShapes, covers, type Shape, sizeOf } from '../base/shape.js'
import { emit } from '../graph/builder.js'
import type { Array64, Value } from '../graph/types.js'
import { mul, unbroadcast } from './binary.js'
import { defineOp, misfit, requireOneType } from './define.js'
import { transpose } from './reshape.js'

/** Y = A B over the last two axes; leading axes broadcast.  dA = dY Bᵀ, dB = Aᵀ dY. */
export const MatMul = defineOp({
  name: 'MatMul',
  since: 13,
  attrs: {},
  shape: (inputs) => {
    const [a, b] = inputs as readonly [Value, Value]
    requireOneType('MatMul', inputs)
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2))
    const fits = a.shape.length > 1 && b.shape.length > 1 && a.shape.at(-1) === b.shape.at(-2)
    if (!fits || !batch) return misfit('MatMul', 'shapes [..., m, k] and [..., k, n]', inputs)
    return [{ dtype: a.dtype, shape: [...batch, a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1] }]
  },
  kernel: (inputs, _, [y]) => {
    const [a, b] = inputs as readonly [Array64, Array64]
    const shape = y?.shape as readonly number[]
    const [m, n, k] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1, a.shape.at(-1) ?? 1]
    const out = new Float64Array(sizeOf(shape))
    const batch = shape.slice(0, -2)
    for (let i = 0; i < sizeOf(batch); i++) {
      const left = broadcastIndex(i, batch, a.shape.slice(0, -2)) * m * k
      const right = broadcastIndex(i, batch, b.shape.slice(0, -2)) * k * n
      const rows = {
        m,
        n,
        k,
        a: (r: number, c: number) => a.data[left + r * k + c],
        b: (r: number, c: number) => b.data[right + r * n + c],
      }
      out.set(product(rows), i * m * n)
    }
    return [out]
  },
  vjp: ({ inputs, dy }) => {
    const [a, b] = inputs as readonly [Value, Value]
    return [() => unbroadcast(matmul(dy, swapLast(b)), a.shape), () => unbroadcast(matmul(swapLast(a), dy), b.shape)]
  },
})
export const matmul = (a: Value, b: Value): Value => emit(MatMul, [a, b], {})

const swapLast = (x: Value) => {
  const rank = x.shape.length
  return transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2])
}

/** α A' B' + β C, with A' = A or Aᵀ. */
export interface GemmOptions {
  readonly transA?: boolean
  readonly transB?: boolean
  readonly alpha?: number
  readonly beta?: number
}

type GemmAttrs = { readonly transA: number; readonly transB: number; readonly alpha: number; readonly beta: number }

/**
 * Y = α A' B' + β C, matrices only, C broadcast.
 * dA' = α dY B'ᵀ and dB' = α A'ᵀ dY, each transposed back where A or B was; dC = β Σ dY.
 */
export const Gemm = defineOp<GemmAttrs>({
  name: 'Gemm',
  since: 13,
  attrs: { transA: 'int', transB: 'int', alpha: 'float', beta: 'float' },
  shape: (inputs, { transA, transB }) => {
    const [a, b, c] = inputs as readonly [Value, Value, Value | undefined]
    requireOneType('Gemm', inputs)
    const [m, ka] = transA ? [...a.shape].reverse() : a.shape
    const [kb, n] = transB ? [...b.shape].reverse() : b.shape
    const matrices = a.shape.length === 2 && b.shape.length === 2 && m !== undefined && n !== undefined
    if (!matrices || ka !== kb) return misfit('Gemm', 'matrices [m, k] and [k, n]', inputs)
    const shape: Shape = [m, n]
    if (c && !covers(shape, c.shape)) return misfit('Gemm', 'a third operand that broadcasts to [m, n]', inputs)
    return [{ dtype: a.dtype, shape }]
  },
  kernel: (inputs, { transA, transB, alpha, beta }, [y]) => {
    const [a, b, c] = inputs as readonly [Array64, Array64, Array64 | undefined]
    const shape = y?.shape as readonly [number, number]
    const [m, n] = shape
    const k = a.data.length / m
    const out = product({
      m,
      n,
      k,
      a: (r, i) => a.data[transA ? i * m + r : r * k + i],
      b: (i, col) => b.data[transB ? col * k + i : i * n + col],
    }).map((sum) => alpha * sum)
    if (!c) return [out]
    return [out.map((sum, i) => sum + beta * (c.data[broadcastIndex(i, shape, c.shape)] as number))]
  },
  vjp: ({ inputs, dy, attrs: { transA, transB, alpha, beta } }) => {
    const [a, b, c] = inputs as readonly [Value, Value, Value | undefined]
    const [ta, tb] = [transA === 1, transB === 1]
    return [
      () => (ta ? gemm(b, dy, { transA: tb, transB: true, alpha }) : gemm(dy, b, { transB: !tb, alpha })),
      () => (tb ? gemm(dy, a, { transA: true, transB: ta, alpha }) : gemm(a, dy, { transA: !ta, alpha })),
      c ? () => unbroadcast(mul(dy, beta), c.shape) : null,
    ]
  },
})
export function gemm(a: Value, b: Value, options: GemmOptions & { readonly c?: Value } = {}): Value {
  const { c, transA = false, transB = false, alpha = 1, beta = 1 } = options
  return emit(Gemm, c ? [a, b, c] : [a, b], { transA: +transA, transB: +transB, alpha, beta })
}

interface Product {
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: (row: number, col: number) => number | undefined
  readonly b: (row: number, col: number) => number | undefined
}

function product({ m, n, k, a, b }: Product): Float64Array {
  const out = new Float64Array(m * n)
  for (let r = 0; r < m; r++) {
    for (let c = 0; c < n; c++) {
      let sum = 0
      for (let i = 0; i < k; i++) sum += (a(r, i) as number) * (b(i, c) as number)
      out[r * n + c] = sum
    }
  }
  return out
}

/** Where element `i` of an array of shape `whole` is found in one of shape `part` that was broadcast to it. */
function broadcastIndex(i: number, whole: readonly number[], part: readonly number[]): number {
  let index = 0
  let stride = 1
  let rest = i
  for (let axis = whole.length - 1; axis >= 0; axis--) {
    const dim = whole[axis] as number
    const own = part[axis - whole.length + part.length] ?? 1
    if (own !== 1) index += (rest % dim) * stride
    stride *= own
    rest = Math.floor(rest / dim)
  }
  return index
}
