import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digits } from '../../src/data/digits/index.js'
import { formatNpy } from '../../src/data/formats/npy.js'
import { Autoencoder } from '../../src/node.js'
import { zip } from '../hostile/zip.js'
import { parseNpy } from '../npy.js'
import { samples } from '../train/streams.js'
import { warmCli } from './warm-cli.js'

let folder: string
const at = (name: string) => join(folder, name)
const DIGITS = 'digits:600'

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-classify-'))
  writeFileSync(at('bare.npy'), formatNpy([60, 9, 7], samples(60, [9, 7])))
  const flags = ['--data', DIGITS, '--units', '40,12', '--epochs', '6', '--batch-size', '20', '--threads', '1']
  const { code, stderr } = await warmCli(['train', 'stacked', ...flags, '--out', at('run')])
  expect(code, stderr).toBe(0)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function classify(...args: string[]) {
  const { code, stdout, stderr } = await warmCli(['classify', ...args, '--data', DIGITS, '--json'])
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

describe('classify', () => {
  test('knn asks the neighbours of each code', async () => {
    const result = await classify('knn', at('run'), '--neighbours', '3')
    expect(result).toMatchObject({ method: 'knn', neighbours: 3, rows: 10_000, data: DIGITS, seed: 1 })
    expect(result.error).toBe(result.wrong / 10_000)
    expect(result.error).toBeLessThan(0.6)
  })

  test('probe learns a head, and keeps the rest', async () => {
    const result = await classify('probe', at('run'), '--epochs', '20', '--learning-rate', '0.02', '--out', at('probe'))
    expect(result.error).toBeLessThan(0.5)
    const [before, after] = await Promise.all(['run', 'probe'].map((name) => Autoencoder.load(at(name))))
    expect(after?.parameters['encoder.0.weight']).toEqual(before?.parameters['encoder.0.weight'])
    expect(after?.spec.head).toEqual({ classes: 10 })
  })

  test('fine-tune begins with a run, and leaves a model that classifies', async () => {
    const result = await classify('fine-tune', at('run'), '--epochs', '30', '--batch-size', '10', '--out', at('tuned'))
    expect(result.error).toBeLessThan(0.4)
    const lines = readFileSync(join(at('tuned'), 'history.jsonl'), 'utf8')
      .trim()
      .split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ phase: 'classes', epoch: 30 })
    expect(JSON.parse(lines.at(-1) ?? '').validationError).toBeLessThan(0.4)
    expect((await Autoencoder.load(at('tuned'))).spec.phases.at(-1)).toMatchObject({ loss: { type: 'classes' } })
  })

  test('diabolo trains one autoencoder for each class', async () => {
    const result = await classify(
      'diabolo',
      '--units',
      '20,6',
      '--epochs',
      '5',
      '--batch-size',
      '5',
      '--out',
      at('ten'),
    )
    expect(result).toMatchObject({ method: 'diabolo', models: 10 })
    expect(result.error).toBeLessThan(0.4)
    expect(existsSync(join(at('ten'), 'class-9', 'model.onnx'))).toBe(true)
  })

  test('curve compares pretraining with none, on the same labels', async () => {
    const result = await classify('curve', at('run'), '--labels', '50,200', '--out', at('curve'))
    expect(result.points.map(({ labels }: { labels: number }) => labels)).toEqual([50, 200])
    for (const { pretrained, drawn } of result.points) {
      expect(pretrained).not.toBe(drawn)
      expect(Math.max(pretrained, drawn)).toBeLessThan(0.8)
    }
    expect(JSON.parse(readFileSync(join(at('curve'), 'curve.json'), 'utf8'))).toEqual(result.points)
    expect(readFileSync(join(at('curve'), 'label-curve.svg'), 'utf8')).toContain('<svg')
  })

  test.each([
    ['samples without labels', ['knn', 'RUN', '--data', 'bare.npy'], 'E_DATA', 1],
    ['no neighbours', ['knn', 'RUN', '--neighbours', '0', '--data', DIGITS], 'E_OPTION', 2],
    ['more frozen layers than there are', ['fine-tune', 'RUN', '--frozen', '3', '--data', DIGITS], 'E_OPTION', 2],
    ['a folder that is in use', ['diabolo', '--out', 'RUN', '--data', DIGITS], 'E_EXISTS', 1],
    // with a batch that training itself refuses
    [
      'the same before it trains',
      ['probe', 'RUN', '--out', 'RUN', '--batch-size', '700', '--data', DIGITS],
      'E_EXISTS',
      1,
    ],
    [
      'the same in another way',
      ['fine-tune', 'RUN', '--out', 'RUN', '--batch-size', '700', '--data', DIGITS],
      'E_EXISTS',
      1,
    ],
    ['a wrong option before it pretrains', ['fine-tune', '--epochs', '0', '--data', DIGITS], 'E_OPTION', 2],
    ['larger batches than labels', ['curve', '--labels', '50', '--batch-size', '60', '--data', DIGITS], 'E_OPTION', 2],
  ])('refuses %s', async (_, args, expected, exit) => {
    const given = args.map((arg) => (arg === 'RUN' ? at('run') : arg === 'bare.npy' ? at(arg) : arg))
    const { code, stdout } = await warmCli(['classify', ...given, '--json'], { cwd: folder })
    expect(JSON.parse(stdout).error.code).toBe(expected)
    expect(code).toBe(exit)
  })

  test('a file is split as it was for the run, and not otherwise', async () => {
    const labels = Int32Array.from({ length: 60 }, (_, row) => row % 3)
    const arrays = { X: formatNpy([60, 12], samples(60, [12])), y: formatNpy([60], Uint8Array.from(labels)) }
    const parts = Object.entries(arrays).map(([name, content]) => ({ name: `${name}.npy`, content }))
    writeFileSync(at('set.npz'), zip(parts))
    await warmCli(['train', 'pca', '--latent', '4', '--data', at('set.npz'), '--seed', '7', '--out', at('seventh')])
    const knn = (...more: string[]) => warmCli(['classify', 'knn', at('seventh'), '--json', ...more])
    const own = await knn('--data', at('set.npz'))
    expect(JSON.parse(own.stdout)).toMatchObject({ seed: 7, rows: 6 })
    const other = await knn('--data', at('set.npz'), '--seed', '1')
    expect(JSON.parse(other.stdout).error).toMatchObject({ code: 'E_OPTION', at: '--seed' })
    expect(other.code).toBe(2)
  })

  test('help says by what a curve is learned where nothing is asked for', async () => {
    const { stdout } = await warmCli(['classify', 'curve', '--help'])
    expect(stdout.replace(/\s+/g, ' ')).toContain('(default: 30, or as many more as 1500 steps take)')
  })
}, 120_000)

