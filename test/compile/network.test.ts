import { describe, expect, test } from 'vitest'
import { DiaboloError } from '../../src/base/errors.js'
import { buildNetwork, initialParameters } from '../../src/compile/network.js'
import { parseSpec, type Spec } from '../../src/compile/spec.js'
import { stateOf } from '../../src/compile/step.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { directional } from '../../src/graph/check-gradient.js'
import { toArray64 } from '../../src/graph/interpret.js'
import type { Value } from '../../src/graph/types.js'
import { ACTIVATION_NAMES } from '../../src/nn/activations.js'
import { emitLoss } from '../../src/nn/losses.js'
import { grad } from '../../src/ops/index.js'
import { Draw } from '../arrays.js'
import { relativeError } from '../closeness.js'
import { sample, WIDTH } from './samples.js'

describe('a spec with its shapes worked out', () => {
  const { network, phase } = sample({ shape: [3, 4, 1] })

  test('names parameters by their place', () => {
    expect(network.parameters.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['encoder.0.weight', 12, 8],
      ['encoder.0.bias', 8],
      ['encoder.1.weight', 8, 5],
      ['encoder.1.bias', 5],
      ['decoder.0.weight', 5, 8],
      ['decoder.0.bias', 8],
      ['decoder.1.weight', 8, 12],
      ['decoder.1.bias', 12],
    ])
    expect([network.width, network.codeShape]).toEqual([12, [5]])
  })

  test('carries the parameters, then what the optimizer remembers of each', () => {
    const names = stateOf(network, phase).map(({ name }) => name)
    expect(names).toHaveLength(24)
    expect(names.slice(8, 10)).toEqual(['adam.m/encoder.0.weight', 'adam.m/encoder.0.bias'])
    expect(names[16]).toBe('adam.v/encoder.0.weight')
    const { network: other, phase: sgd } = sample({ optimizer: 'sgd' })
    expect(
      stateOf(other, sgd)
        .map(({ name }) => name)
        .at(-1),
    ).toBe('sgd.u/decoder.1.bias')
    expect(stateOf(other, { ...sgd, optimizer: { name: 'sgd', learningRate: 1, momentum: 0 } })).toHaveLength(8)
  })

  test('must give back as many values as a sample has', () => {
    const { spec } = sample()
    const short = { ...spec, decoder: spec.decoder.slice(0, 1) }
    expect(() => buildNetwork(short)).toThrow(DiaboloError)
    expect(() => buildNetwork(short)).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        at: 'decoder of "sample"',
        expected: '12 values per sample',
        found: '8',
      }),
    )
  })
})

describe('starting values', () => {
  const { network } = sample()

  test('depend on the seed', () => {
    expect(initialParameters(network, 1)).toEqual(initialParameters(network, 1))
    expect(initialParameters(network, 2)).not.toEqual(initialParameters(network, 1))
  })

  test("depend on a parameter's own name, not on what else there is", () => {
    const { spec } = sample()
    const shallow = buildNetwork({ ...spec, encoder: spec.encoder.slice(0, 1), decoder: spec.decoder.slice(1) })
    expect(initialParameters(shallow, 1)['encoder.0.weight']).toEqual(initialParameters(network, 1)['encoder.0.weight'])
    const [first, second] = ['encoder.0.weight', 'decoder.1.weight'].map((name) => initialParameters(network, 1)[name])
    expect(first?.data.subarray(0, 4)).not.toEqual(second?.data.subarray(0, 4))
  })

  test('never change for a seed', () => {
    const weight = initialParameters(network, 0)['encoder.0.weight']
    expect(Array.from(weight?.data.subarray(0, 3) ?? [])).toMatchInlineSnapshot(`
      [
        0.33442139625549316,
        -0.06371163576841354,
        -0.21773739159107208,
      ]
    `)
  })
})

describe.each(['mse', 'crossEntropy'] as const)('the gradient of the whole model for %s', (type) => {
  test.each(ACTIVATION_NAMES)('matches central differences in every parameter, with %s', (activation) => {
    const { network } = sample({ activation })
    const parameters = initialParameters(network, 5)
    const builder = new GraphBuilder()
    const x = builder.input('x', { dtype: 'float32', shape: [3, WIDTH] })
    const entries = network.parameters.map(
      ({ name, shape }) => [name, builder.input(name, { dtype: 'float32', shape })] as const,
    )
    const values = Object.fromEntries(entries)
    const code = network.encode(x, values)
    const loss = emitLoss({ type }, { ...network.decode(code, values), target: x, code })
    const wrt = entries.map(([, value]) => value)
    const gradients = grad(loss, wrt)
    const draw = new Draw('network')
    // biases away from 0, where several activations have a kink
    const feeds = [
      draw.within(0, 1, 3, WIDTH),
      ...network.parameters.map(({ name, shape }) =>
        name.endsWith('bias') ? draw.reals(...shape) : toArray64(parameters[name] ?? never()),
      ),
    ]
    wrt.forEach((parameter, i) => {
      const { analytic, numeric } = directional({ loss, x: parameter, gradient: gradients[i] as Value }, feeds)
      expect(relativeError([analytic], [numeric]), entries[i]?.[0]).toBeLessThan(1e-7)
    })
  })
})

function never(): never {
  throw new Error('every parameter has a starting value')
}

describe('a spec', () => {
  const { spec } = sample()
  const plain: Spec = JSON.parse(JSON.stringify(spec))

  test('is plain JSON, and the same after a round trip', () => {
    expect(parseSpec(plain)).toEqual(spec)
  })

  test('fills in what was left out', () => {
    const [phase] = parseSpec({
      ...plain,
      phases: [{ kind: 'descend', epochs: 2, batchSize: 3, optimizer: { name: 'adam' }, loss: { type: 'mse' } }],
    }).phases
    expect(phase).toEqual({
      kind: 'descend',
      name: 'train',
      epochs: 2,
      batchSize: 3,
      shuffle: true,
      optimizer: { name: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      schedule: { name: 'constant', warmup: 0 },
      loss: { type: 'mse' },
      penalties: [],
    })
  })

  test.each<[string, object, string]>([
    ['another format', { format: 'diabolo/2' }, 'spec.format'],
    ['no shape', { input: [] }, 'spec.input'],
    ['a length that is none', { input: [0] }, 'spec.input.0'],
    ['no encoder', { encoder: [] }, 'spec.encoder'],
    ['a layer that is none', { encoder: [{ type: 'lstm' }] }, 'spec.encoder.0.type'],
    ['an activation that is none', { output: 'swish' }, 'spec.output'],
    ['shares without their loss', { output: 'softmax' }, 'spec.phases.0.loss'],
    ['no phase', { phases: [] }, 'spec.phases'],
    ['a phase that is none', { phases: [{ kind: 'dream' }] }, 'spec.phases.0.kind'],
    ['something more', { extra: 1 }, 'spec'],
  ])('with %s is refused, and the place named', (_, change, at) => {
    expect(() => parseSpec({ ...plain, ...change })).toThrow(expect.objectContaining({ code: 'E_SPEC', at }))
  })

  test.each([[null], ['text'], [[]]])('%j is none', (value) => {
    expect(() => parseSpec(value, 'model.onnx')).toThrow(expect.objectContaining({ code: 'E_SPEC', at: 'model.onnx' }))
  })
})
