import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatNpy } from '../../src/data/formats/npy.js'
import { RECIPES } from '../../src/recipes/index.js'
import { parseNpy } from '../npy.js'
import { samples } from '../train/streams.js'
import { warmCli } from './warm-cli.js'

let folder: string
const at = (name: string) => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-recipes-'))
  writeFileSync(at('images.npy'), formatNpy([60, 9, 7], samples(60, [9, 7])))
  writeFileSync(at('rows.npy'), formatNpy([60, 12], samples(60, [12])))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const train = (out: string, ...more: string[]) =>
  warmCli(['train', ...more, '--data', at('images.npy'), '--threads', '1', '--out', at(out)])

const QUICK = ['--epochs', '1', '--batch-size', '20']
const number = expect.any(Number)

describe('every recipe trains, and says how well', () => {
  test.each<[keyof typeof RECIPES, string[], readonly string[]]>([
    ['vanilla', QUICK, ['crossEntropy']],
    ['sparse', [...QUICK, '--hidden', '20'], ['crossEntropy', 'activity']],
    ['denoising', [...QUICK, '--corruption', 'masking', '--noise', '0.4'], ['crossEntropy', 'mseInput']],
    ['convolutional', [...QUICK, '--filters', '4,3', '--upsampling', 'bilinear'], ['crossEntropy', 'mseInput']],
    ['stacked', [...QUICK, '--units', '9,4', '--activation', 'sigmoid'], ['crossEntropy', 'mseInput', 'activity']],
    ['pca', ['--latent', '5'], []],
    ['ensemble', ['--members', '2', '--epochs', '2'], ['activity']],
    ['rbm', [...QUICK, '--hidden', '20', '--persistent'], ['crossEntropy', 'activity']],
    [
      'deep',
      ['--units', '12,6,2', '--batch-size', '20', '--epochs', '1', '--rbm-epochs', '1', '--activation', 'sigmoid'],
      ['crossEntropy'],
    ],
    ['documents', [...QUICK, '--units', '12,6', '--binary'], ['activity']],
  ])('%s', async (recipe, flags, more) => {
    const { code, stdout, stderr } = await train(recipe, recipe, ...flags, '--json')
    expect(code, stderr).toBe(0)
    const { test: result, ...summary } = JSON.parse(stdout)
    expect(summary).toMatchObject({ recipe, stopped: 'finished' })
    expect(Object.keys(result).sort()).toEqual(['mse', 'mseClean', 'perImage', 'rows', ...more].sort())
    expect(result.rows).toBe(6)
    expect(result.mse).toBeGreaterThan(0)
    if (more.includes('mseInput')) expect(result.mse).not.toBe(result.mseClean)
    else expect(result.mse).toBe(result.mseClean)
    if (more.includes('activity'))
      expect(result.activity).toEqual({ mean: number, sparse: number, dead: number, saturated: number })
    expect(JSON.parse(readFileSync(join(at(recipe), 'run.json'), 'utf8')).test).toEqual(result)
  })

  test('all of them are in the table above, or learn classes of pixels and have a test of their own', () => {
    expect(Object.keys(RECIPES)).toEqual([
      ...['vanilla', 'sparse', 'denoising', 'convolutional', 'stacked', 'pca', 'rbm', 'deep', 'ensemble', 'documents'],
      'segnet',
    ])
  })
})

