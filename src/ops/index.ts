import { gradients } from '../graph/gradient.js'
import type { Value } from '../graph/types.js'
import { Add, add, Div, Max, Min, Mul, Sub } from './binary.js'
import { Equal, Greater, IsNaN, Less, Where } from './compare.js'
import { Conv, ConvTranspose, ConvWeightGrad } from './conv.js'
import { Gemm, MatMul } from './linear.js'
import { Loop } from './loop.js'
import { AveragePool, MaxPool, MaxPoolGrad, MaxPoolPick } from './pool.js'
import { ReduceMean, ReduceSum, ReduceSumSquare } from './reduce.js'
import { Cast, Concat, Expand, expand, Identity, Reshape, Transpose } from './reshape.js'
import { Resize } from './resize.js'
import { ArgMax, Gather, Pad, Slice } from './select.js'
import { LogSoftmax, Softmax } from './softmax.js'
import { TopK } from './top-k.js'
import { Abs, Asinh, Elu, Exp, Floor, Log, Neg, Relu, Sigmoid, Sign, Sinh, Softplus, Sqrt, Tanh } from './unary.js'

export * from './binary.js'
export * from './compare.js'
export * from './conv.js'
export * from './linear.js'
export * from './loop.js'
export * from './pool.js'
export * from './reduce.js'
export * from './reshape.js'
export * from './resize.js'
export * from './select.js'
export * from './softmax.js'
export * from './top-k.js'
export * from './unary.js'
export { planeOf } from './window.js'

/** Every ONNX operator there is. Reference kernels and gradients come with each; test cases are total over this table. */
export const OPS = {
  Add,
  Sub,
  Mul,
  Div,
  Max,
  Min,
  Neg,
  Abs,
  Sign,
  Floor,
  Sqrt,
  Exp,
  Log,
  Sinh,
  Asinh,
  Tanh,
  Sigmoid,
  Softplus,
  Relu,
  Elu,
  Softmax,
  LogSoftmax,
  Greater,
  Less,
  Equal,
  IsNaN,
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
  Pad,
  Gather,
  ArgMax,
  TopK,
  Conv,
  ConvTranspose,
  MaxPool,
  AveragePool,
  Resize,
  Loop,
} as const

export type OpName = keyof typeof OPS

/** Operators that gradients and unpooling are written with and ONNX does not have: lowering expands them before a graph is encoded. */
export const INTERNAL_OPS = { ConvWeightGrad, MaxPoolGrad, MaxPoolPick } as const

export type InternalOpName = keyof typeof INTERNAL_OPS

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
