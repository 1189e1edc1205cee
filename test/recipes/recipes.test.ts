import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildNetwork } from '../../src/compile/network.js'
import { parseSpec, type Spec } from '../../src/compile/spec.js'
import { type PresetName, RECIPES, type Recipe } from '../../src/recipes/index.js'

const ALL = Object.values(RECIPES) as unknown as Recipe[]
const SHAPES: readonly (readonly number[])[] = [[28, 28, 1], [9, 7, 3], [12]]

/** What works on images only. */
const OF_IMAGES = ['convolutional', 'segnet']

const cases = ALL.flatMap((recipe) =>
  (Object.keys(recipe.presets) as PresetName[]).flatMap((preset) =>
    SHAPES.filter((shape) => shape.length > 1 || !OF_IMAGES.includes(recipe.name)).map(
      (shape) => [recipe.name, preset, shape, recipe] as const,
    ),
  ),
)

/** The network and that of each phase: none of them may throw. */
function build(spec: Spec) {
  for (const phase of spec.phases) if (phase.kind === 'descend' && phase.layers) buildNetwork(spec, phase.layers)
  return buildNetwork(spec)
}

const phaseOf = ({ phases }: Spec) => {
  const last = phases.at(-1)
  if (last?.kind !== 'descend') throw new Error('the last phase follows gradients')
  return last
}

describe.each(cases)('%s, %s preset, for %j', (name, preset, shape, recipe) => {
  const spec = recipe.spec(shape, {}, preset)

  test('is a network for such samples', () => {
    expect(build(spec).width).toBe(shape.reduce((product, dim) => product * dim, 1))
    expect(spec).toMatchObject({ format: 'diabolo/1', recipe: name, preset, input: shape })
  })

  test('is the same after a round trip through JSON', () => {
    expect(parseSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec)
  })
})

describe('options', () => {
  test('of one recipe compose: a convolutional network may be sparse and its input masked', () => {
    const options = {
      activation: 'sigmoid',
      alpha: 0.1,
      rho: 0.2,
      noise: 0.4,
      corruption: 'masking',
      spare: 0.1,
      fresh: false,
    } as const
    const spec = RECIPES.convolutional.spec([9, 7, 3], options)
    expect(phaseOf(spec).corruption).toEqual({ type: 'masking', part: 0.4, spare: 0.1, fresh: false })
    expect(phaseOf(spec).penalties).toEqual([{ type: 'klSparsity', rho: 0.2, weight: 0.1 }])
    expect(build(spec).codeIsActivity).toBe(true)
  })

  test('noise has one meaning for each kind', () => {
    const corruptionFor = (corruption: 'gaussian' | 'masking' | 'saltAndPepper' | 'mix', noise = 0.3) =>
      phaseOf(RECIPES.denoising.spec([12], { corruption, noise })).corruption
    const common = { fresh: true, spare: 0 }
    expect(corruptionFor('gaussian', 2)).toEqual({ type: 'gaussian', sigma: 2, clip: true, ...common })
    expect(corruptionFor('masking')).toEqual({ type: 'masking', part: 0.3, ...common })
    expect(corruptionFor('saltAndPepper')).toEqual({ type: 'saltAndPepper', part: 0.3, ...common })
    expect(corruptionFor('mix')).toEqual({ type: 'mix', amount: 0.3, ...common })
    expect(corruptionFor('mix', 0)).toBeUndefined()
  })

  test('tied leaves half of the weights', () => {
    const count = (tied: boolean) =>
      build(RECIPES.denoising.spec([12], { tied, hidden: 20 })).parameters.reduce(
        (sum, { shape }) => sum + shape.reduce((product, dim) => product * dim, 1),
        0,
      )
    expect([count(false), count(true)]).toEqual([2 * 240 + 32, 240 + 32])
  })

  test('a stack may have any depth, tied or not, sparse or not, pretrained or not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 0, max: 2 }),
        (units, tied, sparse, pretrainEpochs) => {
          const options = { units, tied, pretrainEpochs, ...(sparse && { alpha: 0.1, activation: 'sigmoid' as const }) }
          const spec = RECIPES.stacked.spec([3, 4, 1], options)
          const { parameters, codeShape } = build(spec)
          expect(codeShape).toEqual(units.slice(-1))
          expect(parameters).toHaveLength(units.length * (tied ? 3 : 4))
          expect(spec.phases).toHaveLength(1 + (pretrainEpochs > 0 ? units.length : 0))
          expect(phaseOf(spec).penalties).toHaveLength(sparse ? 1 : 0)
          for (const phase of spec.phases.slice(0, -1))
            expect(phase).toMatchObject({ penalties: [], epochs: pretrainEpochs })
        },
      ),
      { seed: 1, numRuns: 40 },
    )
  })

  test('only the first layer of a stack is pretrained on the loss of the data', () => {
    const spec = RECIPES.stacked.spec([12], { loss: 'crossEntropy', units: [6, 4, 2] })
    const losses = spec.phases.map((phase) => phase.kind === 'descend' && phase.loss.type)
    expect(losses).toEqual(['crossEntropy', 'mse', 'mse', 'crossEntropy'])
    expect(spec.phases.map(({ name }) => name)).toEqual(['pretrain 1', 'pretrain 2', 'pretrain 3', 'fine-tune'])
  })

  test('a convolutional network of any depth and window grows back to any size', () => {
    const side = fc.integer({ min: 1, max: 13 })
    fc.assert(
      fc.property(
        fc.tuple(side, side, fc.integer({ min: 1, max: 3 })),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('nearest' as const, 'bilinear' as const, 'transposed' as const),
        (input, filters, kernel, upsampling) => {
          const network = build(RECIPES.convolutional.spec(input, { filters, kernel, upsampling }))
          const halved = (length: number) => Math.ceil(length / 2 ** filters.length)
          expect(network.codeShape).toEqual([filters.at(-1), halved(input[0]), halved(input[1])])
        },
      ),
      { seed: 1, numRuns: 60 },
    )
  })
})