describe('recipes compose', () => {
  test.each<[string, string[], object]>([
    [
      'a tied denoising network',
      ['denoising', '--tied', ...QUICK],
      { decoder: [{ tied: true }], phases: [{ corruption: { type: 'gaussian' } }] },
    ],
    [
      'the same in a preset that is not tied',
      ['denoising', '--preset', 'book', '--tied', ...QUICK],
      { decoder: [{ tied: true }] },
    ],
    ['one that is not, in a preset that is', ['denoising', '--no-tied', ...QUICK], { decoder: [{ tied: false }] }],
    [
      'a denoising convolutional network',
      ['convolutional', '--filters', '3', '--corruption', 'saltAndPepper', '--noise', '0.4', ...QUICK],
      { phases: [{ corruption: { type: 'saltAndPepper', part: 0.4 } }] },
    ],
    [
      'a sparse stack, not tied, of any depth',
      ['stacked', '--units', '9,7,5', '--no-tied', '--activation', 'sigmoid', '--alpha', '0.01', ...QUICK],
      {
        decoder: [{ tied: false }, { tied: false }, { tied: false }],
        phases: [{}, {}, {}, { penalties: [{ type: 'klSparsity' }] }],
      },
    ],
  ])('%s', async (name, flags, spec) => {
    const { code, stdout, stderr } = await train(name, ...flags, '--json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ stopped: 'finished', spec })
  })

  test.each(['nearest', 'bilinear', 'transposed'])(
    'odd sizes in colour come back as they were, growing by %s',
    async (upsampling) => {
      writeFileSync(at('colour.npy'), formatNpy([30, 13, 17, 3], samples(30, [13, 17, 3])))
      const data = ['--data', at('colour.npy')]
      const flags = ['--filters', '3,2', '--upsampling', upsampling, ...QUICK, '--out', at(upsampling)]
      expect((await warmCli(['train', 'convolutional', ...data, ...flags])).code).toBe(0)
      const out = at(`${upsampling}.npy`)
      const { code, stderr } = await warmCli(['reconstruct', at(upsampling), ...data, '--out', out])
      expect(code, stderr).toBe(0)
      expect(parseNpy(readFileSync(out), out).shape).toEqual([30, 13, 17, 3])
    },
  )
})

test('a sparse code tells of its units after every epoch', async () => {
  const { stderr } = await train('units', 'sparse', '--hidden', '20', '--epochs', '2', '--batch-size', '20')
  expect(stderr.match(/epoch \d .* ρ̂ 0\.\d+, \d+ dead, \d+ saturated/g)).toHaveLength(2)
  const history = readFileSync(join(at('units'), 'history.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  expect(history.map((line) => JSON.parse(line).activity)).toEqual(
    Array(2).fill({ mean: number, sparse: number, dead: number, saturated: number }),
  )
})

test('rows of numbers have a report without pictures, and without their heading', async () => {
  const flags = ['--data', at('rows.npy'), '--hidden', '3', ...QUICK, '--out', at('plain')]
  expect((await warmCli(['train', 'vanilla', ...flags])).code).toBe(0)
  const report = readFileSync(join(at('plain'), 'report.html'), 'utf8')
  expect(report).toContain('>Results</h2>')
  expect(report).not.toContain('>Figures</h2>')
})

describe('lists of numbers', () => {
  test('set the layers of a stack', async () => {
    const { stdout } = await train(
      'layers',
      'stacked',
      '--units',
      '12,7,3',
      ...QUICK,
      '--pretrain-epochs',
      '1',
      '--json',
    )
    const { spec, epochs } = JSON.parse(stdout)
    expect(spec.encoder.map(({ units }: { units: number }) => units)).toEqual([12, 7, 3])
    expect(spec.phases.map(({ name }: { name: string }) => name)).toEqual([
      'pretrain 1',
      'pretrain 2',
      'pretrain 3',
      'fine-tune',
    ])
    expect(epochs).toBe(4)
  })

  test.each([
    ['500,x', '--units', '"x"'],
    ['500,,3', '--units', '""'],
    ['500,2.5', 'option "units.1"', '2.5'],
  ])('"%s" is none', async (units, place, found) => {
    const { code, stderr } = await train('never', 'stacked', '--units', units)
    expect(stderr).toContain(`E_OPTION ${place}`)
    expect(stderr).toMatch(new RegExp(`found +${found.replace('.', '\\.')}\n`))
    expect(code).toBe(2)
  })

  test('are shown in help with their default', async () => {
    const { stdout } = await warmCli(['train', 'stacked', '--help'])
    expect(stdout).toMatch(/--units <number,…>[\s\S]*\(default: 500,50\)/)
  })
})

describe('a spec from a file', () => {
  const spec = RECIPES.stacked.spec([9, 7, 1], { units: [6, 3], epochs: 1, pretrainEpochs: 1, batchSize: 20 })
  const write = (name: string, content: unknown) => {
    writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content))
    return at(name)
  }

  test('is trained as it stands', async () => {
    const { code, stdout, stderr } = await train(
      'by-hand',
      '--spec',
      write('good.json', { ...spec, recipe: 'mine' }),
      '--json',
    )
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ recipe: 'mine', epochs: 3, spec: { encoder: spec.encoder } })
    expect((await warmCli(['evaluate', at('by-hand'), '--data', at('images.npy')])).code).toBe(0)
  })

  const { output: _, ...without } = spec
  test.each<[string, unknown, string, RegExp, number]>([
    ['broken JSON', '{"format": "diabolo/1",', 'E_FORMAT', /a spec as JSON/, 1],
    ['no object', '[1]', 'E_SPEC', /valid model description/, 2],
    ['a field that is missing', without, 'E_SPEC', /missing\.json\.output|\.output/, 2],
    [
      'a wrong field deep within',
      { ...spec, encoder: [spec.encoder[0], { ...spec.encoder[1], units: 0 }] },
      'E_SPEC',
      /\.encoder\.1\.units/,
      2,
    ],
    ['a field that is none', { ...spec, encoders: [] }, 'E_SPEC', /encoders/, 2],
    ['another shape than the data', RECIPES.vanilla.spec([8, 8, 1]), 'E_SHAPE', /64 values[\s\S]*63|63[\s\S]*64/, 1],
  ])('with %s is refused, and the place named', async (name, content, expected, words, exit) => {
    const path = write(`${name.replaceAll(' ', '-')}.json`, content)
    const { code, stdout, stderr } = await train('never', '--spec', path)
    expect(stderr).toContain(expected)
    expect(stderr).toMatch(words)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect([code, stdout]).toEqual([exit, ''])
  })

  test('that is not there is missed', async () => {
    const { code, stderr } = await train('never', '--spec', at('no-such.json'))
    expect(stderr).toMatch(/E_MISSING .*no-such\.json/)
    expect(code).toBe(1)
  })
})

