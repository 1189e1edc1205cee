import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lock } from '../../src/node/run-lock.js'

let folder: string
let path: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-lock-'))
  path = join(folder, 'run', 'lock')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A process that does nothing. */
function idle() {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' })
  children.push(child)
  return child
}
const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve))

async function writeLock(owner: object) {
  const release = await lock(path)
  const own = JSON.parse(readFileSync(path, 'utf8'))
  release()
  writeFileSync(path, JSON.stringify({ ...own, ...owner }))
}

describe('the lock of a run', () => {
  test('is held by one, given back, and held by the next', async () => {
    const release = await lock(path)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() })
    await expect(lock(path)).rejects.toMatchObject({
      code: 'E_LOCKED',
      found: `process ${process.pid} on ${hostname()}`,
    })
    release()
    expect(existsSync(path)).toBe(false)
    ;(await lock(path))()
  })

  test('of a process that is over is taken over', async () => {
    const child = idle()
    await writeLock({ pid: child.pid, started: '' })
    await expect(lock(path)).rejects.toMatchObject({ code: 'E_LOCKED' })
    child.kill('SIGKILL')
    await ended(child)
    ;(await lock(path))()
  })

  test.runIf(process.platform === 'linux')('of a process whose number is used again is taken over', async () => {
    await writeLock({ pid: idle().pid, started: 'another boot 123' })
    ;(await lock(path))()
  })

  test('of another machine is not', async () => {
    await writeLock({ pid: 1, host: 'elsewhere' })
    await expect(lock(path)).rejects.toMatchObject({ code: 'E_LOCKED', hint: expect.stringContaining('remove') })
  })

  test('whose writer was ended before it wrote is taken over', async () => {
    ;(await lock(path))()
    writeFileSync(path, '')
    ;(await lock(path))()
  })

  test('goes to one of many who find a stale one', async () => {
    for (let round = 0; round < 20; round++) {
      await writeLock({ pid: 2 ** 22 - 3, started: 'long ago' })
      const results = await Promise.allSettled(Array.from({ length: 4 }, () => lock(path)))
      const won = results.filter(({ status }) => status === 'fulfilled')
      expect(won).toHaveLength(1)
      for (const result of results) if (result.status === 'fulfilled') result.value()
    }
  })

  test('where no file can be written is an error that says so', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(lock(join(folder, 'file', 'lock'))).rejects.toMatchObject({ code: 'E_WRITE' })
  })
})
