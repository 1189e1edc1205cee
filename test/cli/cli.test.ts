import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digits } from '../../src/data/digits/index.js'
import { formatNpy } from '../../src/data/formats/npy.js'
import { readArtifact } from '../../src/model/artifact.js'
import { parseNpy } from '../npy.js'
import { CLI, runCli } from './run-cli.js'
import { warmCli } from './warm-cli.js'

let folder: string
const at = (name: string) => join(folder, name)
const images = digits({ rows: 1200 })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-cli-'))
  writeFileSync(at('images.npy'), formatNpy([1200, 28, 28], images.values as Uint8Array))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const training = (out: string) => {
  const options = ['--hidden', '16', '--epochs', '2', '--seed', '4', '--out', at(out)]
  return ['train', 'vanilla', '--data', at('images.npy'), ...options]
}
const train = (out: string, ...more: string[]) => warmCli([...training(out), ...more])

describe('help', () => {
  test('lists every command, and comes quickly', async () => {
    const before = performance.now()
    const { code, stdout } = await runCli(['--help'])
    expect(performance.now() - before).toBeLessThan(1000)
    expect(code).toBe(0)
    for (const name of [
      'cookbook',
      'train',
      'evaluate',
      'encode',
      'decode',
      'reconstruct',
      'report',
      'data',
      'doctor',
    ]) {
      expect(stdout).toContain(`\n  ${name}`)
    }
  })

  test('of a recipe names every option with its default', async () => {
    const { stdout } = await warmCli(['train', 'vanilla', '--help'])
    expect(stdout).toMatch(/--hidden <number>\s+units in the code layer \(default: 256\)/)
    expect(stdout).toContain('--no-shuffle')
  })
})

describe('train', () => {
  test('streams what it is told to, and learns the same as in memory in the same order', async () => {
    const digitsOf = (out: string, ...more: string[]) => {
      const fixed = ['--hidden', '8', '--epochs', '2', '--buffer', '300', '--seed', '4', '--out', at(out)]
      return warmCli(['train', 'vanilla', '--data', 'digits:1000', ...fixed, ...more])
    }
    const runs = [await digitsOf('in-memory'), await digitsOf('streamed', '--stream')]
    expect(runs.map(({ code }) => code)).toEqual([0, 0])
    const weights = (out: string) => readArtifact(readFileSync(at(`${out}/model.onnx`))).parameters
    expect(weights('streamed')).toEqual(weights('in-memory'))
    const { code } = await warmCli(['evaluate', at('streamed'), '--data', 'digits:1000', '--seed', '4', '--json'])
    expect(code).toBe(0)
  })

  test('streams a file, and tests on rows that it held out', async () => {
    const { code, stdout } = await train('file-streamed', '--stream', '--json')
    expect(code).toBe(0)
    // 1,080 rows to train on in batches of 100, 120 to test on
    expect(JSON.parse(stdout)).toMatchObject({ steps: 22, test: { rows: 120 } })
  })

  test.each([
    ['a data set that fits in memory', ['--data', 'mnist', '--stream'], '--stream'],
    ['a number of rows that is none', ['--data', 'digits:many'], 'data "digits:many"'],
    ['rows of a data set that has its own', ['--data', 'mnist:100'], 'data "mnist:100"'],
    ['a buffer without rows', ['--data', 'digits:100', '--buffer', '0'], '--buffer'],
  ])('refuses %s', async (_, flags, where) => {
    const { code, stdout } = await warmCli(['train', 'vanilla', '--json', ...flags])
    expect(code).not.toBe(0)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'E_OPTION', at: where })
  })

  test('writes a whole run, and exactly one JSON document', async () => {
    const { code, stdout } = await train('run', '--json')
    const summary = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(summary).toMatchObject({
      recipe: 'vanilla',
      preset: 'default',
      epochs: 2,
      batchSize: 100,
      steps: 22,
      parameters: 784 * 16 * 2 + 16 + 784,
      seed: 4,
      out: at('run'),
      stopped: 'finished',
    })
    expect(summary.test.mse).toBeGreaterThan(0)
    expect(summary.test.perImage).toBeCloseTo(summary.test.mse * 784, 6)
    expect(readdirSync(at('run')).sort()).toEqual([
      'checkpoint',
      'figures',
      'history.jsonl',
      'model.onnx',
      'plan.json',
      'report.html',
      'run.json',
    ])
    const history = readFileSync(join(at('run'), 'history.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    expect(history.map((line) => JSON.parse(line).epoch)).toEqual([1, 2])
    const report = readFileSync(join(at('run'), 'report.html'), 'utf8')
    expect(report).toContain('Originals over reconstructions')
    expect(report).toContain('one tile per unit')
  })

  test('the same seed gives the same model file in two processes', async () => {
    await Promise.all([runCli(training('a')), runCli(training('b'))])
    const [a, b] = ['a', 'b'].map((name) => readFileSync(join(at(name), 'model.onnx')))
    expect(a?.equals(b as Buffer)).toBe(true)
  })

  test('an interrupt keeps what was learned and exits with 130', async () => {
    const child = spawn(process.execPath, [
      CLI,
      'train',
      'vanilla',
      '--data',
      at('images.npy'),
      '--epochs',
      '4000',
      '--out',
      at('cut'),
    ])
    const exit = new Promise((resolve) => child.on('exit', resolve))
    await new Promise((resolve) => child.stderr.once('data', resolve))
    child.kill('SIGINT')
    expect(await exit).toBe(130)
    expect(JSON.parse(readFileSync(join(at('cut'), 'run.json'), 'utf8')).stopped).toBe('aborted')
    expect((await warmCli(['evaluate', at('cut'), '--data', at('images.npy')])).code).toBe(0)
  })

  test('a divergence keeps the last good weights and exits with 1', async () => {
    const wild = [
      '--output',
      'linear',
      '--activation',
      'linear',
      '--optimizer',
      'sgd',
      '--learning-rate',
      '1e4',
      '--warmup',
      '0',
    ]
    const { code, stderr } = await train('wild', ...wild)
    expect(code).toBe(1)
    expect(stderr).toMatch(/E_DIVERGED training of "vanilla", step \d+/)
    expect(existsSync(join(at('wild'), 'model.onnx'))).toBe(true)
  })
})

