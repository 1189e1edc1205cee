import { describe, expect, test } from 'vitest'
import { LOWERING_PASSES, type LoweringPass, lower, OPTIONAL_PASSES } from '../../src/compile/lowering/index.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import { rewrite } from '../../src/graph/rewrite.js'
import { simplify } from '../../src/graph/simplify.js'
import type { Array64, Graph, Value } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import * as ops from '../../src/ops/index.js'
import { Draw, float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { runGraph, useNativeRuntime } from '../native.js'

const runtime = useNativeRuntime()

const PASSES = Object.keys(LOWERING_PASSES) as LoweringPass[]

interface Net {
  /** Of the inputs, the first of which holds the images. */
  readonly shapes: readonly (readonly number[])[]
  readonly of: (...inputs: readonly Value[]) => Value
  /** Images with many equal neighbours. */
  readonly ties?: true
}

type Three = readonly [Value, Value, Value]

const SAME = [1, 1, 1, 1]

const convolution = (x: number[], w: number[], options: ops.ConvOptions = {}): Net => ({
  shapes: [x, w, [w[0] ?? 1]],
  of: (...inputs) => {
    const [image, weight, bias] = inputs as unknown as Three
    return ops.conv(image, weight, { ...options, bias })
  },
})

const transposed = (x: number[], w: number[], options: ops.ConvTransposeOptions = {}): Net => ({
  shapes: [x, w, [w[1] ?? 1]],
  of: (...inputs) => {
    const [image, weight, bias] = inputs as unknown as Three
    return ops.convTranspose(image, weight, { ...options, bias })
  },
})

/** Resize, then a convolution. */
const enlarged = (x: number[], size: number[], w: number[], mode: ops.ResizeMode = 'nearest', pads = SAME): Net => ({
  shapes: [x, w, [w[0] ?? 1]],
  of: (...inputs) => {
    const [image, weight, bias] = inputs as unknown as Three
    return ops.conv(ops.resize(ops.tanh(image), { size, mode }), weight, { pads, bias })
  },
})

const pooled = (x: number[], options: ops.PoolOptions): Net => ({
  shapes: [x],
  of: (image) => ops.maxPool(ops.mul(image as Value, 2), options),
  ties: true,
})

const NETS: Readonly<Record<string, Net>> = {
  'a convolution': convolution([2, 3, 6, 5], [4, 3, 3, 3], { pads: SAME }),
  'a convolution that narrows': convolution([2, 4, 6, 5], [2, 4, 3, 3], { pads: SAME }),
  'a convolution of one channel': convolution([2, 1, 6, 5], [4, 1, 3, 3], { pads: SAME }),
  'a convolution to one channel': convolution([2, 4, 6, 5], [1, 4, 3, 3], { pads: SAME }),
  'a convolution of eight channels to one': convolution([2, 8, 6, 5], [1, 8, 3, 3], { pads: SAME }),
  'a strided convolution of eight channels to one': convolution([2, 8, 6, 5], [1, 8, 3, 2], {
    pads: [1, 0, 2, 1],
    strides: [2, 1],
  }),
  'a convolution to one channel without padding': convolution([2, 4, 6, 5], [1, 4, 3, 3]),
  'a convolution to one channel with padding on one side': convolution([2, 5, 6, 5], [1, 5, 3, 2], {
    pads: [2, 0, 0, 1],
  }),
  'a convolution to one channel, padded beyond its reach': convolution([2, 4, 4, 4], [1, 4, 2, 2], {
    pads: [3, 2, 3, 2],
  }),
  'a convolution to one channel, padded beyond its reach above': convolution([2, 5, 4, 4], [1, 5, 2, 2], {
    pads: [3, 0, 0, 1],
  }),
  'a convolution to one channel, padded beyond its reach on the right': convolution([2, 5, 4, 4], [1, 5, 2, 2], {
    pads: [0, 0, 1, 2],
  }),
  'a convolution with stride 2': convolution([2, 3, 7, 6], [4, 3, 3, 3], { pads: SAME, strides: [2, 2] }),
  'a convolution with stride 2 to one channel': convolution([2, 3, 6, 6], [1, 3, 2, 2], { strides: [2, 2] }),
  'a dilated convolution': convolution([2, 3, 7, 6], [4, 3, 3, 3], { pads: [2, 2, 2, 2], dilations: [2, 2] }),
  'a dilated convolution to one channel': convolution([2, 5, 7, 6], [1, 5, 3, 2], {
    pads: [1, 0, 2, 1],
    dilations: [2, 1],
  }),
  'a convolution of 5 × 5': convolution([2, 3, 6, 6], [3, 3, 5, 5], { pads: [2, 2, 2, 2] }),
  'a convolution of 1 × 1': convolution([2, 3, 4, 5], [4, 3, 1, 1]),
  'a transposed convolution': transposed([2, 3, 4, 5], [3, 4, 3, 3], { pads: SAME }),
  'a transposed convolution of 2 × 3': transposed([2, 3, 4, 5], [3, 2, 2, 3], { pads: [1, 0, 0, 2] }),
  'a dilated transposed convolution': transposed([2, 3, 5, 5], [3, 2, 2, 3], { dilations: [2, 1], pads: [1, 1, 2, 0] }),
  'a transposed convolution padded beyond its reach': transposed([2, 3, 5, 5], [3, 2, 2, 2], { pads: [2, 2, 2, 2] }),
  'a transposed convolution with stride 2': transposed([2, 3, 4, 5], [3, 1, 3, 3], {
    pads: SAME,
    strides: [2, 2],
    outputPadding: [1, 1],
  }),
  'maxima of 2 × 2': pooled([2, 3, 6, 4], { kernel: [2, 2] }),
  'maxima of 2 × 2 with a row and a column over': pooled([2, 2, 7, 5], { kernel: [2, 2] }),
  "maxima of 2 × 2, 'same'": pooled([2, 2, 7, 5], { kernel: [2, 2], pads: [0, 0, 1, 1] }),
  "maxima of 3 × 3, 'same'": pooled([2, 2, 7, 8], { kernel: [3, 3], pads: [1, 0, 1, 1] }),
  'maxima of windows that overlap': pooled([2, 2, 7, 6], { kernel: [3, 3], strides: [2, 1], pads: SAME }),
  'nearest × 2, convolution': enlarged([2, 3, 4, 5], [8, 10], [4, 3, 3, 3]),
  'nearest × 2, convolution to one channel': enlarged([2, 3, 3, 3], [6, 6], [1, 3, 3, 3]),
  'nearest × 2 of one pixel, convolution': enlarged([2, 3, 1, 1], [2, 2], [2, 3, 3, 3]),
  'nearest × 2, convolution without padding': enlarged([2, 3, 4, 5], [8, 10], [4, 3, 3, 3], 'nearest', [0, 0, 0, 0]),
  'nearest × 2, convolution of 5 × 5': enlarged([2, 3, 4, 4], [8, 8], [2, 3, 5, 5], 'nearest', [2, 2, 2, 2]),
  'nearest × 3, convolution': enlarged([2, 2, 3, 3], [9, 9], [3, 2, 3, 3]),
  'nearest × 2 × 1, convolution': enlarged([2, 2, 3, 3], [6, 3], [3, 2, 3, 3]),
  'nearest 4 → 7, convolution': enlarged([2, 2, 4, 4], [7, 7], [3, 2, 3, 3]),
  'nearest 14 → 2, convolution': enlarged([2, 2, 14, 14], [2, 2], [3, 2, 3, 3]),
  'nearest 14 → 4 rows, convolution': enlarged([2, 2, 14, 3], [4, 3], [3, 2, 3, 3]),
  'linear × 2, convolution': enlarged([2, 3, 4, 5], [8, 10], [4, 3, 3, 3], 'linear'),
  'an autoencoder': {
    shapes: [
      [2, 1, 7, 6],
      [3, 1, 3, 3],
      [2, 3, 3, 3],
      [1, 2, 3, 3],
    ],
    of: (...inputs) => {
      const [x, w1, w2, w3] = inputs as unknown as readonly [Value, Value, Value, Value]
      const code = ops.maxPool(ops.relu(ops.conv(x, w1, { pads: SAME })), { kernel: [2, 2], pads: [0, 0, 1, 0] })
      const wide = ops.relu(ops.conv(ops.resize(code, { size: [8, 6], mode: 'nearest' }), w2, { pads: SAME }))
      const narrow = ops.resize(wide, { size: [7, 6], mode: 'nearest' })
      return ops.sigmoid(ops.conv(narrow, w3, { pads: SAME }))
    },
  },
}

/** A net's output and the gradients of Σ y ⊙ weights by all its inputs, and numbers to feed it. */
function graphOf({ shapes, of, ties }: Net): { graph: Graph; feeds: Array64[] } {
  const builder = new GraphBuilder()
  const draw = new Draw('net')
  const inputs = shapes.map((shape, i) => builder.input(`x${i}`, { dtype: 'float32', shape }))
  const y = of(...inputs)
  const weights = builder.input('weights', y)
  const gradients = ops.grad(ops.reduceSum(ops.mul(y, weights)), inputs)
  const graph = builder.build({ y, ...Object.fromEntries(gradients.map((dx, i) => [`dx${i}`, dx])) })
  const drawn = [...shapes, y.shape as number[]].map((shape) => draw.reals(...shape))
  const [first] = drawn as [Array64]
  // whole numbers below 0: padding must not be mistaken for a maximum, nor 0 for padding
  const images = ties
    ? float32(
        first.shape,
        first.data.map((value) => Math.min(0, Math.round(value))),
      )
    : first
  return { graph, feeds: [images, ...drawn.slice(1)] }
}

function expectClose(graph: Graph, actual: readonly Array64[], expected: readonly Array64[], tolerance: number) {
  graph.outputs.forEach(({ name }, i) => {
    const [a, b] = [actual[i], expected[i]] as [Array64, Array64]
    expect(a.shape, name).toEqual(b.shape)
    expect(relativeError(a.data, b.data), name).toBeLessThanOrEqual(tolerance)
  })
}

describe.each(Object.entries(NETS))('%s', (_, net) => {
  const { graph, feeds } = graphOf(net)
  const expected = interpret(verify(graph), feeds)

  test.each(PASSES)('means the same in float64 by %s alone', (pass) => {
    const changed = verify(rewrite(simplify(graph), LOWERING_PASSES[pass]))
    expectClose(graph, interpret(changed, feeds), expected, 1e-9)
  })

  test.each([[], ...OPTIONAL_PASSES.map((pass) => [pass]), OPTIONAL_PASSES])(
    'means the same in ONNX Runtime without %s %s %s',
    async (...without) => {
      expectClose(graph, await runGraph(runtime(), lower(graph, { without }), feeds), expected, 1e-5)
    },
  )
})

describe('each pass does what it is for', () => {
  const countOf = (name: string, net: string, ...without: LoweringPass[]) =>
    lower(graphOf(NETS[net] as Net).graph, { without }).nodes.filter(({ op }) => op.name === name).length

  test.each([
    ['expandConvWeightGrad', 'ConvWeightGrad', 'a convolution'],
    ['expandMaxPoolGrad', 'MaxPoolGrad', 'maxima of 2 × 2'],
    ['flipConvTranspose', 'ConvTranspose', 'a convolution'],
    ['flipConvTranspose', 'ConvTranspose', 'a transposed convolution of 2 × 3'],
    ['splitResize', 'Resize', 'nearest 14 → 2, convolution'],
    ['phaseConvolutions', 'Resize', 'nearest × 2, convolution'],
    ['phaseConvolutions', 'AveragePool', 'nearest × 2, convolution'],
  ] as const)('%s leaves no %s of %s', (pass, name, net) => {
    expect(countOf(name, net)).toBe(0)
    expect(countOf(name, net, pass)).toBeGreaterThan(0)
  })

  test.each([
    ["'a convolution' by the windows of its image", 'a convolution', [27, 60], [4, 60]],
    ['one of one channel by the windows of its image', 'a convolution of one channel', [9, 60], [4, 60]],
    ['one to one channel by the windows of its gradient', 'a convolution to one channel', [9, 60], [4, 60]],
    ['one that narrows by the windows of its gradient', 'a convolution that narrows', [18, 60], [4, 60]],
    ['one with stride 2 by the windows of its image', 'a convolution with stride 2', [27, 24], [4, 24]],
  ])('the weight gradient copies what is least: %s', (_, net, copied, other) => {
    const { nodes } = lower(graphOf(NETS[net] as Net).graph)
    const products = nodes.filter(({ op, attrs }) => op.name === 'Gemm' && attrs.transB === 1)
    expect(products.map(({ inputs }) => inputs.map(({ shape }) => shape))).toEqual([[copied, other]])
  })

  test('convolveInnermost makes one wide image of a batch, and adds few filters up after their products', () => {
    const convolutions = (net: string, ...without: LoweringPass[]) =>
      lower(graphOf(NETS[net] as Net).graph, { without })
        .nodes.filter(({ op }) => op.name === 'Conv')
        .map(({ inputs }) => inputs[0]?.shape)
    expect(convolutions('a convolution')).toEqual([
      [1, 3, 6, 10],
      [1, 4, 6, 10],
    ])
    expect(convolutions('a convolution', 'convolveInnermost')[0]).toEqual([2, 3, 6, 5])
    // the gradient by its image, from one channel to eight, is what is left
    expect(convolutions('a convolution of eight channels to one')).toEqual([[1, 1, 6, 10]])
  })

  test('sinkTransposes leaves no turn between the layers of an autoencoder', () => {
    const turned = (...without: LoweringPass[]) => countOf('Transpose', 'an autoencoder', ...without)
    expect(turned()).toBeLessThan(0.6 * turned('sinkTransposes'))
  })

  test('a convolution that a Resize does not double, or whose kernel is not 3 × 3, is left alone', () => {
    for (const net of Object.keys(NETS).filter((name) =>
      /^(nearest (× 3|× 2 × 1|4|× 2, .*(of 5|without))|linear)/.test(name),
    ))
      expect(countOf('Resize', net), net).toBe(1)
  })
})

describe('nearest Resize', () => {
  const lengths = Array.from({ length: 64 }, (_, i) => i + 1)

  test.each(lengths)('finds the exact rows and columns from %i to all of 1 … 64', async (from) => {
    const builder = new GraphBuilder()
    const tall = builder.input('tall', { dtype: 'float32', shape: [1, 1, from, 1] })
    const wide = builder.input('wide', { dtype: 'float32', shape: [1, 1, 1, from] })
    const outputs = lengths.flatMap((to) => [
      [`rows${to}`, ops.resize(tall, { size: [to, 1], mode: 'nearest' })] as const,
      [`columns${to}`, ops.resize(wide, { size: [1, to], mode: 'nearest' })] as const,
    ])
    const index = Float64Array.from({ length: from }, (_, i) => i)
    const feeds = [float32([1, 1, from, 1], index), float32([1, 1, 1, from], index)]
    const results = await runGraph(runtime(), lower(builder.build(Object.fromEntries(outputs))), feeds)
    lengths.forEach((to, i) => {
      const exact = Array.from({ length: to }, (_, k) => Math.floor((k * from) / to))
      expect(Array.from(results[2 * i]?.data ?? []), `rows to ${to}`).toEqual(exact)
      expect(Array.from(results[2 * i + 1]?.data ?? []), `columns to ${to}`).toEqual(exact)
    })
  })

  test('needs splitting: ONNX Runtime alone takes row 6 for row 7 from 14 to 2', async () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'float32', shape: [1, 1, 14, 1] })
    const graph = builder.build({ y: ops.resize(x, { size: [2, 1], mode: 'nearest' }) })
    const feeds = [float32([1, 1, 14, 1], Array(14).keys())]
    expect(Array.from((await runGraph(runtime(), graph, feeds))[0]?.data ?? [])).toEqual([0, 6])
    expect(Array.from(interpret(graph, feeds)[0]?.data ?? [])).toEqual([0, 7])
  })

  test('of a batch whose size is not known is lowered all the same', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'float32', shape: ['batch', 3, 14, 14] })
    const w = builder.input('w', { dtype: 'float32', shape: [2, 3, 3, 3] })
    const doubled = ops.conv(ops.resize(x, { size: [28, 28], mode: 'nearest' }), w, { pads: SAME })
    const graph = lower(builder.build({ y: ops.resize(x, { size: [2, 2], mode: 'nearest' }), doubled }))
    expect(graph.outputs.map(({ value }) => value.shape)).toEqual([
      ['batch', 3, 2, 2],
      ['batch', 2, 28, 28],
    ])
    // what is exported stays as it is read: a Resize and a Conv
    expect(graph.nodes.map(({ op }) => op.name).filter((name) => name === 'Resize')).toHaveLength(1)
  })
})
