import { sameShape } from '../../base/shape.js'
import type { Rule } from '../../graph/rewrite.js'
import type { Node, Value } from '../../graph/types.js'
import { Gemm, gemm, Mul, mul, ReduceSum, reduceSum, Sub, sub } from '../../ops/index.js'

/**
 * Moves constant factors towards the end of the graph, where they cost nothing: matrix products take them as α, and
 * reductions leave fewer numbers to scale. The 2/n of a mean never touches a batch-sized tensor.
 *
 *   (c x)(d y) = (c d)(x y)      c x − c y = c (x − y)
 *   Σ c x = c Σ x                α (c A)(d B) + β C = (α c d) A B + β C
 */
export const sinkScales: Rule = ({ op, inputs, attrs, outputs }) => {
  const is = (other: unknown) => (op as unknown) === other
  const [a, b] = inputs.map(factored) as [Factored, Factored]
  if (is(Mul) && a.factor * b.factor !== 1 && a.rest && b.rest) return [mul(mul(a.rest, b.rest), a.factor * b.factor)]
  if (is(Mul) && a.rest && !b.rest && a.factor !== 1 && sameShape(a.rest.shape, (outputs[0] as Value).shape))
    return [mul(a.rest, a.factor * b.factor)]
  if (is(Sub) && a.factor !== 1 && a.factor === b.factor && a.rest && b.rest)
    return [mul(sub(a.rest, b.rest), a.factor)]
  if (is(ReduceSum) && a.factor !== 1 && a.rest) {
    const { axes, keepdims } = attrs as { axes: readonly number[]; keepdims: number }
    return [mul(reduceSum(a.rest, { axes, keepdims: keepdims === 1 }), a.factor)]
  }
  if (is(Gemm) && a.factor * b.factor !== 1 && a.rest && b.rest) {
    const { transA, transB, alpha, beta } = attrs as Readonly<Record<'transA' | 'transB' | 'alpha' | 'beta', number>>
    const options = { transA: transA === 1, transB: transB === 1, alpha: alpha * a.factor * b.factor, beta }
    return [gemm(a.rest, b.rest, inputs[2] ? { ...options, c: inputs[2] } : options)]
  }
  return undefined
}

/** A value as factor · rest; a constant number has no rest. */
interface Factored {
  readonly factor: number
  readonly rest: Value | undefined
}

function factored(value: Value): Factored {
  const number = numberOf(value)
  if (number !== undefined) return { factor: number, rest: undefined }
  const node = value.source.kind === 'node' ? value.source.node : undefined
  if (node && (node.op as unknown) === Mul) return factoredProduct(value, node)
  return { factor: 1, rest: value }
}

function factoredProduct(value: Value, { inputs }: Node): Factored {
  for (const [x, y] of [inputs, [...inputs].reverse()] as [Value, Value][]) {
    const number = numberOf(y)
    if (number !== undefined && sameShape(x.shape, value.shape)) return { factor: number, rest: x }
  }
  return { factor: 1, rest: value }
}

function numberOf({ source, dtype }: Value): number | undefined {
  if (source.kind !== 'constant' || source.name !== undefined) return undefined
  return source.tensor.data.length === 1 && dtype === 'float32' ? Number(source.tensor.data[0]) : undefined
}
