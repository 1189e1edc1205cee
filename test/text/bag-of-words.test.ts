import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { countStems, weightStems } from '../../src/text/bag-of-words.js'
import { type Vocabulary, vocabularyOf } from '../../src/text/vocabulary.js'

const golden = JSON.parse(readFileSync(new URL('../golden/text.json', import.meta.url), 'utf8'))

const DOCUMENTS = [['oil', 'price', 'oil'], ['price', 'grain'], ['oil', 'tanker'], []]

describe('a vocabulary', () => {
  test('holds the commonest stems first, equally common ones by the alphabet', () => {
    expect(vocabularyOf(DOCUMENTS)).toEqual({
      stems: ['oil', 'price', 'grain', 'tanker'],
      frequencies: [2, 2, 1, 1],
      documents: 4,
    })
    expect(vocabularyOf(DOCUMENTS, 3).stems).toEqual(['oil', 'price', 'grain'])
  })

  test('of documents without words is refused', () => {
    expect(() => vocabularyOf([[], []])).toThrow(expect.objectContaining({ code: 'E_DATA', at: '2 documents' }))
  })
})

describe('a bag of words', () => {
  test('counts what the vocabulary holds', () => {
    const counts = countStems([...DOCUMENTS, ['corn', 'grain']], vocabularyOf(DOCUMENTS, 3))
    expect([...counts]).toEqual([2, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1])
  })

  test('weighs as another implementation does', () => {
    const counts: number[][] = golden.counts
    const width = counts[0]?.length as number
    const frequencies = Array.from({ length: width }, (_, j) => counts.filter((row) => (row[j] as number) > 0).length)
    const vocabulary: Vocabulary = { stems: frequencies.map(String), frequencies, documents: counts.length }
    const weights = weightStems(Float32Array.from(counts.flat()), vocabulary)
    golden.weights.flat().forEach((wanted: number, i: number) => {
      expect(weights[i]).toBeCloseTo(wanted, 6)
    })
    const longer = weightStems(Float32Array.from(counts.flat()), vocabulary, 10)
    expect(Math.hypot(...longer.subarray(0, width))).toBeCloseTo(10, 5)
    // a document of unknown words only
    expect([...longer.subarray(-width)]).toEqual([0, 0, 0, 0, 0])
  })
})
