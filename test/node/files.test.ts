import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readBytes, requireFresh, writeWhole } from '../../src/node/files.js'
import { modelPath } from '../../src/node/run-folder.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a write makes the folders it needs and leaves nothing beside the file', async () => {
  await writeWhole(join(folder, 'a/b/model.onnx'), Uint8Array.of(1, 2))
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['model.onnx'])
  expect([...(await readBytes(join(folder, 'a/b/model.onnx')))]).toEqual([1, 2])
})

test('a write that fails leaves what was there before', async () => {
  const path = join(folder, 'kept')
  mkdirSync(path)
  writeFileSync(join(path, 'inside'), 'kept')
  await expect(writeWhole(path, 'new')).rejects.toMatchObject({ code: 'E_WRITE', at: path })
  expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('kept')
  expect(readdirSync(folder)).toEqual(['kept'])
})

test('a fresh folder is empty or absent; asking makes nothing', async () => {
  await requireFresh(folder)
  await requireFresh(join(folder, 'not/there/yet'))
  expect(readdirSync(folder)).toEqual([])
  writeFileSync(join(folder, 'mine.txt'), '')
  await expect(requireFresh(folder)).rejects.toMatchObject({
    code: 'E_EXISTS',
    found: expect.stringContaining('mine.txt'),
  })
  await expect(requireFresh(join(folder, 'mine.txt/run'))).rejects.toMatchObject({ code: 'E_WRITE' })
})

test('a model is found in its folder or by its own path', async () => {
  await expect(modelPath(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_MISSING' })
  await expect(modelPath(folder)).rejects.toMatchObject({ code: 'E_MISSING', found: 'a folder without model.onnx' })
  writeFileSync(join(folder, 'model.onnx'), '')
  expect(await modelPath(folder)).toBe(join(folder, 'model.onnx'))
  expect(await modelPath(join(folder, 'model.onnx'))).toBe(join(folder, 'model.onnx'))
})

test('what cannot even be begun fails as what cannot be written', async () => {
  writeFileSync(join(folder, 'in-the-way'), '')
  const path = join(folder, 'in-the-way/codes.npy')
  await expect(writeWhole(path, 'new')).rejects.toMatchObject({ code: 'E_WRITE', at: path })
})
