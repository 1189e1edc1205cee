import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Disk, loadCheckpoint, saveCheckpoint } from '../../src/node/checkpoint-folder.js'
import { aCheckpoint } from '../checkpoint/sample.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-checkpoints-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const stepOf = async () => (await loadCheckpoint(folder))?.checkpoint.position.step

/** A disk on which the k-th call, counted from 0, fails; `calls` says how many there were. */
function failing(k: number, code: string) {
  let calls = 0
  const names: string[] = []
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const found: unknown = Reflect.get(object, name)
        if (typeof found !== 'function') return found
        return async (...given: unknown[]) => {
          names.push(String(name))
          // what is closed is closed, even where it says that something was lost
          if (calls++ === k) {
            if (name === 'close') await Reflect.apply(found, object, given)
            throw Object.assign(new Error(`${code}, ${String(name)}`), { code })
          }
          const result: unknown = await Reflect.apply(found, object, given)
          return name === 'open' ? guard(result as object) : result
        }
      },
    })
  return { disk: guard<Disk>(fs), calls: () => calls, names }
}

describe('checkpoints of a run', () => {
  test('are read as they were written; the last two are kept', async () => {
    expect(await loadCheckpoint(folder)).toBeUndefined()
    for (const step of [1, 2, 3, 4]) await saveCheckpoint(folder, aCheckpoint(step))
    expect((await loadCheckpoint(folder))?.checkpoint).toEqual(aCheckpoint(4))
    expect(readdirSync(folder).sort()).toEqual(['000003', '000004'])
  })

  test('fall back to the one before when a byte of the newest is flipped, and say so', async () => {
    for (const step of [1, 2]) await saveCheckpoint(folder, aCheckpoint(step))
    const path = join(folder, '000002', 'state.safetensors')
    const bytes = readFileSync(path)
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1
    writeFileSync(path, bytes)
    const loaded = await loadCheckpoint(folder)
    expect(loaded?.checkpoint.position.step).toBe(1)
    expect(loaded?.skipped).toEqual([
      { path: join(folder, '000002'), error: expect.objectContaining({ code: 'E_CHECKSUM' }) },
    ])
  })

  test('none of which is whole are an error, not a beginning', async () => {
    await saveCheckpoint(folder, aCheckpoint())
    rmSync(join(folder, '000001', 'manifest.json'))
    await expect(loadCheckpoint(folder)).rejects.toMatchObject({ code: 'E_MISSING' })
  })

  test.each(['ENOSPC', 'EIO', 'EACCES', 'EMFILE'])('survive %s at every call of a save', async (code) => {
    for (const step of [1, 2]) await saveCheckpoint(folder, aCheckpoint(step))
    const whole = failing(-1, code)
    await saveCheckpoint(folder, aCheckpoint(3), whole.disk)
    // a folder, two files and their removal: opened, written, synced, closed, renamed
    expect(new Set(whole.names)).toEqual(
      new Set(['mkdir', 'readdir', 'rm', 'open', 'writeFile', 'sync', 'close', 'rename']),
    )
    let last = 3
    for (let k = 0; k < whole.calls(); k++) {
      const { disk, calls } = failing(k, code)
      const step = 100 + k
      await expect(saveCheckpoint(folder, aCheckpoint(step), disk), `call ${k}`).rejects.toMatchObject({
        code: expect.stringMatching(/^E_(WRITE|DATA)$/),
      })
      expect(calls()).toBeGreaterThan(k)
      // the one before, or this one where only what came after its name failed
      const now = await stepOf()
      expect([last, step], `call ${k}`).toContain(now)
      last = now as number
    }
    await saveCheckpoint(folder, aCheckpoint(999))
    expect(await stepOf()).toBe(999)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})
