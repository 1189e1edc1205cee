import type { DType, TensorType } from '../../src/base/shape.js'
import type { Attrs } from '../../src/graph/types.js'
import type { InternalOpName, OpName, PoolAttrs } from '../../src/ops/index.js'
import type { AttrsOf } from './cases/case.js'
import { bodyOf } from './cases/loop.js'

/** Types and attributes that do not fit an operator. */
export interface Malformed<A extends Attrs = Attrs> {
  readonly note: string
  readonly inputs: readonly TensorType[]
  readonly attrs: A
}

const DTYPES = new Set<string>(['float32', 'float64', 'string', 'uint8', 'int32', 'int64', 'bool'])

/** `'[2, 3] uint8[batch]'` as types. */
function typesOf(text: string): TensorType[] {
  return Array.from(text.matchAll(/(\w*)\[(.*?)\]/g), ([, dtype = '', dims = '']) => ({
    dtype: (DTYPES.has(dtype) ? dtype : 'float32') as DType,
    shape: dims === '' ? [] : dims.split(', ').map((dim) => (Number.isNaN(Number(dim)) ? dim : Number(dim))),
  }))
}

const none = (...texts: readonly string[]): Malformed<Record<never, never>>[] =>
  texts.map((note) => ({ note, inputs: typesOf(note), attrs: {} }))

const withAttrs = <K extends OpName | InternalOpName>(
  ...rows: readonly (readonly [string, AttrsOf<K>])[]
): Malformed<AttrsOf<K>>[] =>
  rows.map(([text, attrs]) => ({ note: `${text} ${JSON.stringify(attrs)}`, inputs: typesOf(text), attrs }))

const notFloats = none('uint8[3]', 'int64[2, 2]', 'bool[]')
const unequal = ['[2] [3]', '[2, 3] [2]', '[2, 3] [3, 2]', '[2, 3, 4] [3, 3]', '[batch] [rows]', '[batch, 2] [3, 2]']
const mixed = ['[3] uint8[3]', 'int32[] int64[]', '[3] float64[3]']

const product = { transA: 0, transB: 0, alpha: 1, beta: 1 }
const reductions = withAttrs<'ReduceSum'>(
  ['[3]', { axes: [1], keepdims: 0 }],
  ['[3, 4]', { axes: [-3], keepdims: 1 }],
  ['[]', { axes: [0], keepdims: 0 }],
  ['[3, 4]', { axes: [], keepdims: 0 }],
)

const softmaxes = withAttrs<'Softmax'>(
  ['[]', { axis: -1 }],
  ['[2, 3]', { axis: 0 }],
  ['[2, 3]', { axis: 2 }],
  ['int64[3]', { axis: -1 }],
)

const plainly = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] }
const halving = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }
const pools: readonly (readonly [string, PoolAttrs])[] = [
  ['[3, 4, 4]', halving],
  ['uint8[2, 3, 4, 4]', halving],
  ['[2, 3, 1, 4]', halving],
  ['[2, 3, 4, 4]', { ...halving, pads: [0, 2, 0, 0] }],
  ['[2, 3, 4, 4]', { ...halving, pads: [0, 0] }],
  ['[2, 3, 4, 4]', { ...halving, kernel_shape: [2] }],
  ['[2, 3, 4, 4]', { ...halving, strides: [0, 0] }],
]
const resizing = {
  roi: '',
  scales: '',
  sizes: [8, 8],
  axes: [2, 3],
  mode: 'linear',
  coordinate_transformation_mode: 'half_pixel',
  nearest_mode: 'floor',
} as const

