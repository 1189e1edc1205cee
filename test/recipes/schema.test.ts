import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parseSpec, specJsonSchema } from '../../src/compile/spec.js'
import { type PresetName, RECIPES, type Recipe } from '../../src/recipes/index.js'

const written = JSON.parse(readFileSync(new URL('../../docs/spec.schema.json', import.meta.url), 'utf8'))

test('docs/spec.schema.json is the schema of the sources ("npm run schema" writes it)', () => {
  expect(written).toEqual(JSON.parse(JSON.stringify(specJsonSchema())))
})

describe('for others who read the schema', () => {
  const validate = new Ajv2020({ strict: false }).compile(written)
  const ALL = Object.values(RECIPES) as unknown as Recipe[]

  test.each(
    ALL.flatMap((recipe) =>
      (Object.keys(recipe.presets) as PresetName[]).map((preset) => [recipe.name, preset, recipe] as const),
    ),
  )('%s, %s preset, is valid', (_, preset, recipe) => {
    validate(recipe.spec([9, 7, 3], {}, preset))
    expect(validate.errors).toBeNull()
  })

  /** As a person writes it: all that has a default left out. */
  const brief = {
    $schema: '../docs/spec.schema.json',
    format: 'diabolo/1',
    recipe: 'mine',
    preset: 'default',
    input: [12],
    encoder: [{ type: 'dense', units: 3 }],
    decoder: [{ type: 'dense', units: 12 }],
    output: 'linear',
    phases: [{ kind: 'descend', epochs: 1, batchSize: 4, optimizer: { name: 'adam' }, loss: { type: 'mse' } }],
  }

  test('defaults may be left out', () => {
    expect(validate(brief), JSON.stringify(validate.errors)).toBe(true)
    expect(parseSpec(brief).phases[0]).toMatchObject({ shuffle: true, penalties: [] })
  })

  test.each([
    ['a field that is none', { extra: 1 }],
    ['a layer that is none', { encoder: [{ type: 'lstm', units: 3 }] }],
    ['a field of another layer', { encoder: [{ type: 'dense', units: 3, filters: 2 }] }],
    ['half a unit', { encoder: [{ type: 'dense', units: 0.5 }] }],
    ['noise that is all', { phases: [{ ...brief.phases[0], corruption: { type: 'masking', part: 1 } }] }],
    ['a phase without a loss', { phases: [{ ...brief.phases[0], loss: undefined }] }],
  ])('%s is wrong there and here', (_, change) => {
    const wrong = JSON.parse(JSON.stringify({ ...brief, ...change }))
    expect(validate(wrong)).toBe(false)
    expect(() => parseSpec(wrong)).toThrow(expect.objectContaining({ code: 'E_SPEC' }))
  })
})
