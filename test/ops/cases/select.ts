import type { Array64, Attrs } from '../../../src/graph/types.js'
import { array, Draw, float32, shapesOf, text } from '../../arrays.js'
import { type AttrsOf, type Case, type CasesOf, noteOf } from './case.js'

const draw = new Draw('select')

const noted = <A extends Attrs>(rows: readonly (readonly [readonly Array64[], A])[]): Case<A>[] =>
  rows.map(([inputs, attrs]) => ({ note: `${noteOf(inputs)} ${JSON.stringify(attrs)}`, inputs, attrs }))

/** Shape, then [axis, from, to, step] of each range. */
const slices = [
  '[5] [0, 0, 5, 1]',
  '[5] [0, 1, 3, 1]',
  '[5] [0, 4, 5, 1]',
  '[3, 4] [0, 1, 2, 1]',
  '[3, 4] [0, 0, 2, 1]',
  '[3, 4] [1, 2, 4, 1]',
  '[3, 4] [1, 0, 1, 1]',
  '[2, 3, 4] [1, 1, 3, 1]',
  '[2, 3, 4] [2, 1, 2, 1]',
  '[2, 1, 3] [1, 0, 1, 1]',
  '[2, 2, 3, 2] [2, 1, 3, 1]',
  '[3, 4] [0, 1, 3, 1] [1, 1, 3, 1]',
  '[3, 4] [1, 2, 4, 1] [0, 0, 1, 1]',
  '[2, 3, 5, 4] [2, 1, 4, 1] [3, 0, 3, 1]',
  '[7] [0, 0, 7, 2]',
  '[7] [0, 1, 7, 2]',
  '[7] [0, 1, 6, 2]',
  '[7] [0, 0, 7, 3]',
  '[7] [0, 2, 7, 4]',
  '[7] [0, 1, 3, 5]',
  '[7] [0, 2, 3, 9]',
  '[2, 6] [1, 0, 6, 2]',
  '[6, 2] [0, 1, 6, 3]',
  '[5, 7] [0, 1, 5, 2] [1, 0, 6, 3]',
  '[1, 2, 5, 4] [2, 0, 5, 2] [3, 1, 4, 2]',
]

/** Shape, then zeros before, then zeros after. */
const pads = [
  '[3] [0] [0]',
  '[3] [1] [0]',
  '[3] [0] [2]',
  '[3] [2] [1]',
  '[2, 3] [1, 0] [0, 2]',
  '[2, 3] [0, 2] [0, 1]',
  '[2, 3] [1, 1] [1, 1]',
  '[2, 1, 3] [0, 0, 1] [0, 3, 0]',
  '[1, 2, 3, 2] [0, 0, 1, 1] [0, 0, 1, 1]',
  '[2, 1, 2, 3] [0, 0, 0, 2] [0, 0, 1, 0]',
  '[2, 1, 2, 1, 3] [1, 0, 0, 1, 0] [0, 2, 0, 0, 1]',
]

/** Shape, axis, type and shape of the indices. */
const gathers: readonly (readonly [string, number, 'int32' | 'int64', string])[] = [
  ['[5]', 0, 'int64', '[]'],
  ['[5]', -1, 'int32', '[3]'],
  ['[5]', 0, 'int64', '[2, 2]'],
  ['[4, 3]', 0, 'int32', '[]'],
  ['[4, 3]', 0, 'int32', '[6]'],
  ['[4, 3]', -2, 'int64', '[1]'],
  ['[4, 3]', 0, 'int64', '[2, 3]'],
  ['[2, 3, 2]', 0, 'int32', '[2]'],
  ['[1, 4]', 0, 'int64', '[3]'],
  ['[4, 3]', 1, 'int64', '[3]'],
  ['[4, 3]', -1, 'int32', '[]'],
  ['[2, 3, 2]', 1, 'int64', '[2, 2]'],
  ['[2, 1, 5]', 2, 'int64', '[4]'],
]

function gathered([shapes, axis, dtype, indices]: (typeof gathers)[number]): [Array64[], AttrsOf<'Gather'>] {
  const [shape = []] = shapesOf(shapes)
  return [[draw.reals(...shape), draw.whole(dtype, shape.at(axis) ?? 1, ...(shapesOf(indices)[0] ?? []))], { axis }]
}

export const SELECT: CasesOf<'Slice' | 'Pad' | 'Gather' | 'ArgMax' | 'TopK'> = {
  Slice: noted(
    slices.map((row) => {
      const [shape = [], ...ranges] = shapesOf(row)
      const column = (i: number) => ranges.map((range) => range[i] ?? 0)
      return [
        [draw.reals(...shape)],
        { starts: column(1), ends: column(2), axes: column(0), steps: column(3) },
      ] as const
    }),
  ),
  Pad: noted(
    pads.map((row) => {
      const [shape = [], before = [], after = []] = shapesOf(row)
      return [[draw.reals(...shape)], { pads: [...before, ...after] }] as const
    }),
  ),
  Gather: noted<AttrsOf<'Gather'>>([
    ...gathers.map(gathered),
    [[draw.whole('uint8', 256, 6, 2), array('int32', [3], [5, 1, 4])], { axis: 0 }],
    [[draw.whole('int32', 99, 3, 2), array('int64', [], [1])], { axis: 1 }],
    [[text([3], ['red', 'green', 'blue']), array('int64', [4], [2, 0, 0, 1])], { axis: 0 }],
    [[array('float64', [3], [0.1, 0.2, 1e300]), array('int64', [2, 1], [2, 0])], { axis: 0 }],
  ]),
  ArgMax: noted<AttrsOf<'ArgMax'>>([
    ...[[1], [5], [3, 4], [4, 1], [1, 6], [2, 3, 4], [2, 1, 3], [2, 3, 2, 2]].map(
      (shape) => [[draw.reals(...shape)], { axis: -1, keepdims: 0 }] as const,
    ),
    [[draw.reals(3, 4)], { axis: 1, keepdims: 1 }],
    [[float32([2, 3], [1, 7, 7, -1, -1, -2])], { axis: -1, keepdims: 0 }],
  ]),
  TopK: noted<AttrsOf<'TopK'>>([
    ...(
      [
        [[1], 1],
        [[5], 2],
        [[5], 5],
        [[3, 4], 1],
        [[3, 4], 3],
        [[4, 1], 1],
        [[1, 6], 4],
        [[2, 3, 4], 2],
        [[2, 1, 3], 3],
        [[2, 3, 2, 5], 2],
      ] as const
    ).map(([shape, k]) => [[draw.reals(...shape)], { axis: -1, largest: 1, sorted: 1, k: [k] }] as const),
    [[draw.reals(3, 4)], { axis: 1, largest: 1, sorted: 1, k: [2] }],
  ]).concat({
    note: 'equal ones',
    inputs: [float32([2, 4], [1, 7, 7, 7, -2, -1, -1, -2])],
    attrs: { axis: -1, largest: 1, sorted: 1, k: [2] },
    kink: true,
  }),
}
