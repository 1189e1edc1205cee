import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.js'
import { lower } from '../../src/compile/lowering/index.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64 } from '../../src/graph/types.js'
import { ACTIVATIONS } from '../../src/nn/activations.js'
import { activationOf, type LayerSpec, layerKind, layerSchema, takesMaps } from '../../src/nn/layers/index.js'
import { Draw, float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { runGraph, useNativeRuntime } from '../native.js'

type MapShape = readonly [number, number, number]

const BATCH = 2
const length = fc.integer({ min: 1, max: 9 })
const channels = fc.integer({ min: 1, max: 3 })
const maps = fc.tuple(channels, length, length)
const window = fc.integer({ min: 1, max: 5 })
const stride = fc.integer({ min: 1, max: 4 })
const check = { seed: 1, numRuns: 60 }

const runtime = useNativeRuntime()
const draw = new Draw('map layers')

interface Emitted {
  readonly x: Array64
  readonly y: Array64
  /** By name, as they were fed. */
  readonly parameters: Readonly<Record<string, Array64>>
}

/** A layer's graph for a batch of two, run by definition. */
function emit(spec: LayerSpec, input: readonly number[], given: Readonly<Record<string, Array64>> = {}): Emitted {
  const kind = layerKind(spec)
  const builder = new GraphBuilder()
  const x = builder.input('x', { dtype: 'float32', shape: [BATCH, ...input] })
  const learned = kind.parameters(spec, input)
  const values = learned.map(({ name, shape }) => [name, builder.input(name, { dtype: 'float32', shape })] as const)
  const y = ACTIVATIONS[activationOf(spec)](kind.emit(spec, x, Object.fromEntries(values)))
  expect(y.shape).toEqual([BATCH, ...kind.outputShape(spec, input)])
  const feed = given.x ?? draw.reals(BATCH, ...input)
  const fed = learned.map(({ name, shape }) => [name, given[name] ?? draw.reals(...shape)] as const)
  const [out] = interpret(builder.build({ y }), [feed, ...fed.map(([, array]) => array)])
  if (!out) throw new Error('one output')
  return { x: feed, y: out, parameters: Object.fromEntries(fed) }
}

/** Element [n, c, i, j], or `outside` where there is none. */
const reader =
  ({ data, shape }: Array64, outside: number) =>
  (n: number, c: number, i: number, j: number) => {
    const [, depth, height, width] = shape as readonly [number, number, number, number]
    if (i < 0 || j < 0 || i >= height || j >= width) return outside
    return data[((n * depth + c) * height + i) * width + j] as number
  }

/** Rows before the first that 'same' adds: half of what is needed, rounded down. */
const padding = (size: number, kernel: number, by: number) =>
  Math.floor(Math.max(0, (Math.ceil(size / by) - 1) * by + kernel - size) / 2)

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

/** Every [n, c, i, j] of a result, in its order. */
function everywhere([depth, height, width]: MapShape, of: (n: number, c: number, i: number, j: number) => number) {
  return range(BATCH).flatMap((n) =>
    range(depth).flatMap((c) => range(height).flatMap((i) => range(width).map((j) => of(n, c, i, j)))),
  )
}

const dot = (a: Array64, b: Array64) => a.data.reduce((sum, x, i) => sum + x * (b.data[i] as number), 0)

describe('conv2d', () => {
  test('is a sum over its window in plain loops, for images of any size', () => {
    fc.assert(
      fc.property(maps, channels, window, stride, ([depth, height, width], filters, kernel, by) => {
        const spec = layerSchema.parse({ type: 'conv2d', filters, kernel, stride: by, activation: 'relu' })
        const { x, y, parameters } = emit(spec, [depth, height, width])
        const shape = [filters, Math.ceil(height / by), Math.ceil(width / by)] as const
        expect(y.shape).toEqual([BATCH, ...shape])
        const at = reader(x, 0)
        const [top, left] = [padding(height, kernel, by), padding(width, kernel, by)]
        const { weight, bias } = parameters as { weight: Array64; bias: Array64 }
        const expected = everywhere(shape, (n, f, i, j) => {
          let sum = bias.data[f] as number
          for (let k = 0; k < depth * kernel * kernel; k++) {
            const [c, a, b] = [Math.floor(k / kernel ** 2), Math.floor(k / kernel) % kernel, k % kernel]
            sum += (weight.data[f * depth * kernel ** 2 + k] as number) * at(n, c, i * by + a - top, j * by + b - left)
          }
          return Math.max(0, sum)
        })
        expect(relativeError(y.data, expected)).toBeLessThan(1e-12)
      }),
      check,
    )
  })

  test('learns filters [filters, channels, kernel, kernel] and a bias that starts at 0', () => {
    const spec = layerSchema.parse({ type: 'conv2d', filters: 5, init: { name: 'he' } })
    const fan = { in: 27, out: 45 }
    expect(layerKind(spec).parameters(spec, [3, 9, 7])).toEqual([
      { name: 'weight', shape: [5, 3, 3, 3], init: { name: 'he' }, fan },
      { name: 'bias', shape: [5], init: { name: 'zeros' }, fan },
    ])
  })
})

describe('convTranspose2d', () => {
  test('is the transpose of conv2d: ⟨conv(a), b⟩ = ⟨a, transpose(b)⟩ with the same weight, for any size', () => {
    fc.assert(
      fc.property(maps, channels, window, stride, ([depth, height, width], filters, kernel, by) => {
        const down = layerSchema.parse({ type: 'conv2d', filters, kernel, stride: by })
        const size = [height, width]
        const up = layerSchema.parse({ type: 'convTranspose2d', filters: depth, kernel, stride: by, size })
        const weight = draw.reals(filters, depth, kernel, kernel)
        const zeros = (count: number) => float32([count], Array(count).fill(0))
        const { x: a, y: convolved } = emit(down, [depth, height, width], { weight, bias: zeros(filters) })
        const smaller = [filters, Math.ceil(height / by), Math.ceil(width / by)]
        const { x: b, y: transposed } = emit(up, smaller, { weight, bias: zeros(depth) })
        expect(transposed.shape).toEqual([BATCH, depth, height, width])
        const scale = Math.sqrt(dot(convolved, convolved) * dot(b, b)) + 1
        expect(Math.abs(dot(convolved, b) - dot(a, transposed)) / scale).toBeLessThan(1e-12)
      }),
      check,
    )
  })

  test('adds its bias everywhere, where no window reaches too', () => {
    const spec = layerSchema.parse({ type: 'convTranspose2d', filters: 1, kernel: 1, stride: 3, size: [4, 6] })
    const { y } = emit(spec, [1, 2, 2], { weight: float32([1, 1, 1, 1], [0]), bias: float32([1], [2]) })
    expect(Array.from(y.data)).toEqual(Array(BATCH * 24).fill(2))
  })

  test.each([
    [[1, 4, 4], [9, 8], '9 × 8', 'for example 8 × 8'],
    [[1, 3, 2], [6, 5], '6 × 5', 'for example 6 × 4'],
  ] as const)('from %j to %j is refused with a size that fits', (input, size, found, hint) => {
    const spec = layerSchema.parse({ type: 'convTranspose2d', filters: 1, size })
    const refused = expect.objectContaining({ code: 'E_SHAPE', found, hint })
    if (found === '6 × 5') expect(layerKind(spec).outputShape(spec, [1, 3, 3])).toEqual([1, 6, 5])
    expect(() => layerKind(spec).outputShape(spec, input)).toThrow(refused)
  })
})

test('maxPool2d is the largest of each window in plain loops, for images of any size', () => {
  fc.assert(
    fc.property(maps, fc.integer({ min: 1, max: 4 }), ([depth, height, width], size) => {
      const { x, y } = emit(layerSchema.parse({ type: 'maxPool2d', size }), [depth, height, width])
      const at = reader(x, Number.NEGATIVE_INFINITY)
      const [top, left] = [padding(height, size, size), padding(width, size, size)]
      const shape = [depth, Math.ceil(height / size), Math.ceil(width / size)] as const
      const expected = everywhere(shape, (n, c, i, j) =>
        Math.max(
          ...range(size * size).map((k) =>
            at(n, c, i * size + Math.floor(k / size) - top, j * size + (k % size) - left),
          ),
        ),
      )
      expect(y.shape).toEqual([BATCH, ...shape])
      expect(Array.from(y.data)).toEqual(expected)
    }),
    check,
  )
})

describe('resize2d', () => {
  test('repeats the nearest pixel above and to the left, for any two sizes', () => {
    fc.assert(
      fc.property(maps, length, length, ([depth, height, width], toHeight, toWidth) => {
        const { x, y } = emit(layerSchema.parse({ type: 'resize2d', size: [toHeight, toWidth] }), [
          depth,
          height,
          width,
        ])
        const at = reader(x, Number.NaN)
        const expected = everywhere([depth, toHeight, toWidth], (n, c, i, j) =>
          at(n, c, Math.floor((i * height) / toHeight), Math.floor((j * width) / toWidth)),
        )
        expect(Array.from(y.data)).toEqual(expected)
      }),
      check,
    )
  })

  test('interpolates between pixel centres, clamped at the edge', () => {
    fc.assert(
      fc.property(maps, length, length, ([depth, height, width], toHeight, toWidth) => {
        const spec = layerSchema.parse({ type: 'resize2d', size: [toHeight, toWidth], mode: 'bilinear' })
        const { x, y } = emit(spec, [depth, height, width])
        const at = reader(x, Number.NaN)
        const around = (i: number, from: number, to: number) => {
          const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1)
          const low = Math.floor(centre)
          return [low, Math.min(low + 1, from - 1), centre - low] as const
        }
        const expected = everywhere([depth, toHeight, toWidth], (n, c, i, j) => {
          const [top, bottom, v] = around(i, height, toHeight)
          const [left, right, u] = around(j, width, toWidth)
          const row = (r: number) => (1 - u) * at(n, c, r, left) + u * at(n, c, r, right)
          return (1 - v) * row(top) + v * row(bottom)
        })
        expect(relativeError(y.data, expected)).toBeLessThan(1e-6)
      }),
      check,
    )
  })

  test('takes the same pixels in ONNX Runtime once lowered, from every length up to 14 to every length up to 28', async () => {
    const [spans, targets] = [range(14), range(28)].map((list) => list.map((i) => i + 1)) as [number[], number[]]
    const builder = new GraphBuilder()
    const outputs = spans.flatMap((from) => {
      const x = builder.input(`from${from}`, { dtype: 'float32', shape: [1, 1, from, 1] })
      return targets.map((to) => {
        const spec = layerSchema.parse({ type: 'resize2d', size: [to, 1] })
        return [`${from} to ${to}`, layerKind(spec).emit(spec, x, {})] as const
      })
    })
    const graph = lower(builder.build(Object.fromEntries(outputs)))
    const results = await runGraph(
      runtime(),
      graph,
      spans.map((from) => float32([1, 1, from, 1], range(from))),
    )
    const wrong = outputs.flatMap(([name], k) => {
      const [from, to] = [spans[Math.floor(k / 28)] as number, targets[k % 28] as number]
      const expected = range(to).map((i) => Math.floor((i * from) / to))
      return String(Array.from(results[k]?.data ?? [])) === String(expected) ? [] : [name]
    })
    expect(wrong).toEqual([])
  })
})

