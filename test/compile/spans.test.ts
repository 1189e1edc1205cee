import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildNetwork, initialParameters, type Network, type Span } from '../../src/compile/network.js'
import { parseSpec } from '../../src/compile/spec.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { directional } from '../../src/graph/check-gradient.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64, Value } from '../../src/graph/types.js'
import { emitLoss } from '../../src/nn/losses.js'
import { grad } from '../../src/ops/index.js'
import { Draw, float32 } from '../arrays.js'
import { relativeError } from '../closeness.js'

const [BATCH, WIDTH] = [4, 6]
const draw = new Draw('spans')

interface Parts {
  readonly input?: readonly number[]
  readonly encoder: readonly object[]
  readonly decoder: readonly object[]
  readonly output?: string
}

const specOf = ({ input = [WIDTH], encoder, decoder, output = 'sigmoid' }: Parts) =>
  parseSpec({
    format: 'diabolo/1',
    recipe: 'sample',
    preset: 'default',
    input,
    encoder,
    decoder,
    output,
    phases: [{ kind: 'descend', epochs: 1, batchSize: 1, optimizer: { name: 'adam' }, loss: { type: 'mse' } }],
  })

const dense = (units: number, more: object = {}) => ({ type: 'dense', units, activation: 'tanh', ...more })

/** 6–5–3–5–6, with or without tied weights. */
const stack = (tied: boolean) =>
  specOf({
    encoder: [dense(5), dense(3)],
    decoder: [dense(5, { tied }), dense(WIDTH, { tied, activation: 'linear' })],
  })

/** Loss and the gradients by every parameter, by name; one input of the graph for each parameter. */
function backward(network: Network) {
  const builder = new GraphBuilder()
  const x = builder.input('x', { dtype: 'float32', shape: [BATCH, network.width] })
  const values = Object.fromEntries(
    network.parameters.map(({ name, shape }) => [name, builder.input(name, { dtype: 'float32', shape })]),
  )
  const code = network.encode(x, values)
  const loss = emitLoss({ type: 'mse' }, { ...network.decode(code, values), target: x, code })
  const gradients = grad(loss, Object.values(values))
  const named = Object.fromEntries(Object.keys(values).map((name, i) => [name, gradients[i] as Value]))
  return { values, loss, named, graph: builder.build({ loss, ...named }) }
}

const gradientsOf = (network: Network, feeds: Readonly<Record<string, Array64>>, x: Array64) => {
  const { graph, named } = backward(network)
  const results = interpret(graph, [x, ...network.parameters.map(({ name }) => feeds[name] as Array64)])
  return Object.fromEntries(Object.keys(named).map((name, i) => [name, results[i + 1] as Array64]))
}

function transposed({ shape: [rows = 0, columns = 0], data }: Array64): Array64 {
  const values = Array.from({ length: rows * columns }, (_, k) => data[(k % rows) * columns + Math.floor(k / rows)])
  return float32([columns, rows], values as number[])
}

const plus = (a: Array64, b: Array64) => Array.from(a.data, (value, i) => value + (b.data[i] as number))

/** A part of a network, run by definition with these parameters. */
function run(
  network: Network,
  parameters: Readonly<Record<string, Array64>>,
  x: Array64,
  part: (network: Network, x: Value, values: Readonly<Record<string, Value>>) => Value,
) {
  const builder = new GraphBuilder()
  const input = builder.input('x', { dtype: 'float32', shape: x.shape })
  const values = network.parameters.map(
    ({ name, shape }) => [name, builder.input(name, { dtype: 'float32', shape })] as const,
  )
  const graph = builder.build({ y: part(network, input, Object.fromEntries(values)) })
  const [y] = interpret(graph, [x, ...values.map(([name]) => parameters[name] as Array64)])
  if (!y) throw new Error('one output')
  return y
}

const drawn = (network: Network) =>
  Object.fromEntries(network.parameters.map(({ name, shape }) => [name, draw.within(-0.7, 0.7, ...shape)]))