describe('cluster', () => {
  test('groups codes, and says how far the groups are the classes', async () => {
    const args = ['cluster', at('run'), '--data', DIGITS, '--clusters', '12', '--restarts', '2', '--out', at('groups')]
    const { code, stdout, stderr } = await warmCli([...args, '--json'])
    expect(code, stderr).toBe(0)
    const result = JSON.parse(stdout)
    expect(result.sizes).toHaveLength(12)
    expect(result.sizes.reduce((sum: number, size: number) => sum + size, 0)).toBe(10_000)
    expect(result.classes.mutualInformation).toBeGreaterThan(0.2)
    expect(result.classes.purity).toBeGreaterThan(0.25)
    const clusters = parseNpy(readFileSync(join(at('groups'), 'clusters.npy')), 'clusters.npy')
    expect(clusters.shape).toEqual([10_000])
    expect(readFileSync(join(at('groups'), 'clusters.svg'), 'utf8')).toContain('cluster 12')
  })

  test('says which clusters are empty, and shows the others', async () => {
    const { values } = digits({ rows: 3, seed: 2 })
    const images = Uint8Array.from({ length: 30 * 784 }, (_, i) => values[i % (3 * 784)] as number)
    const labels = Uint8Array.from({ length: 30 }, (_, row) => row % 3)
    writeFileSync(
      at('same.npz'),
      zip([
        { name: 'X.npy', content: formatNpy([30, 28, 28], images) },
        { name: 'y.npy', content: formatNpy([30], labels) },
      ]),
    )
    const args = ['cluster', at('run'), '--data', at('same.npz'), '--clusters', '5', '--out']
    const { stdout, stderr } = await warmCli([...args, at('empty'), '--json'])
    expect(JSON.parse(stdout), stderr).toMatchObject({ empty: 2, distinct: 3, classes: { purity: 1 } })
    expect(JSON.parse(readFileSync(join(at('empty'), 'cluster.json'), 'utf8'))).toMatchObject({ empty: 2 })
    const figure = readFileSync(join(at('empty'), 'clusters.svg'), 'utf8')
    expect(figure.match(/cluster \d: 10 samples, 100% \d</g)).toHaveLength(3)
    expect(figure).not.toContain('NaN')
    const told = await warmCli([...args, at('told')])
    expect(told.stderr).toContain('2 of 5 clusters are empty: there are only 3 different codes')
  })

  test('works without labels and without images', async () => {
    writeFileSync(at('rows.npy'), formatNpy([60, 12], samples(60, [12])))
    await warmCli(['train', 'pca', '--latent', '4', '--data', at('rows.npy'), '--out', at('plain')])
    const args = ['cluster', at('plain'), '--data', at('rows.npy'), '--clusters', '3', '--out', at('few'), '--json']
    const { code, stdout, stderr } = await warmCli(args)
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).classes).toBeUndefined()
    expect(existsSync(join(at('few'), 'clusters.svg'))).toBe(false)
  })
}, 120_000)
