import { expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { interpret } from '../../src/graph/interpret.js'
import type { Array64 } from '../../src/graph/types.js'
import { emitErrors, type ScoreName } from '../../src/nn/scores.js'
import { Draw } from '../arrays.js'
import { relativeError } from '../closeness.js'

const [BATCH, MEMBERS, WIDTH] = [3, 4, 5]
const draw = new Draw('scores')
const residuals = draw.reals(BATCH, MEMBERS, WIDTH)

function errorsOf(score: ScoreName, parameters: Readonly<Record<string, Array64>> = {}): readonly number[] {
  const builder = new GraphBuilder()
  const inputs = Object.entries(parameters).map(([name, { shape }]) => [
    name,
    builder.input(name, { dtype: 'float32', shape }),
  ])
  const e = builder.input('e', { dtype: 'float32', shape: residuals.shape })
  const errors = emitErrors(score, e, Object.fromEntries(inputs))
  expect(errors.shape).toEqual([BATCH, WIDTH])
  return Array.from(interpret(builder.build({ errors }), [...Object.values(parameters), residuals])[0]?.data ?? [])
}

/** Of each row and value, the mean over its members. */
const meanOver = (of: (e: number, value: number) => number): number[] =>
  Array.from({ length: BATCH * WIDTH }, (_, k) => {
    const [row, value] = [Math.floor(k / WIDTH), k % WIDTH]
    let sum = 0
    for (let member = 0; member < MEMBERS; member++)
      sum += of(residuals.data[(row * MEMBERS + member) * WIDTH + value] as number, value)
    return sum / MEMBERS
  })

test('squared: what the members miss on average', () => {
  expect(
    relativeError(
      errorsOf('squared'),
      meanOver((e) => e * e),
    ),
  ).toBeLessThan(1e-14)
})

test('standardized: in units of what is missed ordinarily', () => {
  const scale = draw.within(0.5, 3, WIDTH)
  const expected = meanOver((e, value) => (e / (scale.data[value] as number)) ** 2)
  expect(relativeError(errorsOf('standardized', { 'score.scale': scale }), expected)).toBeLessThan(1e-14)
})

test('mahalanobis: the whitened residual of the mean reconstruction', () => {
  const [center, whitening] = [draw.reals(WIDTH), draw.reals(WIDTH, WIDTH)]
  const mean = meanOver((e) => e)
  const expected = mean.map((_, k) => {
    const [row, value] = [Math.floor(k / WIDTH), k % WIDTH]
    let sum = 0
    for (let i = 0; i < WIDTH; i++)
      sum +=
        ((mean[row * WIDTH + i] as number) - (center.data[i] as number)) * (whitening.data[i * WIDTH + value] as number)
    return sum ** 2
  })
  const errors = errorsOf('mahalanobis', { 'score.center': center, 'score.whitening': whitening })
  expect(relativeError(errors, expected)).toBeLessThan(1e-13)
})
