import { describe, expect, test } from 'vitest'
import { drawActivationHistogram } from '../../src/report/activation-histogram.js'
import { LIGHT } from '../../src/report/theme.js'
import { textBoxes, textFaults } from './text-boxes.js'
import { findAll, parseXml } from './xml.js'

const labels = (svg: string) => textBoxes(svg).map(({ text }) => text)

/** The bars from left to right; a bar is drawn as corner, width, height. */
function barsOf(svg: string): { left: number; width: number; height: number }[] {
  return findAll(parseXml(svg), 'path')
    .filter(({ attributes }) => attributes.fill === LIGHT.blue)
    .flatMap(({ attributes }) => {
      const corner = /^M([\d.-]+) [\d.-]+l([\d.]+) 0l0 -([\d.]+)l/.exec(attributes.d ?? '')
      return corner ? [{ left: Number(corner[1]), width: Number(corner[2]), height: Number(corner[3]) }] : []
    })
    .filter(({ height }) => height > 0)
}

test('bars are as high as their counts, and where their values are', async () => {
  const { svg } = await drawActivationHistogram({
    activations: Float32Array.of(0, 0.05, 0.55, 0.55, 0.55, 0.55, 0.55, 0.95, 1, 1),
    bins: 10,
  })
  const bars = barsOf(svg)
  expect(bars).toHaveLength(3)
  const unit = (bars[1]?.height ?? 0) / 5
  expect(bars.map(({ height }) => height / unit)).toEqual([2, 5, 3].map((count) => expect.closeTo(count, 1)))
  const [zero, one] = ['0', '1'].map((text) => {
    const { left, right } = textBoxes(svg).findLast((box) => box.text === text) as { left: number; right: number }
    return (left + right) / 2
  }) as [number, number]
  const expected = [0, 0.5, 0.9].map((value) => zero + value * (one - zero))
  for (const [i, bar] of bars.entries()) {
    expect(bar.left).toBeGreaterThanOrEqual((expected[i] as number) - 0.5)
    expect(bar.left + bar.width).toBeLessThanOrEqual((expected[i] as number) + 0.1 * (one - zero) + 0.5)
  }
})

test('an edge belongs to the bar above it, in spite of float32', async () => {
  const { svg } = await drawActivationHistogram({ activations: Float32Array.of(0.3, 0.35, 0.7, 0.75), bins: 10 })
  const [first, second] = barsOf(svg).map(({ height }) => height)
  expect(barsOf(svg)).toHaveLength(2)
  expect(first).toBeCloseTo(second ?? 0, 1)
})

test('the description counts', async () => {
  const activations = Float32Array.of(0, 0.0001, 0.05, 0.05, 0.2, 0.5, 0.995, 1)
  const { alt } = await drawActivationHistogram({ activations, rho: 0.05 })
  expect(alt).toBe(
    'Histogram of the mean activations of 8 units: from 0 to 1, median 0.05. The target ρ = 0.05 is marked. ' +
      '50 % are below 0.1. Dead (below 0.001): 2. Saturated (above 0.99): 2.',
  )
})

test('beyond [0, 1] the axis covers the data, and nothing is called saturated', async () => {
  const { svg, alt } = await drawActivationHistogram({ activations: Float32Array.of(-1.5, 0, 2.5), bins: 8 })
  expect(labels(svg)).toEqual(expect.arrayContaining(['−1.5', '2.5']))
  expect(alt).toContain('Dead (closer to 0 than 0.001): 1.')
  expect(alt).not.toContain('Saturated')
})

test('the target is a line and a pointer', async () => {
  const { svg } = await drawActivationHistogram({ activations: Float32Array.of(0.1, 0.2), rho: 0.05 })
  const paths = findAll(parseXml(svg), 'path')
  expect(paths.filter(({ attributes }) => attributes.fill === LIGHT.vermilion)).toHaveLength(1)
  expect(paths.filter(({ attributes }) => attributes.stroke === LIGHT.vermilion)).toHaveLength(2)
  expect(labels(svg)).toContain('target ρ = 0.05')
  const without = await drawActivationHistogram({ activations: Float32Array.of(0.1, 0.2) })
  expect(without.svg).not.toContain(LIGHT.vermilion)
})

test('texts stay apart; the same every time', async () => {
  const activations = Float32Array.from({ length: 100_000 }, (_, i) => (i * 0.618) % 1)
  for (const scale of [1, 1e-3, 1e4]) {
    const draw = () => drawActivationHistogram({ activations: activations.map((mean) => mean * scale), rho: 0.05 })
    const figure = await draw()
    expect(textFaults(figure)).toEqual([])
    expect((await draw()).svg).toBe(figure.svg)
  }
})

describe('refuses', () => {
  const activations = Float32Array.of(0.1)
  test.each([
    ['no units', { activations: new Float32Array(0) }, 'E_SHAPE'],
    ['not a number', { activations: Float32Array.of(0, Number.NaN) }, 'E_VALUE'],
    ['infinity', { activations: Float32Array.of(Number.POSITIVE_INFINITY) }, 'E_VALUE'],
    ['ρ that is not a number', { activations, rho: Number.NaN }, 'E_OPTION'],
    ['no bars', { activations, bins: 0 }, 'E_OPTION'],
    ['half a bar', { activations, bins: 2.5 }, 'E_OPTION'],
    ['too many bars', { activations, bins: 201 }, 'E_OPTION'],
  ])('%s', async (_, options, code) => {
    await expect(drawActivationHistogram(options)).rejects.toMatchObject({ name: 'DiaboloError', code })
  })
})