const float = (...shape: number[]): TensorType => ({ dtype: 'float32', shape })
const trips: TensorType = { dtype: 'int64', shape: [] }
const go: TensorType = { dtype: 'bool', shape: [] }
const same = bodyOf([float(3)], [float(2)], ({ carried }) => ({ carried }))
const loops: Malformed<AttrsOf<'Loop'>>[] = [
  { note: 'an input too few', inputs: [trips, go, float(3)], attrs: { body: same, carried: 1 } },
  { note: 'an input too many', inputs: [trips, go, float(3), float(2), go], attrs: { body: same, carried: 1 } },
  { note: 'another carried shape', inputs: [trips, go, float(4), float(2)], attrs: { body: same, carried: 1 } },
  { note: 'another captured shape', inputs: [trips, go, float(3), float(5)], attrs: { body: same, carried: 1 } },
  { note: 'trips of floats', inputs: [float(), go, float(3), float(2)], attrs: { body: same, carried: 1 } },
  { note: 'a condition of floats', inputs: [trips, float(), float(3), float(2)], attrs: { body: same, carried: 1 } },
  { note: 'more carried than there are', inputs: [trips, go, float(3), float(2)], attrs: { body: same, carried: 2 } },
  {
    note: 'a carried value that changes its type',
    inputs: [trips, go, float(3), float(2)],
    attrs: { body: bodyOf([float(3)], [float(2)], ({ captured }) => ({ carried: captured })), carried: 1 },
  },
]