describe('a trained model', () => {
  beforeAll(() => train('model'))

  test('is measured', async () => {
    const { stdout } = await warmCli(['evaluate', at('model'), '--data', at('images.npy'), '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ rows: 1200, mse: expect.any(Number) })
  })

  test('encodes, decodes and reconstructs files', async () => {
    const data = ['--data', at('images.npy')]
    await warmCli(['encode', at('model'), ...data, '--out', at('codes.npy')])
    await warmCli(['decode', at('model'), '--codes', at('codes.npy'), '--out', at('decoded.npy')])
    const { stdout } = await warmCli(['reconstruct', at('model'), ...data, '--out', at('again.npy'), '--json'])
    expect(JSON.parse(stdout).shape).toEqual([1200, 28, 28, 1])
    const [codes, decoded, again] = ['codes.npy', 'decoded.npy', 'again.npy'].map((name) =>
      parseNpy(readFileSync(at(name)), name),
    )
    expect(codes?.shape).toEqual([1200, 16])
    const gap = Math.max(
      ...Array.from(decoded?.values ?? [], (x, i) => Math.abs(x - (again?.values[i] as number))).slice(0, 50_000),
    )
    expect(gap).toBeLessThan(1e-6)
  })

  test('tells about itself again', async () => {
    rmSync(join(at('model'), 'report.html'))
    const { code } = await warmCli(['report', at('model')])
    expect(code).toBe(0)
    expect(readFileSync(join(at('model'), 'report.html'), 'utf8')).toContain('vanilla')
  })

  test('draws its figures as PNG, for light grounds and for dark ones', async () => {
    const pngs = () => readdirSync(join(at('model'), 'figures')).filter((name) => name.endsWith('.png'))
    expect((await warmCli(['report', at('model'), '--png'])).code).toBe(0)
    const light = pngs()
    expect(light).toContain('vanilla-default-curve.png')
    expect((await warmCli(['report', at('model'), '--png', 'dark'])).code).toBe(0)
    expect(pngs()).toEqual([...light, ...light.map((name) => name.replace('.png', '-dark.png'))].sort())
    const { code, stderr } = await warmCli(['report', at('model'), '--png', 'grey'])
    expect(stderr).toContain('light, dark')
    expect(code).toBe(2)
  })
})

describe('what goes wrong', () => {
  beforeAll(async () => {
    await train('full')
    writeFileSync(at('short.npy'), readFileSync(at('images.npy')).subarray(0, 5000))
    writeFileSync(at('other.bin'), Buffer.of(0xde, 0xad, 0xbe, 0xef, 0, 1))
    writeFileSync(at('one.npy'), formatNpy([1, 4], new Float32Array(4)))
    writeFileSync(at('narrow.npy'), formatNpy([50, 10], new Float32Array(500)))
    writeFileSync(at('nan.npy'), formatNpy([2, 2], Float32Array.of(1, 2, 3, Number.NaN)))
    writeFileSync(at('broken.onnx'), readFileSync(join(at('full'), 'model.onnx')).subarray(0, 1000))
  })

  const trainOn = (name: string) => ['train', 'vanilla', '--data', at(name), '--out', at(`never-${name}`)]

  test.each<[string, () => string[], number, string, RegExp]>([
    ['an unknown command', () => ['trian'], 2, 'unknown command', /Did you mean train/],
    ['an unknown recipe', () => ['train', 'vanila'], 2, 'E_UNKNOWN', /did you mean "vanilla"/],
    ['an unknown option', () => ['train', 'vanilla', '--hiden', '3'], 2, 'unknown option', /Did you mean --hidden/],
    ['a hyper-parameter of 0', () => ['train', 'vanilla', '--hidden', '0'], 2, 'E_OPTION', /at least 1/],
    ['a negative rate', () => ['train', 'vanilla', '--learning-rate', '-1'], 2, 'E_OPTION', /above 0/],
    ['a word for a number', () => ['train', 'vanilla', '--epochs', 'ten'], 2, 'E_OPTION --epochs', /"ten"/],
    ['nothing for a number', () => ['cookbook', '--seed', ''], 2, 'E_OPTION --seed', /""/],
    ['an unknown preset', () => ['train', 'vanilla', '--preset', 'bok'], 2, 'E_OPTION', /default or book/],
    ['an unknown data set', () => ['train', 'vanilla', '--data', 'minst'], 2, 'E_UNKNOWN', /did you mean "mnist"/],
    ['a missing file', () => trainOn('no-such.npy'), 1, 'E_MISSING', /no-such\.npy/],
    ['a file cut short', () => trainOn('short.npy'), 1, 'E_TRUNCATED', /bytes of values/],
    ['a file of another kind', () => trainOn('other.bin'), 1, 'E_FORMAT', /IDX, \.npy/],
    ['a single row', () => trainOn('one.npy'), 1, 'E_DATA', /at least 2 rows/],
    ['a NaN', () => trainOn('nan.npy'), 1, 'E_VALUE', /row 1, column 1/],
    [
      'a batch larger than the data',
      () => [...trainOn('narrow.npy'), '--batch-size', '99'],
      2,
      'E_OPTION',
      /at most 45/,
    ],
    [
      'an output folder in use',
      () => ['train', 'vanilla', '--data', at('images.npy'), '--out', at('full')],
      1,
      'E_EXISTS',
      /--out/,
    ],
    [
      'an output folder that cannot be made',
      () => ['train', 'vanilla', '--data', at('images.npy'), '--out', at('images.npy/run')],
      1,
      'E_WRITE',
      /--out/,
    ],
    ['data of another width', () => ['evaluate', at('full'), '--data', at('narrow.npy')], 1, 'E_SHAPE', /784[\s\S]*10/],
    [
      'a model cut short',
      () => ['evaluate', at('broken.onnx'), '--data', at('images.npy')],
      1,
      'E_FORMAT',
      /model\.onnx/,
    ],
    ['no model there', () => ['encode', at('nowhere')], 1, 'E_MISSING', /run folder/],
    [
      'an array for a model',
      () => ['encode', at('images.npy'), '--data', at('images.npy'), '--out', at('x.npy')],
      1,
      'E_FORMAT',
      /ONNX/,
    ],
    [
      'a file that would be written over',
      () => ['encode', at('full'), '--out', at('images.npy')],
      1,
      'E_EXISTS',
      /--out/,
    ],
  ])('%s', async (_, args, expectedCode, name, words) => {
    const { code, stdout, stderr } = await warmCli(args())
    expect(stderr).toContain(name)
    expect(stderr).toMatch(words)
    expect(code).toBe(expectedCode)
    expect(stdout).toBe('')
    // an error is not a stack trace
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test('with --json the error is the one document', async () => {
    const { code, stdout } = await warmCli([...trainOn('nan.npy'), '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'E_VALUE', found: 'NaN', hint: expect.any(String) })
  })

  test('nothing is left behind by a run that never began', async () => {
    await warmCli(trainOn('one.npy'))
    expect(existsSync(at('never-one.npy'))).toBe(false)
  })
})

describe('data and doctor', () => {
  test('data list names what there is; data info describes a file and warns', async () => {
    const list = JSON.parse((await warmCli(['data', 'list', '--json'])).stdout)
    expect(list.map(({ name }: { name: string }) => name)).toEqual(['mnist', 'scenes', 'digits'])
    writeFileSync(at('wide.npy'), formatNpy([2, 3], Float32Array.of(1, 5, -2, 1, 6, 7)))
    const [part] = JSON.parse((await warmCli(['data', 'info', at('wide.npy'), '--json'])).stdout).parts
    expect(part).toMatchObject({ rows: 2, shape: [3], min: -2, max: 7, constantColumns: 1 })
    expect(part.warnings.join(' ')).toContain('--output linear')
  })

  test('doctor finds nothing broken here', async () => {
    const { code, stdout } = await warmCli(['doctor', '--json'], { cwd: folder })
    const { findings } = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(findings.map(({ what }: { what: string }) => what)).toEqual([
      'Node',
      'machine',
      'runtime',
      'devices',
      'MNIST',
      'output',
    ])
  })
})

describe('doctor --profile', () => {
  test('says where the time of a step goes, as tables and as one document', async () => {
    const args = ['doctor', '--profile', 'vanilla', '--steps', '5', '--set', 'hidden=8', 'batchSize=20']
    const shown = await warmCli(args, { cwd: folder })
    expect(shown.code).toBe(0)
    expect(shown.stdout).toMatch(/^a step takes [\d.]+ ms/)
    expect(shown.stdout).toMatch(/^update +[\d.]+ +[\d.]+%$/m)
    expect(shown.stdout).toMatch(/encoder\.0\/Gemm\S* .*\[20, 784\] \[784, 8\] \[8\] → \[20, 8\]/)
    const { code, stdout } = await warmCli([...args, '--json'], { cwd: folder })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ recipe: 'vanilla', batchSize: 20, dataset: 'digits' })
  })

  test.each([
    ['a recipe that there is not', ['vanillo'], 'E_UNKNOWN', 'did you mean "vanilla"?'],
    ['a recipe without steps', ['pca'], 'E_OPTION', 'profile another recipe'],
    ['a phase that there is not', ['vanilla', '--phase', 'tune'], 'E_OPTION', 'leave --phase out for the last one'],
    ['an option that there is not', ['vanilla', '--set', 'hiden=3'], 'E_OPTION', 'did you mean "hidden"?'],
    ['a pass that there is not', ['vanilla', '--without', 'sinkScale'], 'E_UNKNOWN', 'did you mean "sinkScales"?'],
  ])('refuses %s', async (_, args, code, hint) => {
    const run = await warmCli(['doctor', '--profile', ...args, '--json'], { cwd: folder })
    expect(run.code).toBe(2)
    expect(JSON.parse(run.stdout).error).toMatchObject({ code, hint })
  })
})
