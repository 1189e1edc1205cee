import { expect, test } from 'vitest'
import { nearest } from '../../src/base/nearest.js'

const recipes = ['vanilla', 'sparse', 'denoising', 'pca']

test.each([
  ['vanila', 'vanilla'],
  ['VANILLA', 'vanilla'],
  ['denosing', 'denoising'],
  ['spares', 'sparse'],
  ['pac', 'pca'],
])('%s was meant to be %s', (typed, meant) => expect(nearest(typed, recipes)).toBe(meant))

test.each(['transformer', 'x', ''])('"%s" was meant to be something else', (typed) => {
  expect(nearest(typed, recipes.slice(0, 3))).toBeUndefined()
})

test('of no names there is no nearest', () => expect(nearest('vanilla', [])).toBeUndefined())
