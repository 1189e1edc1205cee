import { gradients } from '../graph/gradient.js'
import type { Value } from '../graph/types.js'
import { Add, add, Div, Mul, Sub } from './binary.js'
import { Greater, Less, Where } from './compare.js'
import { Gemm, MatMul } from './linear.js'
import { Loop } from './loop.js'
import { ReduceMean, ReduceSum, ReduceSumSquare } from './reduce.js'
import { Cast, Concat, Expand, expand, Gather, Identity, Reshape, Slice, Transpose } from './reshape.js'
import { Abs, Elu, Exp, Log, Neg, Relu, Sigmoid, Sign, Softplus, Sqrt, Tanh } from './unary.js'

export * from './binary.js'
export * from './compare.js'
export * from './linear.js'
export * from './loop.js'
export * from './reduce.js'
export * from './reshape.js'
export * from './unary.js'

/** Every operator there is. Reference kernels and gradients come with each; test cases are total over this table. */
export const OPS = {
  Add,
  Sub,
  Mul,
  Div,
  Neg,
  Abs,
  Sign,
  Sqrt,
  Exp,
  Log,
  Tanh,
  Sigmoid,
  Softplus,
  Relu,
  Elu,
  Greater,
  Less,
  Where,
  MatMul,
  Gemm,
  ReduceSum,
  ReduceMean,
  ReduceSumSquare,
  Identity,
  Cast,
  Reshape,
  Transpose,
  Expand,
  Concat,
  Slice,
  Gather,
  Loop,
} as const

export type OpName = keyof typeof OPS

/**
 * Emits ∂loss/∂x for each x.
 *
 * @param loss  float32 []
 * @returns     one value per x, of x's shape
 */
export const grad = (loss: Value, wrt: readonly Value[]): Value[] =>
  gradients(loss, wrt, {
    add,
    zeros: ({ builder, shape }) => expand(builder.scalar(0), shape),
    one: ({ builder }) => builder.scalar(1),
  })
