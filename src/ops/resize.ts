import { sizeOf } from '../base/shape.js'
import { emit } from '../graph/builder.js'
import type { Array64, Value } from '../graph/types.js'
import { mul } from './binary.js'
import { defineOp, misfit } from './define.js'
import { matmul } from './linear.js'
import { averagePool } from './pool.js'
import { imageOf, planeOf } from './window.js'

export type ResizeMode = 'nearest' | 'linear'

export interface ResizeOptions {
  /** [height, width] */
  readonly size: readonly number[]
  /** 'linear' when left out. */
  readonly mode?: ResizeMode
}

export type ResizeAttrs = {
  readonly roi: ''
  readonly scales: ''
  readonly sizes: readonly number[]
  readonly axes: readonly number[]
  readonly mode: string
  readonly coordinate_transformation_mode: string
  readonly nearest_mode: string
}

/**
 * y = R_h x R_wᵀ on each plane, x [n, c, h, w], y [n, c, h', w'], R_h [h', h], R_w [w', w]:
 * 'nearest' takes row ⌊i h / h'⌋ as TensorFlow 1 and PyTorch do; 'linear' mixes the two rows around
 * (i + ½) h / h' − ½, kept within the image, as PyTorch does with align_corners=False.
 * dx = R_hᵀ dy R_w; where 'nearest' repeats whole factors f g, f g times the average of each f × g tile.
 */
export const Resize = defineOp<ResizeAttrs>({
  name: 'Resize',
  since: 19,
  attrs: {
    roi: 'absent',
    scales: 'absent',
    sizes: 'input',
    axes: 'ints',
    mode: 'text',
    coordinate_transformation_mode: 'text',
    nearest_mode: 'text',
  },
  shape: ([x], { sizes, axes, mode }) => {
    const [n, c] = imageOf('Resize', x as Value)
    if (sizes.length !== 2 || sizes.some((size) => size < 1)) misfit('Resize', 'a height and a width', `[${sizes}]`)
    if (String(axes) !== '2,3') misfit('Resize', 'axes [2, 3]', `[${axes}]`)
    if (mode !== 'nearest' && mode !== 'linear') misfit('Resize', "mode 'nearest' or 'linear'", mode)
    return [{ dtype: 'float32', shape: [n, c, ...sizes] }]
  },
  kernel: ([x], { mode }, [y]) => {
    const { shape, data } = x as Array64
    const [n, c, h, w] = shape as readonly [number, number, number, number]
    const [oh, ow] = planeOf(y as Array64)
    const [rows, columns] = [interpolation(h, oh, mode), interpolation(w, ow, mode)]
    const out = new Float64Array(sizeOf([n, c, oh, ow]))
    for (let k = 0; k < out.length; k++) {
      const plane = Math.floor(k / (oh * ow)) * h * w
      for (const [row, a] of rows[Math.floor(k / ow) % oh] ?? [])
        for (const [column, b] of columns[k % ow] ?? [])
          out[k] = (out[k] as number) + a * b * (data[plane + row * w + column] as number)
    }
    return [out]
  },
  vjp: ({ inputs, dy, attrs: { mode } }) => [() => unresized(dy, inputs[0] as Value, mode)],
  identity: ([x], { sizes }) => (x && x.shape[2] === sizes[0] && x.shape[3] === sizes[1] ? x : undefined),
})

/** Images [n, c, h, w] at another size. */
export const resize = (x: Value, { size, mode = 'linear' }: ResizeOptions): Value =>
  emit(Resize, [x], {
    roi: '',
    scales: '',
    sizes: size,
    axes: [2, 3],
    mode,
    coordinate_transformation_mode: mode === 'nearest' ? 'asymmetric' : 'half_pixel',
    nearest_mode: 'floor',
  })

/** For each of `to` positions: the positions among `from` that it is mixed of, and their weights, as float32 holds them. */
export function interpolation(from: number, to: number, mode: string): (readonly [index: number, weight: number])[][] {
  return Array.from({ length: to }, (_, i) => {
    if (mode === 'nearest') return [[Math.floor((i * from) / to), 1]]
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1)
    const low = Math.floor(at)
    const weight = Math.fround(at - low)
    return weight === 0
      ? [[low, 1]]
      : [
          [low, Math.fround(1 - weight)],
          [low + 1, weight],
        ]
  })
}

/** The same as a matrix, [to, from], or its transpose, [from, to]. */
export function interpolationMatrix(
  like: Value,
  { from, to, mode, transposed = false }: { from: number; to: number; mode: string; transposed?: boolean },
): Value {
  const data = new Float32Array(from * to)
  interpolation(from, to, mode).forEach((mix, i) => {
    for (const [k, weight] of mix) data[transposed ? k * to + i : i * from + k] = weight
  })
  return like.builder.constant({ dtype: 'float32', shape: transposed ? [from, to] : [to, from], data })
}

/** The transpose of resizing. */
function unresized(dy: Value, x: Value, mode: string): Value {
  const [h, w] = planeOf(x)
  const [oh, ow] = planeOf(dy)
  const [f, g] = [oh / h, ow / w]
  if (mode === 'nearest' && Number.isInteger(f) && Number.isInteger(g)) {
    return f * g === 1 ? dy : mul(averagePool(dy, { kernel: [f, g] }), f * g)
  }
  const narrow = ow === w ? dy : matmul(dy, interpolationMatrix(dy, { from: w, to: ow, mode }))
  return oh === h ? narrow : matmul(interpolationMatrix(dy, { from: h, to: oh, mode, transposed: true }), narrow)
}