describe('what cannot be built is refused', () => {
  const [shallow, stacked, convolutional] = [RECIPES.denoising, RECIPES.stacked, RECIPES.convolutional].map(
    (recipe) => recipe as unknown as Recipe,
  ) as [Recipe, Recipe, Recipe]

  test.each<[string, Recipe, Record<string, unknown>, object]>([
    ['a misspelt option', shallow, { nois: 0.2 }, { hint: 'did you mean "noise"?' }],
    ["another recipe's option", shallow, { units: [3] }, { found: '"units"' }],
    ['an empty list', stacked, { units: [] }, { expected: 'a list of at least 1 number', found: '[]' }],
    ['a number for a list', stacked, { units: 500 }, { expected: 'a list of numbers', found: '500' }],
    ['a list with a part', stacked, { units: [5, 2.5] }, { at: expect.stringContaining('units.1'), found: '2.5' }],
    ['a list with nothing in it', stacked, { units: [5, Number.NaN] }, { found: 'NaN' }],
    ['no filter', convolutional, { filters: [4, 0] }, { expected: 'a number of at least 1', found: '0' }],
    [
      'an unknown way to grow',
      convolutional,
      { upsampling: 'cubic' },
      { expected: expect.stringContaining('bilinear') },
    ],
    ['an unknown noise', shallow, { corruption: 'pepper' }, { expected: expect.stringContaining('saltAndPepper') }],
    ['all of the values masked', shallow, { corruption: 'masking', noise: 1 }, { at: 'option "noise"', found: '1' }],
    ['negative noise', shallow, { noise: -0.1 }, { expected: 'a number of at least 0' }],
    ['a ρ of 0', shallow, { rho: 0 }, { expected: 'a number above 0' }],
    ['a ρ of 1', shallow, { rho: 1 }, { expected: 'a number below 1' }],
    ['more spared than there are', shallow, { spare: 2 }, { expected: 'a number of at most 1' }],
  ])('%s', (_, recipe, options, details) => {
    expect(() => recipe.spec([8, 8, 1], options)).toThrow(
      expect.objectContaining({ code: 'E_OPTION', hint: expect.any(String), ...details }),
    )
  })

  test('sparsity of a code that is not between 0 and 1', () => {
    for (const [recipe, options] of [
      [RECIPES.denoising, { alpha: 0.1, activation: 'elu' }],
      [RECIPES.stacked, { alpha: 0.1, activation: 'tanh' }],
      [RECIPES.convolutional, { alpha: 0.1, activation: 'relu' }],
    ] as const) {
      expect(() => (recipe as unknown as Recipe).spec([8, 8, 1], options)).toThrow(
        expect.objectContaining({
          code: 'E_SPEC',
          at: expect.stringMatching(/^spec\.phases\.\d\.penalties\.0$/),
          hint: expect.stringContaining('"sigmoid"'),
        }),
      )
    }
  })

  test('sparsity of layers in the middle is about their own code', () => {
    const spec = RECIPES.stacked.spec([12], { activation: 'sigmoid', units: [6, 3] })
    const penalties = [{ type: 'klSparsity', rho: 0.1, weight: 1 }]
    const sparseFirst = {
      ...spec,
      encoder: spec.encoder.map((layer, i) => (i ? { ...layer, activation: 'tanh' } : layer)),
      phases: spec.phases.map((phase, i) => (i ? phase : { ...phase, penalties })),
    }
    expect(parseSpec(sparseFirst).phases).toHaveLength(3)
    const sparseSecond = {
      ...sparseFirst,
      phases: spec.phases.map((phase, i) => (i === 1 ? { ...phase, penalties } : phase)),
    }
    expect(() => parseSpec(sparseSecond)).toThrow(expect.objectContaining({ at: 'spec.phases.1.penalties.0' }))
  })

  test('a convolutional network for rows of numbers, with what to use in its place', () => {
    const { spec } = RECIPES.convolutional
    expect(() => buildNetwork(spec([12]))).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        found: 'samples of shape [12]',
        hint: 'use a recipe of dense layers for rows of numbers, or give the shape of the images',
      }),
    )
  })
})

