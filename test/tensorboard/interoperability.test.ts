import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EventFile } from '../../src/node/event-file.js'
import type { EpochRecord } from '../../src/train/events.js'
import { warmCli } from '../cli/warm-cli.js'

/** A Python that can import TensorBoard. */
const PYTHON = process.env.DIABOLO_PYTHON ?? 'python3'
const installed = spawnSync(PYTHON, ['-c', 'import tensorboard'], { stdio: 'ignore' }).status === 0
if (!installed)
  console.warn(`skipped: ${PYTHON} with tensorboard is not installed (DIABOLO_PYTHON names another Python)`)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-tensorboard-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Read {
  readonly scalars: Readonly<Record<string, readonly [step: number, value: number][]>>
  readonly images: Readonly<Record<string, readonly (number | string)[][]>>
  readonly histograms: Readonly<Record<string, readonly number[][]>>
  readonly embeddings: readonly unknown[]
}

function read(from: string): Read {
  const script = fileURLToPath(new URL('../interoperability/read_tensorboard.py', import.meta.url))
  const { status, stdout, stderr } = spawnSync(PYTHON, [script, from], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

describe.skipIf(!installed)('the real TensorBoard', () => {
  test('reads a run, and one that was gone on with, without duplicates', async () => {
    const run = join(folder, 'run')
    const options = ['--hidden', '8', '--epochs', '4', '--schedule', 'constant', '--warmup', '0', '--tensorboard']
    const { code, stderr } = await warmCli(['train', 'vanilla', '--data', 'digits:600', ...options, '--out', run])
    expect(code, stderr).toBe(0)
    expect((await warmCli(['train', '--resume', run, '--epochs', '6'])).code).toBe(0)
    expect(readdirSync(join(run, 'tensorboard')).filter((name) => name.startsWith('events'))).toHaveLength(2)

    const history = readFileSync(join(run, 'history.jsonl'), 'utf8')
    const records = history
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as EpochRecord)
    expect(records).toHaveLength(6)
    const { scalars, images, histograms, embeddings } = read(join(run, 'tensorboard'))
    const of = (pick: (record: EpochRecord) => number | undefined) =>
      records.map((record) => [record.step, Math.fround(pick(record) as number)])
    expect(scalars['loss/train']).toEqual(of(({ loss }) => loss))
    expect(scalars['validation MSE/train']).toEqual(of(({ validationMse }) => validationMse))
    expect(scalars['learning rate']).toEqual(of(({ learningRate }) => learningRate))
    // of the first session's pictures, made at step 24, and the second's, at step 36
    expect(images['samples/reconstruction']).toEqual([
      [24, 280, 28, 'PNG'],
      [36, 280, 28, 'PNG'],
    ])
    expect(Object.keys(images).sort()).toEqual(['samples/input', 'samples/original', 'samples/reconstruction'])
    const [last] = histograms['encoder.0.weight']?.slice(-1) ?? []
    expect(last).toEqual([36, expect.any(Number), expect.any(Number), 784 * 8, 784 * 8])
    expect(embeddings).toEqual([['codes', 'tensors.tsv', 'metadata.tsv', 'sprite.png', [28, 28]]])
    expect(readFileSync(join(run, 'tensorboard', 'tensors.tsv'), 'utf8').split('\n')).toHaveLength(1001)
  })

  test('forgets what was said of steps that are taken again, and what was half said', async () => {
    const log = join(folder, 'again')
    const first = await EventFile.begin(log, 0)
    for (const step of [1, 2, 3, 4]) await first.add({ summaries: [{ tag: 'x', scalar: step }] }, step)
    const [name] = readdirSync(log)
    appendFileSync(join(log, name as string), Uint8Array.of(40, 0, 0, 0, 0, 0, 0, 0, 1))
    const second = await EventFile.begin(log, 3)
    for (const step of [3, 4, 5]) await second.add({ summaries: [{ tag: 'x', scalar: 10 * step }] }, step)
    expect(read(log).scalars.x).toEqual([
      [1, 1],
      [2, 2],
      [3, 30],
      [4, 40],
      [5, 50],
    ])
  })
})