/** Operators that take anything are left out. */
export const MALFORMED: { readonly [K in OpName | InternalOpName]?: readonly Malformed<AttrsOf<K>>[] } = {
  Neg: notFloats,
  Abs: notFloats,
  Sign: notFloats,
  Floor: notFloats,
  Sqrt: notFloats,
  Exp: notFloats,
  Log: notFloats,
  Sinh: notFloats,
  Asinh: notFloats,
  Tanh: notFloats,
  Sigmoid: notFloats,
  Softplus: notFloats,
  Relu: notFloats,
  Elu: notFloats,
  Add: none(...unequal, ...mixed),
  Sub: none(...unequal, ...mixed),
  Mul: none(...unequal, ...mixed),
  Div: none(...unequal, ...mixed),
  Max: none(...unequal, ...mixed),
  Min: none(...unequal, ...mixed),
  Greater: none(...unequal, ...mixed),
  Less: none(...unequal, ...mixed),
  Equal: none(...unequal, ...mixed),
  IsNaN: none('uint8[3]', 'int64[2, 2]', 'bool[]', 'string[2]'),
  Softmax: softmaxes,
  LogSoftmax: softmaxes,
  Where: none('[3] [3] [3]', 'bool[2] [3] [3]', 'bool[3] [2] [3]', 'bool[3] [3] uint8[3]', 'bool[2, 3] [2] []'),
  MatMul: none('[2, 3] [2, 3]', '[3] [3, 2]', '[2, 3] [3]', '[2, 2, 3] [3, 3, 2]', '[] []', '[2, 3] uint8[3, 2]'),
  Gemm: withAttrs<'Gemm'>(
    ['[2, 3] [2, 3]', product],
    ['[2, 3] [3, 2]', { ...product, transA: 1 }],
    ['[2, 3] [3, 2]', { ...product, transB: 1 }],
    ['[2, 2, 3] [3, 2]', product],
    ['[3] [3, 2]', product],
    ['[2, 3] [3, 4] [3]', product],
    ['[2, 3] [3, 4] [1, 2, 4]', product],
    ['[1, 3] [3, 4] [2, 4]', product],
    ['[2, 3] uint8[3, 4]', product],
    ['[2, 3] [3, 4] int32[4]', product],
  ),
  ReduceSum: reductions,
  ReduceMean: reductions,
  ReduceSumSquare: reductions,
  Reshape: withAttrs<'Reshape'>(
    ['[6]', { shape: [4] }],
    ['[6]', { shape: [4, -1] }],
    ['[6]', { shape: [-1, -1] }],
    ['[4]', { shape: [-2, -2] }],
    ['[batch, 3]', { shape: [6] }],
    ['[batch, 3]', { shape: [-1, 2] }],
    ['[batch, rows]', { shape: [-1] }],
  ),
  Transpose: withAttrs<'Transpose'>(
    ['[2, 3]', { perm: [0] }],
    ['[2, 3]', { perm: [0, 1, 2] }],
    ['[2, 3]', { perm: [0, 0] }],
    ['[2, 3]', { perm: [1, 2] }],
  ),
  Expand: withAttrs<'Expand'>(
    ['[2]', { shape: [3] }],
    ['[2, 3]', { shape: [3] }],
    ['[2]', { shape: [] }],
    ['[2, 3]', { shape: [2, 1] }],
    ['[batch]', { shape: [4] }],
  ),
  Concat: withAttrs<'Concat'>(
    ['[2] [2, 1]', { axis: 0 }],
    ['[2, 3] [2, 4]', { axis: 0 }],
    ['[2, 3] [2, 3]', { axis: 2 }],
    ['[2, 3] [2, 3]', { axis: -3 }],
    ['[] []', { axis: 0 }],
    ['[batch, 3] [2, 3]', { axis: 0 }],
    ['[2] uint8[2]', { axis: 0 }],
  ),
  Slice: withAttrs<'Slice'>(
    ['[5]', { starts: [0], ends: [6], axes: [0], steps: [1] }],
    ['[5]', { starts: [-1], ends: [3], axes: [0], steps: [1] }],
    ['[5]', { starts: [3], ends: [3], axes: [0], steps: [1] }],
    ['[5]', { starts: [0], ends: [1], axes: [1], steps: [1] }],
    ['[batch]', { starts: [0], ends: [1], axes: [0], steps: [1] }],
    ['[5]', { starts: [0], ends: [5], axes: [0], steps: [0] }],
    ['[5]', { starts: [4], ends: [0], axes: [0], steps: [-1] }],
    ['[5, 5]', { starts: [0, 0], ends: [2, 3], axes: [1, 1], steps: [1, 1] }],
    ['[5, 5]', { starts: [0, 0], ends: [2, 6], axes: [0, 1], steps: [1, 1] }],
  ),
  Pad: withAttrs<'Pad'>(
    ['[5]', { pads: [1] }],
    ['[5]', { pads: [1, 1, 1, 1] }],
    ['[5, 2]', { pads: [1, 1] }],
    ['[5]', { pads: [-1, 1] }],
    ['[batch, 2]', { pads: [1, 0, 0, 0] }],
  ),
  Gather: withAttrs<'Gather'>(
    ['[] int64[]', { axis: 0 }],
    ['[3, 4] int64[2]', { axis: 2 }],
    ['[3, 4] int64[2]', { axis: -3 }],
    ['[3, 4] [2]', { axis: 0 }],
  ),
  ArgMax: withAttrs<'ArgMax'>(
    ['[]', { axis: -1, keepdims: 0 }],
    ['[2, 3]', { axis: 0, keepdims: 0 }],
    ['[2, 3]', { axis: 2, keepdims: 1 }],
  ),
  TopK: withAttrs<'TopK'>(
    ['[]', { axis: -1, largest: 1, sorted: 1, k: [1] }],
    ['[2, 3]', { axis: 0, largest: 1, sorted: 1, k: [1] }],
    ['[2, 3]', { axis: -1, largest: 1, sorted: 1, k: [4] }],
    ['[2, 3]', { axis: -1, largest: 1, sorted: 1, k: [0] }],
    ['[2, 3]', { axis: -1, largest: 1, sorted: 1, k: [1, 2] }],
    ['[2, 3]', { axis: -1, largest: 0, sorted: 1, k: [1] }],
    ['[2, width]', { axis: -1, largest: 1, sorted: 1, k: [1] }],
    ['int32[2, 3]', { axis: -1, largest: 1, sorted: 1, k: [1] }],
  ),
  Conv: withAttrs<'Conv'>(
    ['[2, 3, 5, 5] [4, 2, 3, 3]', plainly],
    ['[3, 5, 5] [4, 3, 3, 3]', plainly],
    ['[2, 3, 5, 5] [4, 3, 3]', plainly],
    ['[2, 3, 2, 5] [4, 3, 3, 3]', plainly],
    ['[2, channels, 5, 5] [4, 3, 3, 3]', plainly],
    ['[2, 3, 5, 5] [4, 3, 3, 3] [3]', plainly],
    ['[2, 3, 5, 5] [4, 3, 3, 3] [1, 4]', plainly],
    ['uint8[2, 3, 5, 5] [4, 3, 3, 3]', plainly],
    ['[2, 3, 5, 5] [4, 3, 3, 3]', { ...plainly, strides: [0, 1] }],
    ['[2, 3, 5, 5] [4, 3, 3, 3]', { ...plainly, strides: [1] }],
    ['[2, 3, 5, 5] [4, 3, 3, 3]', { ...plainly, pads: [1, 1] }],
    ['[2, 3, 5, 5] [4, 3, 3, 3]', { ...plainly, pads: [0, -1, 0, 0] }],
    ['[2, 3, 5, 5] [4, 3, 3, 3]', { ...plainly, dilations: [3, 3] }],
  ),
  ConvTranspose: withAttrs<'ConvTranspose'>(
    ['[2, 3, 5, 5] [4, 3, 3, 3]', { ...plainly, output_padding: [0, 0] }],
    ['[2, 3, 5, 5] [3, 4, 3, 3] [3]', { ...plainly, output_padding: [0, 0] }],
    ['[2, 3, 5, 5] [3, 4, 3, 3]', { ...plainly, output_padding: [1, 0] }],
    ['[2, 3, 5, 5] [3, 4, 3, 3]', { ...plainly, output_padding: [0] }],
    ['[2, 3, 5, 5] [3, 4, 3, 3]', { ...plainly, pads: [1, 1], output_padding: [0, 0] }],
    ['[2, 3, 1, 1] [3, 4, 2, 2]', { ...plainly, pads: [1, 1, 1, 1], output_padding: [0, 0] }],
  ),
  ConvWeightGrad: withAttrs<'ConvWeightGrad'>(
    ['[2, 3, 5, 5] [2, 4, 5, 5]', { ...plainly, kernel_shape: [3, 3] }],
    ['[2, 3, 5, 5] [1, 4, 3, 3]', { ...plainly, kernel_shape: [3, 3] }],
    ['[2, 3, 5, 5] [2, 4, 3]', { ...plainly, kernel_shape: [3, 3] }],
    ['[2, 3, 5, 5] [2, 4, 3, 3]', { ...plainly, kernel_shape: [3] }],
  ),
  MaxPool: withAttrs<'MaxPool'>(...pools),
  MaxPoolGrad: withAttrs<'MaxPoolGrad'>(
    ['[2, 3, 4, 4] [2, 3, 2, 2] [2, 3, 2, 1]', halving],
    ['[2, 3, 4, 4] [2, 3, 4, 4] [2, 3, 2, 2]', halving],
    ['[2, 3, 4, 4] [2, 3, 2, 2] [2, 2, 2, 2]', halving],
  ),
  MaxPoolPick: withAttrs<'MaxPoolPick'>(
    ['[2, 3, 4, 4] [2, 3, 2, 2] [2, 3, 2, 2]', halving],
    ['[2, 3, 4, 4] [2, 3, 4, 4] [2, 3, 4, 4]', halving],
    ['[2, 3, 4, 4] [2, 3, 2, 2] [2, 2, 4, 4]', halving],
  ),
  AveragePool: withAttrs<'AveragePool'>(
    ...pools.map(([text, attrs]) => [text, { ...attrs, count_include_pad: 1 }] as const),
    ['[2, 3, 4, 4]', { ...halving, count_include_pad: 0 }],
  ),
  Resize: withAttrs<'Resize'>(
    ['[3, 4, 4]', resizing],
    ['[2, 3, 4, height]', resizing],
    ['uint8[2, 3, 4, 4]', resizing],
    ['[2, 3, 4, 4]', { ...resizing, sizes: [2, 3, 8, 8] }],
    ['[2, 3, 4, 4]', { ...resizing, sizes: [0, 8] }],
    ['[2, 3, 4, 4]', { ...resizing, axes: [1, 2] }],
    ['[2, 3, 4, 4]', { ...resizing, mode: 'cubic' }],
  ),
  Loop: loops,
}
