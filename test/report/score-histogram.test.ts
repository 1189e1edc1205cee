import { describe, expect, test } from 'vitest'
import { drawScoreHistogram } from '../../src/report/score-histogram.js'
import { LIGHT } from '../../src/report/theme.js'
import { textBoxes, textFaults } from './text-boxes.js'
import { findAll, parseXml } from './xml.js'

/** Heights and places of the bars of a colour, from left to right. */
const barsOf = (svg: string, color: string) =>
  findAll(parseXml(svg), 'path')
    .filter(({ attributes }) => attributes.fill === color)
    .flatMap(({ attributes }) => {
      const corner = /^M([\d.-]+) [\d.-]+l([\d.]+) 0l0 -([\d.]+)l/.exec(attributes.d ?? '')
      return corner ? [{ left: Number(corner[1]), height: Number(corner[3]) }] : []
    })
    .filter(({ height }) => height > 0)

describe('score histogram', () => {
  test('each kind by its own share, so that few anomalies are seen beside many others', async () => {
    const scores = Float32Array.from([...Array(98).fill(1), 50, 90])
    const anomaly = Array.from(scores, (score) => score > 10)
    const { svg, alt } = await drawScoreHistogram({ scores, anomaly, threshold: 10 })
    expect(alt).toBe(
      'Histogram of scores on a logarithmic axis. 98 ordinary, median 1. 2 anomalies, median 50. The threshold 10 is marked.',
    )
    const [ordinary, odd] = [barsOf(svg, LIGHT.blue), barsOf(svg, LIGHT.vermilion)]
    expect(ordinary).toHaveLength(1)
    expect(odd).toHaveLength(2)
    for (const { height, left } of odd) {
      expect(height).toBeCloseTo((ordinary[0]?.height ?? 0) / 2, 0)
      expect(left).toBeGreaterThan(ordinary[0]?.left ?? 0)
    }
  })

  test('without labels there is one kind; equal steps are equal factors', async () => {
    const { svg } = await drawScoreHistogram({ scores: Float32Array.of(1, 10, 100, 1000, 10_000) })
    const [a, b, c, d] = barsOf(svg, LIGHT.blue).map(({ left }) => left) as [number, number, number, number]
    expect(b - a).toBeCloseTo(c - b, 0)
    expect(c - b).toBeCloseTo(d - c, 0)
    expect(textBoxes(svg).map(({ text }) => text)).toContain('5 samples')
    expect(svg).not.toContain(LIGHT.vermilion)
  })

  test('a score of 0 is shown with the least other one', async () => {
    const { svg } = await drawScoreHistogram({ scores: Float32Array.of(0, 0, 0.1, 10) })
    const bars = barsOf(svg, LIGHT.blue)
    expect(bars).toHaveLength(2)
    expect(bars[0]?.height).toBeCloseTo(3 * (bars[1]?.height ?? 0), 0)
  })

  test('texts stay apart', async () => {
    for (const factor of [1.001, 1.005, 1.02, 1.05]) {
      const scores = Float32Array.from({ length: 1000 }, (_, i) => 1e-6 * factor ** i)
      expect(textFaults(await drawScoreHistogram({ scores, threshold: 0.0123456 }))).toEqual([])
    }
  })

  test.each([
    ['no scores', [], 'E_SHAPE'],
    ['no number', [1, Number.NaN], 'E_VALUE'],
    ['a negative one', [1, -1], 'E_VALUE'],
  ])('cannot show %s', async (_, scores, code) => {
    await expect(drawScoreHistogram({ scores: Float32Array.from(scores) })).rejects.toMatchObject({ code })
  })
})
