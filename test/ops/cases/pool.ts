import { GraphBuilder } from '../../../src/graph/builder.js'
import { interpret } from '../../../src/graph/interpret.js'
import type { Array64 } from '../../../src/graph/types.js'
import { maxPool, type PoolAttrs, type ResizeAttrs } from '../../../src/ops/index.js'
import { Draw, float32, shapesOf } from '../../arrays.js'
import { type Case, type CasesOf, noteOf } from './case.js'

const draw = new Draw('pool')

/** x, kernel, strides, pads. */
const POOLS = [
  '[1, 1, 2, 2] [2, 2] [2, 2] [0, 0, 0, 0]',
  '[2, 3, 4, 6] [2, 2] [2, 2] [0, 0, 0, 0]',
  '[2, 2, 5, 7] [2, 2] [2, 2] [0, 0, 0, 0]',
  '[2, 2, 5, 7] [2, 2] [2, 2] [0, 0, 1, 1]',
  '[1, 2, 7, 4] [2, 2] [2, 2] [0, 0, 1, 0]',
  '[1, 2, 5, 5] [2, 2] [2, 2] [1, 1, 0, 0]',
  '[1, 2, 4, 4] [2, 2] [2, 2] [1, 1, 1, 1]',
  '[1, 1, 6, 6] [3, 3] [3, 3] [0, 0, 0, 0]',
  '[1, 2, 5, 6] [2, 2] [1, 1] [0, 0, 0, 0]',
  '[1, 2, 5, 5] [3, 3] [1, 1] [1, 1, 1, 1]',
  '[1, 2, 7, 6] [3, 3] [2, 2] [1, 1, 1, 1]',
  '[2, 1, 6, 8] [2, 3] [1, 2] [0, 1, 1, 0]',
  '[1, 1, 7, 9] [2, 2] [3, 4] [0, 0, 0, 0]',
  '[1, 2, 4, 4] [1, 1] [1, 1] [0, 0, 0, 0]',
  '[1, 3, 4, 4] [4, 4] [4, 4] [0, 0, 0, 0]',
  '[1, 1, 3, 6] [1, 2] [1, 2] [0, 0, 0, 0]',
]

const noted = (inputs: readonly Array64[], attrs: PoolAttrs): Case<PoolAttrs> => ({
  note: `${noteOf(inputs)} ${JSON.stringify(attrs)}`,
  inputs,
  attrs,
})

function pools(distinct: boolean): Case<PoolAttrs>[] {
  return POOLS.map((row) => {
    const [shape = [], kernel_shape = [], strides = [], pads = []] = shapesOf(row)
    return noted([distinct ? draw.reals(...shape) : ties(shape)], { kernel_shape, strides, pads })
  })
}

/** Numbers with many equal neighbours, none of them 0. */
const ties = (shape: readonly number[]): Array64 => {
  const { data } = draw.whole('int32', 3, ...shape)
  return float32(
    shape,
    data.map((value) => value - 3),
  )
}

/** x with y = MaxPool(x) and values of y's shape or of x's, with and without ties. */
function unpoolings(of: (x: Array64, y: Array64) => readonly number[]): Case<PoolAttrs>[] {
  return [...pools(true), ...pools(false)].map(({ inputs: [x], attrs }, i) => {
    const builder = new GraphBuilder()
    const { kernel_shape: kernel, strides, pads } = attrs
    const y = maxPool(builder.input('x', x as Array64), { kernel, strides, pads })
    const [pooled] = interpret(builder.build({ y }), [x as Array64]) as [Array64]
    const inputs = [x as Array64, pooled, draw.reals(...of(x as Array64, pooled))]
    const note = `${noteOf(inputs)} ${JSON.stringify(attrs)}`
    // of equal elements the slightest change makes another one the largest
    return i < POOLS.length ? noted(inputs, attrs) : { ...noted(inputs, attrs), note: `${note} ties`, kink: true }
  })
}

/** x, then the size to come. */
const SIZES = [
  '[1, 1, 1, 1] [1, 1]',
  '[2, 3, 4, 4] [4, 4]',
  '[2, 2, 2, 3] [4, 6]',
  '[1, 2, 3, 2] [9, 8]',
  '[1, 2, 4, 4] [7, 7]',
  '[1, 2, 7, 7] [14, 14]',
  '[2, 1, 5, 3] [5, 7]',
  '[1, 2, 6, 4] [3, 2]',
  '[1, 1, 7, 8] [3, 5]',
  '[1, 2, 1, 3] [4, 1]',
  '[1, 1, 3, 3] [3, 6]',
  '[1, 1, 5, 4] [2, 11]',
]

function resizes(): Case<ResizeAttrs>[] {
  return ['nearest', 'linear'].flatMap((mode) =>
    SIZES.map((row) => {
      const [shape = [], sizes = []] = shapesOf(row)
      const attrs: ResizeAttrs = {
        roi: '',
        scales: '',
        sizes,
        axes: [2, 3],
        mode,
        coordinate_transformation_mode: mode === 'nearest' ? 'asymmetric' : 'half_pixel',
        nearest_mode: 'floor',
      }
      return { note: `${row} ${mode}`, inputs: [draw.reals(...shape)], attrs }
    }),
  )
}

const kinks = pools(false).map((each) => ({ ...each, note: `${each.note} ties`, kink: true as const }))

export const POOL: CasesOf<'MaxPool' | 'AveragePool' | 'Resize' | 'MaxPoolGrad' | 'MaxPoolPick'> = {
  MaxPool: [...pools(true), ...kinks],
  AveragePool: pools(true).map((each) => ({ ...each, attrs: { ...each.attrs, count_include_pad: 1 } })),
  Resize: resizes(),
  MaxPoolGrad: unpoolings((_, y) => y.shape),
  MaxPoolPick: unpoolings((x) => x.shape),
}
