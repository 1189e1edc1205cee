import type { DType } from '../../../src/base/shape.js'
import type { Array64, Attrs } from '../../../src/graph/types.js'
import { array, Draw, float32, shapesOf } from '../../arrays.js'
import { type Case, type CasesOf, noteOf, plain } from './case.js'

const draw = new Draw('reshape')

const noted = <A extends Attrs>(rows: readonly (readonly [readonly Array64[], A])[]): Case<A>[] =>
  rows.map(([inputs, attrs]) => ({ note: `${noteOf(inputs)} ${JSON.stringify(attrs)}`, inputs, attrs }))

/** From a shape to a list: another shape, or a permutation of its axes. */
const listed = (rows: readonly string[]): (readonly [readonly Array64[], readonly number[]])[] =>
  rows.map((row) => {
    const [from = [], list = []] = shapesOf(row)
    return [[draw.reals(...from)], list]
  })

const casts: readonly (readonly [Array64, DType])[] = [
  [draw.reals(), 'float32'],
  [draw.reals(2, 3), 'float32'],
  [float32([6], [-2.7, -1.2, -0.3, 0.4, 1.5, 2.9]), 'int32'],
  [float32([6], [-2.7, -1.2, -0.3, 0.4, 1.5, 2.9]), 'int64'],
  [float32([3], [0.6, 17.2, 254.9]), 'uint8'],
  [float32([4], [0.5, -0.5, 3, -3]), 'bool'],
  [draw.whole('uint8', 256, 2, 5), 'float32'],
  [draw.whole('bool', 2, 3, 2), 'float32'],
  [draw.whole('int32', 1000, 4), 'float32'],
  [draw.whole('int64', 1000, 2, 2), 'float32'],
  [draw.whole('int64', 1000, 3), 'int32'],
  [draw.whole('uint8', 3, 4), 'bool'],
  [draw.reals(2, 3), 'float64'],
  [array('float64', [3], [0.1, -1e30, 1]), 'float32'],
]

const concats: readonly (readonly [string, number])[] = [
  ['[2] [3]', 0],
  ['[2] [3]', -1],
  ['[1] [1] [1]', 0],
  ['[2, 3] [1, 3]', 0],
  ['[2, 3] [2, 1]', 1],
  ['[2, 3] [2, 1]', -1],
  ['[2, 3] [4, 3]', -2],
  ['[3, 2]', 0],
  ['[2, 1, 3] [2, 2, 3] [2, 3, 3]', 1],
  ['[1, 2, 2] [3, 2, 2]', 0],
  ['[2, 2, 1] [2, 2, 2]', 2],
]

const reshapes = [
  '[6] [2, 3]',
  '[2, 3] [6]',
  '[2, 3] [-1]',
  '[2, 3] [3, -1]',
  '[2, 3, 4] [-1, 4]',
  '[2, 3, 4] [2, 12]',
  '[] [1, 1]',
  '[1, 1] []',
  '[2, 6] [2, 3, 2, 1]',
  '[5] [1, 5]',
  '[2, 3] [2, 3]',
]

const transposes = [
  '[2, 3] [1, 0]',
  '[2, 3] [0, 1]',
  '[4] [0]',
  '[] []',
  '[2, 3, 4] [0, 2, 1]',
  '[2, 3, 4] [2, 1, 0]',
  '[2, 3, 4] [1, 2, 0]',
  '[2, 3, 4] [2, 0, 1]',
  '[1, 5] [1, 0]',
  '[2, 3, 1, 2] [3, 1, 0, 2]',
  '[2, 3, 1, 2] [1, 2, 3, 0]',
]

const expansions = [
  '[] [4]',
  '[] [2, 3]',
  '[] []',
  '[1] [4]',
  '[3] [2, 3]',
  '[2, 1] [2, 3]',
  '[1, 3] [2, 3]',
  '[1, 1] [2, 3]',
  '[2, 3] [4, 2, 3]',
  '[2, 1, 3] [2, 4, 3]',
  '[2, 3] [2, 3]',
]

export const RESHAPE: CasesOf<'Identity' | 'Cast' | 'Reshape' | 'Transpose' | 'Expand' | 'Concat'> = {
  Identity: plain(
    ...[[], [1], [5], [2, 3], [1, 3], [3, 1], [2, 1, 3], [2, 3, 2, 2]].map((shape) => [draw.reals(...shape)]),
    [draw.whole('uint8', 256, 3)],
    [draw.whole('int64', 9, 2, 2)],
    [draw.whole('bool', 2, 4)],
  ),
  Cast: noted(casts.map(([x, to]) => [[x], { to }] as const)),
  Reshape: noted(listed(reshapes).map(([inputs, shape]) => [inputs, { shape }] as const)),
  Transpose: noted(listed(transposes).map(([inputs, perm]) => [inputs, { perm }] as const)),
  Expand: noted(listed(expansions).map(([inputs, shape]) => [inputs, { shape }] as const)),
  Concat: noted(
    concats.map(([shapes, axis]) => [shapesOf(shapes).map((shape) => draw.reals(...shape)), { axis }] as const),
  ),
}
