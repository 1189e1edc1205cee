import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digits } from '../../src/data/digits/index.js'
import { formatNpy } from '../../src/data/formats/npy.js'
import { parseSafetensors } from '../../src/data/formats/safetensors.js'
import { decodeModel } from '../../src/onnx/model.js'
import { warmCli } from './warm-cli.js'

let folder: string
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-export-'))
  const { values } = digits({ rows: 200 })
  writeFileSync(at('images.npy'), formatNpy([200, 28, 28], values))
  const options = ['--hidden', '8', '--epochs', '1', '--batch-size', '20', '--out', at('run')]
  expect((await warmCli(['train', 'vanilla', '--data', at('images.npy'), ...options])).code).toBe(0)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const exported = async (...args: string[]) => {
  const { code, stdout, stderr } = await warmCli(['export', at('run'), ...args, '--json'], { cwd: folder })
  return { code, stderr, document: JSON.parse(stdout) }
}

describe('export', () => {
  test.each([
    ['autoencoder', ['code', 'reconstruction', 'score']],
    ['encoder', ['code']],
    ['decoder', ['reconstruction']],
    ['score', ['score']],
  ])('%s writes its file', async (what, outputs) => {
    const { code, document } = await exported('--what', what)
    expect(code).toBe(0)
    const bytes = readFileSync(at(`${what}.onnx`))
    expect(document).toMatchObject({ what, format: 'onnx', files: [{ path: `${what}.onnx`, bytes: bytes.length }] })
    expect(decodeModel(bytes).graph?.output.map(({ name }) => name)).toEqual(outputs)
  })

  test('training writes what it is fed with beside it, the data too when it is named', async () => {
    const { document } = await exported('--what', 'training', '--data', at('images.npy'), '--out', at('step/step.onnx'))
    expect(document.files.map(({ path }: { path: string }) => path)).toEqual([
      at('step/step.onnx'),
      at('step/step.safetensors'),
    ])
    const { tensors } = parseSafetensors(readFileSync(at('step/step.safetensors')), 'feeds')
    const given = decodeModel(readFileSync(at('step/step.onnx'))).graph?.input.map(({ name }) => name)
    expect([...tensors.keys(), 'trips', 'step'].sort()).toEqual(given?.sort())
    expect(tensors.get('data')?.shape).toEqual([180, 784])
  })

  test('weights go by PyTorch’s names and layouts', async () => {
    await exported('--format', 'safetensors')
    const { tensors, metadata } = parseSafetensors(readFileSync(at('weights.safetensors')), 'weights')
    expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual({
      'encoder.0.weight': [8, 784],
      'encoder.0.bias': [8],
      'decoder.0.weight': [784, 8],
      'decoder.0.bias': [784],
    })
    expect(metadata.format).toBe('pt')
  })

  test.each([
    ['a file that is there', ['--out', 'images.npy'], 1, 'E_EXISTS'],
    ['a flag of training without it', ['--what', 'encoder', '--from', 'start'], 2, 'E_OPTION'],
    ['weights of a part', ['--what', 'encoder', '--format', 'safetensors', '--out', 'x.safetensors'], 2, 'E_OPTION'],
    ['other data', ['--what', 'training', '--data', 'digits:200', '--out', 'x.onnx'], 1, 'E_CHECKSUM'],
    ['a part that there is not', ['--what', 'codec'], 2, 'E_USAGE'],
  ])('%s is refused', async (_, args, exit, error) => {
    const { code, document } = await exported(...args)
    expect(code).toBe(exit)
    expect(document.error.code).toBe(error)
    expect(existsSync(at('x.safetensors'))).toBe(false)
  })
})

describe('codes', () => {
  const encoded = (out: string, data = at('images.npy')) =>
    warmCli(['encode', at('run'), '--data', data, '--out', at(out), '--json'])

  test('go into the format that the name ends in', async () => {
    const { stdout } = await encoded('codes.csv')
    expect(JSON.parse(stdout)).toEqual({ out: at('codes.csv'), shape: [200, 8], dtype: 'float32' })
    const [head, ...rows] = readFileSync(at('codes.csv'), 'utf8').trimEnd().split('\n')
    expect(head).toBe('code.0,code.1,code.2,code.3,code.4,code.5,code.6,code.7')
    expect(rows).toHaveLength(200)
  })

  test('go to the projector with the classes beside them', async () => {
    const { stdout } = await encoded('codes.tsv', 'digits:100')
    expect(JSON.parse(stdout).files).toEqual([at('codes.tsv'), at('codes.metadata.tsv')])
    const [codes, classes] = ['codes.tsv', 'codes.metadata.tsv'].map((name) =>
      readFileSync(at(name), 'utf8').split('\n'),
    )
    expect(codes).toHaveLength(classes?.length as number)
    expect(new Set(classes?.slice(0, -1))).toEqual(new Set('0123456789'))
  })

  test('go into no other format, and nothing is run to find out', async () => {
    const { code, stdout } = await encoded('codes.xlsx', at('nowhere.npy'))
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'E_OPTION', expected: expect.stringContaining('.parquet') })
  })
})
