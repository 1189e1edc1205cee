import { describe, expect, test } from 'vitest'
import { drawLabelCurve } from '../../src/report/label-curve.js'

const LINES = [
  {
    name: 'pretrained',
    points: [
      [100, 12.5],
      [1000, 6.02],
      [10_000, 2.5],
    ],
  },
  {
    name: 'not pretrained',
    points: [
      [100, 25.4],
      [1000, 9.1],
      [10_000, 2.9],
    ],
  },
] as const

describe('label curve', () => {
  test('says in words what it shows', async () => {
    const { alt, svg } = await drawLabelCurve({ lines: LINES })
    expect(alt).toBe(
      'Line chart of the test error by the number of labels, on logarithmic scales. pretrained: 12.5% with 100 labels, 6.02% with 1,000 labels, 2.5% with 10,000 labels. not pretrained: 25.4% with 100 labels, 9.1% with 1,000 labels, 2.9% with 10,000 labels.',
    )
    for (const text of ['pretrained', 'not pretrained', 'labels (log scale)', 'test error, % (log scale)']) {
      expect(svg).toContain(`>${text}<`)
    }
  })

  test.each([
    ['nothing', [], 'E_SHAPE'],
    ['an error of 0', [{ name: 'perfect', points: [[100, 0]] as const }], 'E_VALUE'],
    ['no number', [{ name: 'lost', points: [[100, Number.NaN]] as const }], 'E_VALUE'],
  ])('cannot show %s', async (_, lines, code) => {
    await expect(drawLabelCurve({ lines })).rejects.toMatchObject({ code })
  })
})
