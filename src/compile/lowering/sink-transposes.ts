import { sameShape } from '../../base/shape.js'
import type { Rule } from '../../graph/rewrite.js'
import type { Node, Operator, Value } from '../../graph/types.js'
import {
  Abs,
  Add,
  Cast,
  Div,
  Elu,
  Equal,
  Exp,
  Greater,
  Less,
  Log,
  Max,
  Min,
  Mul,
  Neg,
  Pad,
  ReduceSum,
  Relu,
  Reshape,
  reduceSum,
  reshape,
  Sigmoid,
  Sign,
  Slice,
  Softplus,
  Sqrt,
  Sub,
  Tanh,
  Transpose,
  transpose,
} from '../../ops/index.js'
import { OUTWARD } from './innermost.js'

const ELEMENTWISE = new Set<unknown>([
  ...[Abs, Cast, Elu, Exp, Log, Neg, Relu, Sigmoid, Sign, Softplus, Sqrt, Tanh],
  ...[Add, Div, Equal, Greater, Less, Max, Min, Mul, Sub],
])

/**
 * Moves transpositions towards the end of the graph, until they meet one that undoes them; P, Q permute axes:
 *
 *   Q P x = (Q∘P) x      f(P x) = P f(x)      f(P x, y) = P f(x, P⁻¹ y)      Σ_axes P x = Σ_{P axes} x
 *   slice_axes P x = P slice_{P axes} x, and padding alike
 *
 * and a reshape of a reshape is one. Only images that are turned outward are moved: the transposes of matrices belong to
 * the products that they stand beside.
 */
export const sinkTransposes: Rule = (node, builder) => {
  const { op, inputs, attrs } = node
  const is = (other: unknown) => (op as unknown) === other
  const [x] = inputs as [Value]
  if (is(Reshape)) return reshaped(x, attrs.shape as readonly number[])
  const before = inputs.map(transposedFrom)
  const moved = before.find((each) => each !== undefined)
  if (!moved) return undefined
  const { perm } = moved
  if (is(Transpose)) {
    const composed = (attrs.perm as readonly number[]).map((axis) => perm[axis] as number)
    return [transpose(moved.x, composed)]
  }
  if (String(perm) !== String(OUTWARD)) return undefined
  if (ELEMENTWISE.has(op)) return elementwise(node, before, perm, (inside) => builder.emit(op, inside, attrs))
  if (is(ReduceSum) && attrs.keepdims === 0) return summed(moved, attrs.axes as readonly number[])
  if (is(Slice)) {
    const axes = (attrs.axes as readonly number[]).map((axis) => perm[axis] as number)
    return [transpose(builder.emit(op, [moved.x], { ...attrs, axes })[0] as Value, perm)]
  }
  if (is(Pad)) {
    const pads = attrs.pads as readonly number[]
    const own = [0, perm.length].flatMap((from) => perm.map((_, axis) => pads[from + perm.indexOf(axis)] as number))
    return [transpose(builder.emit(op, [moved.x], { pads: own })[0] as Value, perm)]
  }
  return undefined
}

interface Transposed {
  readonly x: Value
  readonly perm: readonly number[]
}

function transposedFrom({ source }: Value): Transposed | undefined {
  if (source.kind !== 'node' || !isOp(source.node.op, Transpose)) return undefined
  return { x: source.node.inputs[0] as Value, perm: source.node.attrs.perm as readonly number[] }
}

const isOp = (op: Operator, other: unknown): boolean => (op as unknown) === other

function reshaped({ source }: Value, shape: readonly number[]): readonly Value[] | undefined {
  if (source.kind !== 'node' || !isOp(source.node.op, Reshape) || shape.includes(-1)) return undefined
  return [reshape(source.node.inputs[0] as Value, shape)]
}

/** Every operand is a single number, has the result's shape and the same permutation, or is turned back. */
function elementwise(
  { inputs, outputs }: Node,
  before: readonly (Transposed | undefined)[],
  perm: readonly number[],
  emit: (inputs: readonly Value[]) => readonly Value[],
): readonly Value[] | undefined {
  const { shape } = outputs[0] as Value
  const isSingle = (x: Value) => x.shape.length === 0
  if (!inputs.every((x) => isSingle(x) || sameShape(x.shape, shape))) return undefined
  const back = perm.map((_, axis) => perm.indexOf(axis))
  const inside = inputs.map((x, i) => {
    const own = before[i]
    if (isSingle(x)) return x
    return own && String(own.perm) === String(perm) ? own.x : transpose(x, back)
  })
  return [transpose(emit(inside)[0] as Value, perm)]
}

/** Where what is left keeps its order. */
function summed({ x, perm }: Transposed, axes: readonly number[]): readonly Value[] | undefined {
  const left = perm.filter((_, axis) => !axes.includes(axis))
  if (left.some((axis, i) => i > 0 && axis < (left[i - 1] as number))) return undefined
  return [reduceSum(x, { axes: axes.map((axis) => perm[axis] as number).sort((a, b) => a - b) })]
}