test('every recipe says in two sentences what it is', () => {
  for (const { name, summary } of ALL) expect(summary.match(/[.](?= |$)/g), name).toHaveLength(2)
})

test('lists that nobody may change are taken as options', () => {
  const [units, filters] = [[6, 3] as const, Object.freeze([4, 2])]
  expect(RECIPES.stacked.spec([12], { units }).encoder).toMatchObject([{ units: 6 }, { units: 3 }])
  expect(RECIPES.convolutional.spec([8, 8, 1], { filters }).encoder).toHaveLength(4)
})

test('every option of every recipe says what it is', () => {
  for (const { name, options } of ALL) {
    for (const [option, schema] of Object.entries(options.shape))
      expect((schema as { description?: string }).description, `${name}, ${option}`).toMatch(/\w{3}/)
  }
})

describe('deep, by default', () => {
  const phasesOf = (input: readonly number[], preset: PresetName = 'default', options = {}) =>
    RECIPES.deep.spec(input, options, preset).phases.map((phase) => phase.kind)

  test('pretrains machines and moves images', () => {
    const { phases } = RECIPES.deep.spec([28, 28, 1])
    expect(phases.map(({ kind }) => kind)).toEqual(['contrast', 'contrast', 'contrast', 'contrast', 'descend'])
    expect(phases.at(-1)).toMatchObject({ augmentation: { type: 'affine', rotation: 0.1, part: 0.7 } })
  })

  test.each([[[784]], [[1, 50, 1]]])('does neither with samples of shape %j', (input) => {
    const { phases, encoder } = RECIPES.deep.spec(input)
    expect(phases.map(({ kind }) => kind)).toEqual(['descend'])
    expect(phases[0]).not.toHaveProperty('augmentation')
    expect(encoder[0]).toMatchObject({ activation: 'elu', init: { name: 'glorot' } })
  })

  test('does what it is told, whatever the samples are', () => {
    expect(phasesOf([784], 'default', { units: [20, 5], rbmEpochs: 1 })).toEqual(['contrast', 'contrast', 'descend'])
    expect(phasesOf([784], 'book')).toHaveLength(5)
  })
})
