import { describe, expect, test } from 'vitest'
import { drawRetrievalCurve } from '../../src/report/retrieval-curve.js'
import { parseXml } from './xml.js'

const LINES = [
  {
    name: 'autoencoder',
    points: [
      [0.001, 0.9],
      [0.03, 0.7],
      [1, 0.1],
    ] as const,
  },
  {
    name: 'latent semantics',
    points: [
      [0.001, 0.8],
      [0.03, 0.5],
      [1, 0.1],
    ] as const,
  },
]

describe('a retrieval curve', () => {
  test('is one picture, with every line named and told', async () => {
    const figure = await drawRetrievalCurve({ lines: LINES, caption: 'after 1, 3 … hits' })
    parseXml(figure.svg)
    for (const { name } of LINES) expect(figure.svg).toContain(name)
    expect(figure.alt).toContain('autoencoder: precision 90% at recall 0.1%, precision 70% at recall 3%')
    expect(figure.id).toBe('retrieval')
  })

  test.each([
    [[], 'E_SHAPE'],
    [[{ name: 'none', points: [] }], 'E_SHAPE'],
    [[{ name: 'no recall', points: [[0, 1]] as const }], 'E_VALUE'],
    [[{ name: 'per cent', points: [[0.5, 50]] as const }], 'E_VALUE'],
    [[{ name: 'not a number', points: [[0.5, Number.NaN]] as const }], 'E_VALUE'],
  ])('refuses %j', async (lines, code) => {
    await expect(drawRetrievalCurve({ lines })).rejects.toMatchObject({ code })
  })
})
