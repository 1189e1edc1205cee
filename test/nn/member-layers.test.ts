import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64 } from '../../src/graph/types.js'
import { layerKind, layerSchema } from '../../src/nn/layers/index.js'
import { Draw } from '../arrays.js'
import { relativeError } from '../closeness.js'

const [BATCH, MEMBERS, IN, UNITS] = [3, 4, 5, 2]
const draw = new Draw('members')

/** What a layer makes of x and these parameters. */
function apply(layer: object, x: Array64, parameters: Readonly<Record<string, Array64>> = {}): Array64 {
  const spec = layerSchema.parse(layer)
  const builder = new GraphBuilder()
  const named = Object.entries(parameters).map(([name, { shape }]) => [
    name,
    builder.input(name, { dtype: 'float32', shape }),
  ])
  const input = builder.input('x', { dtype: 'float32', shape: ['batch', ...x.shape.slice(1)] })
  const y = layerKind(spec).emit(spec, input, Object.fromEntries(named))
  const [out] = interpret(builder.build({ y }), [...Object.values(parameters), x])
  expect(layerKind(spec).outputShape(spec, x.shape.slice(1))).toEqual(out?.shape.slice(1))
  return out as Array64
}

const at = ({ data, shape }: Array64, ...index: readonly number[]) =>
  data[index.reduce((place, i, axis) => place * (shape[axis] as number) + i, 0)] as number

describe('dense layers side by side', () => {
  const x = draw.reals(BATCH, MEMBERS, IN)
  const bias = draw.reals(MEMBERS, UNITS)
  const expected = (weight: (member: number, i: number, unit: number) => number) =>
    Array.from({ length: BATCH * MEMBERS * UNITS }, (_, k) => {
      const [row, member, unit] = [Math.floor(k / MEMBERS / UNITS), Math.floor(k / UNITS) % MEMBERS, k % UNITS]
      let sum = at(bias, member, unit)
      for (let i = 0; i < IN; i++) sum += at(x, row, member, i) * weight(member, i, unit)
      return sum
    })

  test('have each a weight of their own', () => {
    const weight = draw.reals(MEMBERS, IN, UNITS)
    const z = apply({ type: 'dense', units: UNITS, members: MEMBERS }, x, { weight, bias })
    expect(
      relativeError(
        z.data,
        expected((member, i, unit) => at(weight, member, i, unit)),
      ),
    ).toBeLessThan(1e-14)
  })

  test('tied, have the transpose of the one that they mirror', () => {
    const weight = draw.reals(MEMBERS, UNITS, IN)
    const z = apply({ type: 'dense', units: UNITS, members: MEMBERS, tied: true }, x, { weight, bias })
    expect(
      relativeError(
        z.data,
        expected((member, i, unit) => at(weight, member, unit, i)),
      ),
    ).toBeLessThan(1e-14)
  })

  test('learn weights and biases by member, each starting as one of its size would', () => {
    const spec = layerSchema.parse({ type: 'dense', units: UNITS, members: MEMBERS })
    expect(layerKind(spec).parameters(spec, [MEMBERS, IN])).toMatchObject([
      { name: 'weight', shape: [MEMBERS, IN, UNITS], fan: { in: IN, out: UNITS } },
      { name: 'bias', shape: [MEMBERS, UNITS] },
    ])
  })

  test.each([[[IN]], [[MEMBERS + 1, IN]], [[MEMBERS, 2, 2]]])('refuse an input of %j', (input) => {
    const spec = layerSchema.parse({ type: 'dense', units: UNITS, members: MEMBERS })
    expect(() => layerKind(spec).outputShape(spec, input)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }))
  })
})

test('a copy is the sample, once for each member', () => {
  const x = draw.reals(BATCH, IN)
  const { data, shape } = apply({ type: 'copy', members: MEMBERS }, x)
  expect(shape).toEqual([BATCH, MEMBERS, IN])
  const expected = Array.from({ length: sizeOf(shape) }, (_, k) => at(x, Math.floor(k / MEMBERS / IN), k % IN))
  expect(Array.from(data)).toEqual(expected)
})

test('an average is the mean over the members', () => {
  const x = draw.reals(BATCH, MEMBERS, IN)
  const expected = Array.from({ length: BATCH * IN }, (_, k) => {
    let sum = 0
    for (let member = 0; member < MEMBERS; member++) sum += at(x, Math.floor(k / IN), member, k % IN)
    return sum / MEMBERS
  })
  expect(relativeError(apply({ type: 'average' }, x).data, expected)).toBeLessThan(1e-14)
  const spec = layerSchema.parse({ type: 'average' })
  expect(() => layerKind(spec).outputShape(spec, [IN])).toThrow(expect.objectContaining({ code: 'E_SHAPE' }))
})

test('what is squashed is asinh of a standard score, and comes back', () => {
  const [x, shift, scale] = [draw.reals(BATCH, IN), draw.reals(IN), draw.within(0.5, 2, IN)]
  const y = apply({ type: 'squash' }, x, { shift, scale })
  const expected = x.data.map((value, k) => Math.asinh((value - at(shift, k % IN)) / at(scale, k % IN)))
  expect(relativeError(y.data, expected)).toBeLessThan(1e-14)
  expect(relativeError(apply({ type: 'unsquash' }, y, { shift, scale }).data, x.data)).toBeLessThan(1e-13)
})