describe('tied weights', () => {
  const [tied, untied] = [buildNetwork(stack(true)), buildNetwork(stack(false))]
  const x = draw.within(0, 1, BATCH, WIDTH)
  const feeds = drawn(tied)
  const copied = {
    ...feeds,
    'decoder.0.weight': transposed(feeds['encoder.1.weight'] as Array64),
    'decoder.1.weight': transposed(feeds['encoder.0.weight'] as Array64),
  }

  test('are one tensor, which the encoder owns', () => {
    expect(tied.parameters.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['encoder.0.weight', 6, 5],
      ['encoder.0.bias', 5],
      ['encoder.1.weight', 5, 3],
      ['encoder.1.bias', 3],
      ['decoder.0.bias', 5],
      ['decoder.1.bias', 6],
    ])
    const start = initialParameters(tied, 1)
    expect(Object.keys(start)).toHaveLength(6)
    expect(start['encoder.0.weight']).toEqual(initialParameters(untied, 1)['encoder.0.weight'])
  })

  test('get the sum of the gradients of both uses', () => {
    const [own, both] = [gradientsOf(tied, feeds, x), gradientsOf(untied, copied, x)] as const
    for (const [i, twin] of [
      [0, 1],
      [1, 0],
    ]) {
      const [up, down] = [both[`encoder.${i}.weight`], both[`decoder.${twin}.weight`]] as [Array64, Array64]
      const sum = plus(up, transposed(down))
      expect(relativeError(own[`encoder.${i}.weight`]?.data ?? [], sum)).toBeLessThan(1e-7)
      // neither use alone makes it
      expect(relativeError(up.data, sum)).toBeGreaterThan(0.01)
      expect(relativeError(transposed(down).data, sum)).toBeGreaterThan(0.01)
    }
    for (const name of ['encoder.0.bias', 'encoder.1.bias', 'decoder.0.bias', 'decoder.1.bias'])
      expect(relativeError(own[name]?.data ?? [], both[name]?.data ?? []), name).toBeLessThan(1e-12)
  })

  test('have a gradient that matches central differences', () => {
    const { values, loss, named } = backward(tied)
    for (const [name, parameter] of Object.entries(values)) {
      const claim = { loss, x: parameter, gradient: named[name] as Value }
      const { analytic, numeric } = directional(claim, [x, ...Object.values(feeds)])
      expect(relativeError([analytic], [numeric]), name).toBeLessThan(1e-7)
    }
  })

  test.each<[string, Parts, string]>([
    ['in the encoder', { encoder: [dense(3, { tied: true })], decoder: [dense(6)] }, 'spec.encoder.0.tied'],
    [
      'with an encoder of another depth',
      { encoder: [dense(3)], decoder: [dense(4), dense(6, { tied: true })] },
      'spec.decoder.1.tied',
    ],
    [
      'to a layer of other sizes',
      { encoder: [dense(5), dense(3)], decoder: [dense(4, { tied: true }), dense(6)] },
      'spec.decoder.0.tied',
    ],
    [
      'to a layer that has no such weight',
      {
        input: [2, 3, 1],
        encoder: [{ type: 'conv2d', filters: 1 }],
        decoder: [dense(6, { tied: true })],
      },
      'spec.decoder.0.tied',
    ],
  ])('%s are refused', (_, parts, at) => {
    expect(() => buildNetwork(specOf(parts))).toThrow(expect.objectContaining({ code: 'E_SPEC', at }))
  })
})

