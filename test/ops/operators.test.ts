import { describe, expect, test } from 'vitest'
import { DiaboloError } from '../../src/base/errors.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { directional } from '../../src/graph/check-gradient.js'
import { interpret } from '../../src/graph/interpret.js'
import { verify } from '../../src/graph/verify.js'
import { relativeError } from '../closeness.js'
import { runGraph, useNativeRuntime } from '../native.js'
import { apply, casesOf, differentiate, expandInternal, INTERNAL_NAMES, NAMES, operator } from './application.js'
import { MALFORMED } from './malformed.js'

const runtime = useNativeRuntime()

describe.each([...NAMES, ...INTERNAL_NAMES])('%s', (name) => {
  const op = operator(name)
  const cases = casesOf(name).map((each) => [each.note, each] as const)
  const smooth = op.vjp ? cases.filter(([, { kink }]) => !kink) : []
  const malformed = (MALFORMED[name] ?? []).map((each) => [each.note, each] as const)

  test('has its name and ten cases or more, no two alike', () => {
    expect(op.name).toBe(name)
    expect(cases.length).toBeGreaterThanOrEqual(10)
    expect(new Set(cases.map(([note, { inputs }]) => JSON.stringify([note, inputs]))).size).toBe(cases.length)
  })

  test.each(cases)('shape rule tells what comes out: %s', (_, each) => {
    const { graph } = apply(name, each)
    verify(graph)
    const types = op.shape(each.inputs, each.attrs)
    interpret(graph, each.inputs).forEach(({ shape, data }, i) => {
      const told = types[i]?.shape.map((dim, axis) => (typeof dim === 'string' ? shape[axis] : dim))
      expect(shape).toEqual(told)
      expect(data).toHaveLength(shape.reduce((size, dim) => size * dim, 1))
    })
  })

  test.each(cases)('ONNX Runtime agrees with the definition: %s', async (_, each) => {
    const { graph, feeds } = op.vjp ? differentiate(name, each) : { ...apply(name, each), feeds: each.inputs }
    const expected = interpret(graph, feeds)
    const actual = await runGraph(runtime(), expandInternal(graph), feeds)
    graph.outputs.forEach((output, i) => {
      expect(actual[i]?.dtype, output.name).toBe(expected[i]?.dtype)
      expect(actual[i]?.shape, output.name).toEqual(expected[i]?.shape)
      // the loss is a sum of terms of both signs that may cancel, and what it is made of is compared anyway
      if (output.name === 'loss') return
      expect(relativeError(actual[i]?.data ?? [], expected[i]?.data ?? []), output.name).toBeLessThanOrEqual(1e-5)
    })
  })

  test.runIf(smooth.length > 0).each(smooth)('gradient matches central differences: %s', (_, each) => {
    const { loss, wrt, gradients, feeds } = differentiate(name, each)
    wrt.forEach((x, i) => {
      const gradient = gradients[i] ?? loss
      expect(gradient.shape).toEqual(x.shape)
      for (const seed of [1, 2]) {
        const { analytic, numeric } = directional({ loss, x, gradient }, feeds, { seed })
        expect(relativeError([analytic], [numeric]), `input ${i}, direction ${seed}`).toBeLessThanOrEqual(1e-7)
      }
    })
  })

  test.runIf(malformed.length > 0).each(malformed)('refuses what does not fit: %s', (_, { inputs, attrs }) => {
    const builder = new GraphBuilder()
    const values = inputs.map((type, i) => builder.input(`x${i}`, type))
    const emit = () => builder.emit(op, values, attrs)
    expect(emit).toThrow(DiaboloError)
    expect(emit).toThrow(expect.objectContaining({ code: 'E_SHAPE', at: name }))
    expect(builder.nodes).toEqual([])
  })
})

test('only operators that take anything have nothing to refuse', () => {
  expect(NAMES.filter((name) => !MALFORMED[name])).toEqual(['Identity', 'Cast'])
})