describe('what does not go together', () => {
  test.each<[string, string[], number, RegExp]>([
    ['a recipe nearly named', ['stakced'], 2, /E_UNKNOWN[\s\S]*did you mean "stacked"\?/],
    ['a recipe of no name', ['quux'], 2, /E_UNKNOWN[\s\S]*denoising/],
    ['sparsity without a sigmoid', ['vanilla', '--alpha', '0.1'], 2, /E_SPEC[\s\S]*sigmoid/],
    [
      'all of the values masked',
      ['denoising', '--corruption', 'masking', '--noise', '1'],
      2,
      /E_OPTION option "noise"/,
    ],
    ['an unknown noise', ['denoising', '--corruption', 'pepper'], 2, /gaussian[\s\S]*masking/],
  ])('%s', async (_, args, expected, words) => {
    const { code, stderr } = await train('never', ...args)
    expect(stderr).toMatch(words)
    expect(code).toBe(expected)
  })

  test('convolutions on rows of numbers say what to do', async () => {
    const { code, stderr } = await warmCli(['train', 'convolutional', '--data', at('rows.npy'), '--out', at('never')])
    expect(stderr).toMatch(/E_SHAPE[\s\S]*images[\s\S]*dense layers/)
    expect(code).toBe(1)
  })

  test('flags of a run after the name of its recipe are read, wherever they stand among its own', async () => {
    const { stdout } = await train('seeded', 'vanilla', '--seed', '9', '--hidden', '5', ...QUICK, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ seed: 9, spec: { encoder: [{ units: 5 }] } })
  })

  test('nothing at all shows what there is', async () => {
    const { code, stderr } = await warmCli(['train'])
    expect(stderr).toContain('stacked')
    expect(code).toBe(2)
  })
})