describe('layers in the middle', () => {
  const [spec, tied] = [stack(false), stack(true)]
  const namesOf = (network: Network) => network.parameters.map(({ name }) => name)
  const whole = ['weight', 'bias']
  const at = (...prefixes: string[]) => prefixes.flatMap((prefix) => whole.map((name) => `${prefix}.${name}`))

  test.each<[Span, string[], number, number[], string]>([
    [{ from: 0, to: 2 }, at('encoder.0', 'encoder.1', 'decoder.0', 'decoder.1'), 6, [3], 'sigmoid'],
    [{ from: 0, to: 1 }, at('encoder.0', 'decoder.1'), 6, [5], 'sigmoid'],
    [{ from: 1, to: 2 }, at('encoder.1', 'decoder.0'), 5, [3], 'tanh'],
  ])('%j keep their names, their sizes and their nonlinearity', (span, names, width, codeShape, output) => {
    const part = buildNetwork(spec, span)
    expect(namesOf(part)).toEqual(names)
    expect([part.width, part.codeShape, part.output]).toEqual([width, codeShape, output])
    const start = initialParameters(buildNetwork(spec), 4)
    for (const [name, tensor] of Object.entries(initialParameters(part, 4))) expect(tensor, name).toEqual(start[name])
  })

  test('with tied weights own the weight of the encoder and both biases', () => {
    expect(namesOf(buildNetwork(tied, { from: 1, to: 2 }))).toEqual([...at('encoder.1'), 'decoder.0.bias'])
  })

  test.each([true, false])('compute what the whole computes, piece by piece (tied: %s)', (isTied) => {
    const all = buildNetwork(stack(isTied))
    const parameters = drawn(all)
    const x = draw.within(0, 1, BATCH, WIDTH)
    const [outer, inner] = [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
    ].map((span) => buildNetwork(stack(isTied), span)) as [Network, Network]
    const encode = (network: Network, x: Array64) => run(network, parameters, x, (n, v, p) => n.encode(v, p))
    const decode = (network: Network, x: Array64) => run(network, parameters, x, (n, v, p) => n.decode(v, p).output)
    const hidden = encode(outer, x)
    const code = encode(inner, hidden)
    expect(relativeError(code.data, encode(all, x).data)).toBeLessThan(1e-15)
    const back = decode(outer, decode(inner, code))
    expect(relativeError(back.data, decode(all, code).data)).toBeLessThan(1e-15)
    const upTo = (layers: number) => run(all, parameters, x, (n, v, p) => n.encodeUpTo(layers, v, p))
    expect(upTo(0).data).toEqual(x.data)
    expect(upTo(1).data).toEqual(hidden.data)
    expect(upTo(2).data).toEqual(code.data)
    expect([0, 1, 2].map((layers) => all.shapeAfter(layers))).toEqual([[6], [5], [3]])
    expect(inner.shapeAfter(1)).toEqual([3])
  })

  test('have logits before their last nonlinearity, which is applied once', () => {
    const inner = buildNetwork(spec, { from: 1, to: 2 })
    const parameters = drawn(inner)
    const code = draw.within(-1, 1, BATCH, 3)
    const logits = run(inner, parameters, code, (n, v, p) => n.decode(v, p).logits)
    const output = run(inner, parameters, code, (n, v, p) => n.decode(v, p).output)
    expect(relativeError(output.data, logits.data.map(Math.tanh))).toBeLessThan(1e-12)
  })

  test.each<[Span, Parts]>([
    [
      { from: 1, to: 1 },
      { encoder: [dense(5), dense(3)], decoder: [dense(5), dense(6)] },
    ],
    [
      { from: 0, to: 3 },
      { encoder: [dense(5), dense(3)], decoder: [dense(5), dense(6)] },
    ],
    [
      { from: 0, to: 1 },
      { encoder: [dense(5), dense(3)], decoder: [dense(6)] },
    ],
  ])('%j without a mirror are refused', (span, parts) => {
    expect(() => buildNetwork(specOf(parts), span)).toThrow(
      expect.objectContaining({ code: 'E_SPEC', at: 'spec.phases, "layers"' }),
    )
  })

  test('whose decoder gives something else back are refused', () => {
    const lopsided = specOf({ encoder: [dense(5), dense(3)], decoder: [dense(4), dense(6)] })
    expect(() => buildNetwork(lopsided, { from: 1, to: 2 })).toThrow(expect.objectContaining({ code: 'E_SHAPE' }))
  })
})

