import { describe, expect, test } from 'vitest'
import { drawRankingCurve, type RankingLine } from '../../src/report/ranking-curve.js'
import { LIGHT, LINE_STYLES } from '../../src/report/theme.js'
import { textBoxes, textFaults } from './text-boxes.js'
import { findAll, parseXml } from './xml.js'

/** The longest line of a colour, as corners in pixels. */
function cornersOf(svg: string, color: string | undefined): (readonly [x: number, y: number])[] {
  const drawn = findAll(parseXml(svg), 'path')
    .filter(({ attributes }) => attributes.stroke === color && attributes.fill !== color)
    .map(({ attributes }) => (attributes.d ?? '').match(/-?[\d.]+ -?[\d.]+/g) ?? [])
  const longest = drawn.reduce((most, path) => (path.length > most.length ? path : most), [])
  return longest.map((corner) => corner.split(' ').map(Number) as [number, number])
}

const LINES: readonly RankingLine[] = [
  {
    name: 'ensemble',
    area: 0.875,
    points: [
      [0, 0],
      [0, 0.5],
      [0.25, 1],
      [1, 1],
    ],
  },
  {
    name: 'untrained',
    area: 0.5,
    points: [
      [0, 0],
      [1, 1],
    ],
  },
]

describe('ranking curve', () => {
  test('says in words what it shows', async () => {
    const { alt, svg, id } = await drawRankingCurve({ kind: 'roc', lines: LINES, anomalies: 0.1 })
    expect(id).toBe('roc')
    expect(alt).toBe(
      'Line chart of anomalies found, part of all, by false alarms, part of the ordinary samples. ensemble: area 0.875. untrained: area 0.500.',
    )
    const texts = textBoxes(svg).map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['ensemble: 0.875', 'untrained: 0.500', 'chance: 0.5']))
  })

  test('a point is where its parts are', async () => {
    const { svg } = await drawRankingCurve({ kind: 'roc', lines: LINES, anomalies: 0.1 })
    const corners = cornersOf(svg, LINE_STYLES[0]?.color)
    expect(corners).toHaveLength(4)
    const [start, half, , end] = corners as [[number, number], [number, number], [number, number], [number, number]]
    expect(half[0]).toBeCloseTo(start[0], 1)
    expect(half[1] - start[1]).toBeCloseTo((end[1] - start[1]) / 2, 1)
    expect(corners[2]?.[0]).toBeCloseTo(start[0] + (end[0] - start[0]) / 4, 1)
  })

  test('chance of precision is the part that anomalies are', async () => {
    const { svg } = await drawRankingCurve({ kind: 'precisionRecall', lines: LINES, anomalies: 0.25 })
    const [zero, one] = cornersOf(svg, LINE_STYLES[1]?.color).map(([, y]) => y) as [number, number]
    for (const [, y] of cornersOf(svg, LIGHT.muted)) expect(y).toBeCloseTo(zero + 0.25 * (one - zero), 1)
    expect(textBoxes(svg).map(({ text }) => text)).toContain('chance: 0.25')
  })

  test('of a hundred thousand thresholds as many are drawn as can be seen, the steep ones among them', async () => {
    const count = 100_000
    const points = Array.from({ length: count + 1 }, (_, i) => [i / count, Math.min(1, (100 * i) / count)] as const)
    const { svg } = await drawRankingCurve({
      kind: 'roc',
      lines: [{ name: 'many', area: 0.995, points }],
      anomalies: 0.01,
    })
    const corners = cornersOf(svg, LINE_STYLES[0]?.color)
    expect(corners.length).toBeGreaterThan(300)
    expect(corners.length).toBeLessThan(1000)
    const left = corners.filter(([x]) => x < (corners[0]?.[0] as number) + 4)
    expect(left.length).toBeGreaterThan(300)
  })

  test('texts stay apart', async () => {
    for (const kind of ['roc', 'precisionRecall'] as const)
      expect(textFaults(await drawRankingCurve({ kind, lines: LINES, anomalies: 0.0123 }))).toEqual([])
  })

  test.each([
    ['no line', []],
    ['a line without points', [{ name: 'empty', area: 0, points: [] }]],
  ])('cannot show %s', async (found, lines) => {
    const drawing = drawRankingCurve({ kind: 'roc', lines, anomalies: 0.5 })
    await expect(drawing).rejects.toMatchObject({ code: 'E_SHAPE', found })
  })
})
