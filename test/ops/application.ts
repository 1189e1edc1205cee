import { expandConvWeightGrad } from '../../src/compile/lowering/expand-conv-weight-grad.js'
import { expandMaxPoolGrad } from '../../src/compile/lowering/expand-max-pool-grad.js'
import { expandMaxPoolPick } from '../../src/compile/lowering/expand-max-pool-pick.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { rewrite } from '../../src/graph/rewrite.js'
import type { Array64, Graph, Operator, Value } from '../../src/graph/types.js'
import {
  add,
  cast,
  grad,
  INTERNAL_OPS,
  type InternalOpName,
  mul,
  OPS,
  type OpName,
  reduceSum,
} from '../../src/ops/index.js'
import { Draw } from '../arrays.js'
import type { Case } from './cases/case.js'
import { CASES } from './cases.js'

/** A graph that can be encoded: without internal operators. */
export const expandInternal = (graph: Graph): Graph =>
  [expandConvWeightGrad, expandMaxPoolGrad, expandMaxPoolPick].reduce<Graph>(rewrite, graph)

/** What ONNX has. */
export const NAMES = Object.keys(OPS) as OpName[]

/** What only gradients are written with. */
export const INTERNAL_NAMES = Object.keys(INTERNAL_OPS) as InternalOpName[]

type Name = OpName | InternalOpName

export const operator = (name: Name): Operator => ({ ...OPS, ...INTERNAL_OPS })[name] as unknown as Operator

export const casesOf = (name: Name): readonly Case[] => CASES[name] as readonly Case[]

/** An operator in a graph of its own, on inputs of the types of some arrays. */
export interface Application {
  readonly builder: GraphBuilder
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly graph: Graph
}

export function apply(name: Name, { inputs: arrays, attrs }: Case): Application {
  const builder = new GraphBuilder()
  const inputs = arrays.map((array, i) => builder.input(`x${i}`, array))
  const outputs = builder.emit(operator(name), inputs, attrs)
  return { builder, inputs, outputs, graph: builder.build(named('y', outputs)) }
}

/** The same with loss = Σ w y over all outputs, its gradients by all inputs of floats, and random weights w to feed. */
export interface Differentiated extends Application {
  readonly loss: Value
  readonly wrt: readonly Value[]
  readonly gradients: readonly Value[]
  readonly feeds: readonly Array64[]
}

export function differentiate(name: Name, each: Case): Differentiated {
  const { builder, inputs, outputs } = apply(name, each)
  const draw = new Draw('weights')
  const weights: Array64[] = []
  const terms = outputs.map((y, i) => {
    const weight = draw.reals(...(y.shape as number[]))
    weights.push(weight)
    return reduceSum(mul(cast(y, 'float32'), builder.input(`w${i}`, weight)))
  })
  const loss = terms.reduce(add)
  const wrt = inputs.filter(({ dtype }) => dtype === 'float32')
  const gradients = grad(loss, wrt)
  const graph = builder.build({ loss, ...named('y', outputs), ...named('dx', gradients) })
  return { builder, inputs, outputs, graph, loss, wrt, gradients, feeds: [...each.inputs, ...weights] }
}

const named = (prefix: string, values: readonly Value[]) =>
  Object.fromEntries(values.map((value, i) => [`${prefix}${i}`, value]))