describe('images', () => {
  const identity = { type: 'resize2d', size: [2, 3] }

  test('of several channels go in and come out in their own order, and are maps in between', () => {
    const network = buildNetwork(
      specOf({ input: [2, 3, 3], encoder: [identity], decoder: [identity], output: 'linear' }),
    )
    // value 100 h + 10 w + c at row h, column w, channel c
    const values = Array.from({ length: 18 }, (_, k) => {
      const [h, w, c] = [Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3]
      return 100 * h + 10 * w + c
    })
    const x = float32([1, 18], values)
    const code = run(network, {}, x, (n, v, p) => n.encode(v, p))
    expect(network.codeShape).toEqual([3, 2, 3])
    expect(Array.from(code.data.subarray(0, 6))).toEqual([0, 10, 20, 100, 110, 120])
    expect(Array.from(code.data.subarray(6, 8))).toEqual([1, 11])
    const back = run(network, {}, code, (n, v, p) => n.decode(v, p).output)
    expect(Array.from(back.data)).toEqual(values)
  })

  test('are mixed by a convolution of one pixel as by hand', () => {
    const conv = { type: 'conv2d', filters: 3, kernel: 1 }
    const network = buildNetwork(specOf({ input: [1, 2, 3], encoder: [conv], decoder: [conv], output: 'linear' }))
    const parameters = {
      // first filter: red − blue; second: green; third: 2 red
      'encoder.0.weight': float32([3, 3, 1, 1], [1, 0, -1, 0, 1, 0, 2, 0, 0]),
      'encoder.0.bias': float32([3], [0, 0, 1]),
      // red: the first; green: the sum of all; blue: the third
      'decoder.0.weight': float32([3, 3, 1, 1], [1, 0, 0, 1, 1, 1, 0, 0, 1]),
      'decoder.0.bias': float32([3], [0, 0, 0]),
    }
    const code = run(network, parameters, float32([1, 6], [5, 7, 1, 4, 8, 2]), (n, v, p) => n.encode(v, p))
    expect(Array.from(code.data)).toEqual([4, 2, 7, 8, 11, 9])
    const back = run(network, parameters, code, (n, v, p) => n.decode(v, p).output)
    expect(Array.from(back.data)).toEqual([4, 22, 11, 2, 19, 9])
  })

  test('without an axis of channels are grey', () => {
    const network = buildNetwork(specOf({ input: [2, 3], encoder: [identity], decoder: [identity] }))
    expect([network.width, network.codeShape]).toEqual([6, [1, 2, 3]])
  })

  test.each([[[12]], [[2, 2, 3, 1]]])('are not samples of shape %j: refused with what to do', (input) => {
    expect(() => buildNetwork(specOf({ input, encoder: [identity], decoder: [identity] }))).toThrow(
      expect.objectContaining({ code: 'E_SHAPE', hint: expect.stringContaining('dense layers') }),
    )
  })

  test('go through dense layers flat, and through maps made of rows', () => {
    const network = buildNetwork(
      specOf({
        input: [2, 3, 1],
        encoder: [{ type: 'conv2d', filters: 2 }, dense(3)],
        decoder: [dense(12), { type: 'unflatten', shape: [2, 2, 3] }, { type: 'conv2d', filters: 1 }],
      }),
    )
    expect([network.codeShape, network.shapeAfter(1)]).toEqual([[3], [2, 2, 3]])
    const out = run(
      network,
      drawn(network),
      draw.within(0, 1, BATCH, 6),
      (n, v, p) => n.decode(n.encode(v, p), p).output,
    )
    expect(out.shape).toEqual([BATCH, 6])
  })

  test('of any size survive encoders of any depth', () => {
    const side = fc.integer({ min: 1, max: 7 })
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), (h, w, c, depth) => {
        const sizes = Array.from({ length: depth }, (_, i) => [Math.ceil(h / 2 ** i), Math.ceil(w / 2 ** i)])
        const network = buildNetwork(
          specOf({
            input: [h, w, c],
            encoder: sizes.map(() => ({ type: 'maxPool2d', size: 2 })),
            decoder: sizes.toReversed().map((size) => ({ type: 'resize2d', size })),
          }),
        )
        expect(network.codeShape).toEqual([c, Math.ceil(h / 2 ** depth), Math.ceil(w / 2 ** depth)])
        const x = draw.within(0, 1, BATCH, h * w * c)
        expect(run(network, {}, x, (n, v, p) => n.decode(n.encode(v, p), p).output).shape).toEqual(x.shape)
      }),
      { seed: 1, numRuns: 30 },
    )
  })
})

test('a code says how active its units are only where it comes out of a sigmoid', () => {
  const of = (activation: string) =>
    buildNetwork(specOf({ encoder: [dense(3, { activation })], decoder: [dense(6)] })).codeIsActivity
  expect([of('sigmoid'), of('tanh'), of('linear')]).toEqual([true, false, false])
})
