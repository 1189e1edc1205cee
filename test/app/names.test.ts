import { describe, expect, test } from 'vitest'
import { namedIn } from '../../src/app/sources.js'
import { recipeOf } from '../../src/app/training-run.js'
import { requirePreset } from '../../src/cli/flags.js'
import { splitOptions } from '../../src/model/estimator.js'

describe.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('what every object has: %s', (name) => {
  test('is no data set', () => {
    expect(namedIn(name)).toBeUndefined()
    expect(namedIn(`${name}:5`)).toBeUndefined()
  })

  test('is no recipe', () => {
    expect(() => recipeOf(name)).toThrow(expect.objectContaining({ code: 'E_UNKNOWN', found: `"${name}"` }))
  })

  test('is no preset', () => {
    const refused = expect.objectContaining({ code: 'E_OPTION', found: `"${name}"` })
    expect(() => requirePreset(name, recipeOf('vanilla'))).toThrow(refused)
  })

  test('is no option of fit', () => {
    expect(splitOptions(JSON.parse(`{ "${name}": 1 }`))).toEqual({ fit: {}, more: JSON.parse(`{ "${name}": 1 }`) })
  })
})
