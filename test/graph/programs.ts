import fc from 'fast-check'
import { broadcastShapes, covers } from '../../src/base/shape.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { print } from '../../src/graph/print.js'
import type { Array64, Graph, Value } from '../../src/graph/types.js'
import * as ops from '../../src/ops/index.js'
import { float32 } from '../arrays.js'

/** A random graph with numbers to feed it. */
export class Program {
  constructor(
    readonly graph: Graph,
    readonly feeds: readonly Array64[],
  ) {}

  /** What a counterexample looks like. */
  toString(): string {
    return `\n${print(this.graph)}\nfed ${this.feeds.map(({ data }) => `[${data}]`).join(' ')}`
  }
}

const SHAPES = [[], [1], [4], [1, 4], [2, 1], [2, 4], [2, 4]]

/** Products of these, and of the lengths above, are exact in float32: moving them about rounds nothing. */
const NUMBERS = [0, 1, -1, 2, 0.5, -0.25, 3]

interface Step {
  readonly kind: number
  readonly a: number
  readonly b: number
  readonly n: number
}

type Make = (a: Value, b: Value, number: number) => Value | undefined

const fits = (a: Value, b: Value) => broadcastShapes(a.shape, b.shape) !== undefined

/** What a step may do; nothing where its operands do not fit. */
const KINDS: readonly Make[] = [
  (a) => ops.tanh(a),
  (a) => ops.sigmoid(a),
  (a) => ops.softplus(a),
  (a) => ops.relu(a),
  (a) => ops.elu(a),
  (a) => ops.neg(a),
  (a) => ops.abs(a),
  (a) => ops.identity(a),
  (a) => ops.sqrt(ops.add(ops.abs(a), 1)),
  (a, b) => (fits(a, b) ? ops.add(a, b) : undefined),
  (a, b) => (fits(a, b) ? ops.sub(a, b) : undefined),
  (a, b) => (fits(a, b) ? ops.mul(ops.tanh(a), b) : undefined),
  (a, b) => (fits(a, b) ? ops.where(ops.greater(a, b), a, b) : undefined),
  (a, b) => (fits(a, b) ? ops.max(a, b) : undefined),
  (a, b) => (fits(a, b) ? ops.min(a, b) : undefined),
  (a, _, number) => ops.add(a, number),
  (a, _, number) => ops.sub(number, a),
  (a, _, number) => ops.mul(a, number),
  (a, b, number) => (fits(a, b) ? ops.sub(ops.mul(a, number), ops.mul(number, b)) : undefined),
  (a, b, number) => (fits(a, b) ? ops.mul(ops.mul(ops.tanh(a), number), ops.mul(b, 0.5)) : undefined),
  (a, _, number) => ops.mul(a, ops.expand(a.builder.scalar(number), [1, 1])),
  (a) => ops.div(a, 2),
  (a) => (covers([2, 4], a.shape) ? ops.expand(a, [2, 4]) : undefined),
  (a, b) =>
    covers([2, 4], a.shape) && covers([2, 4], b.shape) ? ops.mul(ops.expand(a, [2, 4]), ops.tanh(b)) : undefined,
  (a, _, number) => ops.add(ops.expand(a, [2, ...a.shape]), number),
  (a) => ops.reduceSum(a),
  (a, _, number) => ops.reduceSum(ops.mul(a, number), a.shape.length > 0 ? { axes: [-1], keepdims: true } : {}),
  (a) => ops.reduceMean(a),
  (a) => ops.reduceSumSquare(ops.tanh(a)),
  (a) =>
    ops.transpose(
      a,
      a.shape.map((_, axis) => a.shape.length - 1 - axis),
    ),
  (a) => ops.reshape(a, [(a.shape as number[]).reduce((size, dim) => size * dim, 1)]),
  (a, b, number) => product(ops.mul(ops.tanh(a), number), b),
  (a, b) => (a.shape.length === b.shape.length && a.shape.length === 1 ? ops.concat([a, b], 0) : undefined),
  (a) => (a.shape[0] === 4 || a.shape[0] === 2 ? ops.slice(a, { axis: 0, from: 1, to: 2 }) : undefined),
]

/** A matrix product however it can be had. */
function product(a: Value, b: Value): Value | undefined {
  const [m, k] = a.shape
  if (a.shape.length !== 2 || b.shape.length !== 2) return undefined
  if (k === b.shape[0]) return ops.matmul(a, b)
  if (k === b.shape[1]) return ops.gemm(a, b, { transB: true })
  return m === b.shape[0] ? ops.gemm(a, b, { transA: true, alpha: 0.5 }) : undefined
}

function build(steps: readonly Step[], values: readonly number[]): Program {
  const builder = new GraphBuilder()
  let used = 0
  const feeds = SHAPES.map((shape) => {
    const size = shape.reduce((product, dim) => product * dim, 1)
    used += size
    return float32(shape, values.slice(used - size, used))
  })
  const inputs = SHAPES.map((shape, i) => builder.input(`x${i}`, { dtype: 'float32', shape }))
  const pool: Value[] = [...inputs]
  for (const { kind, a, b, n } of steps) {
    // the newest values are picked most, so that graphs grow deep
    const pick = (index: number) => pool[Math.max(0, pool.length - 1 - index)] as Value
    const made = KINDS[kind % KINDS.length]?.(pick(a), pick(b), NUMBERS[n % NUMBERS.length] ?? 1)
    if (made) pool.push(made)
  }
  const [first, last] = [pool.at(-2) as Value, pool.at(-1) as Value]
  const gradients = ops.grad(ops.reduceSum(ops.tanh(last)), inputs)
  const named = Object.fromEntries(gradients.map((dx, i) => [`dx${i}`, dx]))
  return new Program(builder.build({ first, last, ...named }), feeds)
}

const LENGTH = SHAPES.flat(0).reduce((sum, shape) => sum + shape.reduce((size, dim) => size * dim, 1), 0)

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat({ max: KINDS.length - 1 }),
  a: fc.nat({ max: 8 }),
  b: fc.nat({ max: 8 }),
  n: fc.nat({ max: NUMBERS.length - 1 }),
})

/** Graphs of up to 16 operators and their gradients, and numbers of size 0.25 to 2. */
export const programs: fc.Arbitrary<Program> = fc
  .tuple(
    fc.array(step, { minLength: 1, maxLength: 16 }),
    fc.array(fc.tuple(fc.integer({ min: 250, max: 2000 }), fc.boolean()), { minLength: LENGTH, maxLength: LENGTH }),
  )
  .map(([steps, values]) =>
    build(
      steps,
      values.map(([size, negative]) => (negative ? -size : size) / 1000),
    ),
  )
