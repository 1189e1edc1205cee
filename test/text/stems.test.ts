import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { stemsOf } from '../../src/text/stems.js'

const golden = JSON.parse(readFileSync(new URL('../golden/text.json', import.meta.url), 'utf8'))

describe('stems', () => {
  test('are those of another implementation', () => {
    const stems = Object.entries<string>(golden.stems)
    expect(stems.length).toBeGreaterThan(80)
    for (const [word, stem] of stems) expect([word, ...stemsOf(word)]).toEqual([word, stem])
  })

  test('leave out what says nothing about a subject, and keep the order', () => {
    expect(stemsOf("The Bank's rates, which weren't raised in 1987: a 0.5 pct RISE!")).toEqual([
      'bank',
      'rate',
      'rais',
      'pct',
      'rise',
    ])
  })

  test('of letters beyond a to z stay whole', () => {
    expect(stemsOf('Zürich Überraschungen мосты')).toEqual(['zürich', 'überraschungen', 'мосты'])
    // one letter or two characters: the same word
    expect(stemsOf('café')).toEqual(stemsOf('cafe\u0301'))
  })

  test('of nothing are none', () => {
    expect(stemsOf('')).toEqual([])
    expect(stemsOf('1,234.5 – % I a')).toEqual([])
  })
})