describe('unflatten', () => {
  const spec = layerSchema.parse({ type: 'unflatten', shape: [2, 2, 3] })

  test('keeps the numbers and gives them a shape', () => {
    const { x, y } = emit(spec, [12])
    expect(y.shape).toEqual([BATCH, 2, 2, 3])
    expect(y.data).toEqual(x.data)
  })

  test('of another number of values is refused', () => {
    expect(() => layerKind(spec).outputShape(spec, [13])).toThrow(
      expect.objectContaining({ code: 'E_SHAPE', at: 'layer "unflatten"', found: '13' }),
    )
  })
})

describe.each([
  { type: 'conv2d', filters: 2 },
  { type: 'convTranspose2d', filters: 2, size: [4, 4] },
  { type: 'maxPool2d' },
  { type: 'resize2d', size: [4, 4] },
])('$type', (input) => {
  const spec = layerSchema.parse(input)

  test('looks at maps, and says so when it is given a row of numbers', () => {
    expect(takesMaps(spec)).toBe(true)
    expect(() => layerKind(spec).outputShape(spec, [12])).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        at: `layer "${spec.type}"`,
        found: '[12]',
        hint: expect.stringContaining('unflatten'),
      }),
    )
  })

  test('has no nonlinearity unless it asks for one', () => expect(activationOf(spec)).toBe('linear'))

  test.each([{ kernel: 0 }, { size: [0, 4] }, { size: 1.5 }, { filters: -1 }, { padding: 'same' }])(
    'is not described with %j',
    (wrong) => expect(layerSchema.safeParse({ ...input, ...wrong }).success).toBe(false),
  )
})

test('sizes agree with what is emitted for the layers of a whole encoder of odd sizes', () => {
  const encoder = [
    { type: 'conv2d', filters: 3 },
    { type: 'maxPool2d' },
    { type: 'conv2d', filters: 2, stride: 2 },
  ].map((layer) => layerSchema.parse(layer))
  const shapes = encoder.reduce<(readonly number[])[]>(
    (list, layer) => list.concat([layerKind(layer).outputShape(layer, list.at(-1) ?? [])]),
    [[1, 9, 7]],
  )
  expect(shapes.map((shape) => shape.join('×'))).toEqual(['1×9×7', '3×9×7', '3×5×4', '2×3×2'])
  expect(sizeOf(shapes.at(-1) ?? [])).toBe(12)
})
