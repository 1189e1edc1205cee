import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { DiaboloError } from '../base/errors.js'
import { errno, readError, writeError } from './files.js'

/** Who works on a run. */
interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process began, as its system writes it: numbers of processes are used again. */
  readonly started: string
}

/** A lock without words in it is being written, or its writer was ended meanwhile: so long it is waited for. */
const TRIES = 10
const WAIT_MS = 100

/** Nobody needs so long to take a lock over. */
const CLAIM_MS = 5000

/**
 * Makes this process the only one to work on a run, until it ends or gives the lock back. The lock of a process that is no
 * longer there is taken over.
 *
 * @returns gives it back
 * @throws E_LOCKED when another process holds it; E_WRITE when it cannot be written
 */
export async function lock(path: string): Promise<() => void> {
  const own = JSON.stringify({ pid: process.pid, host: hostname(), started: (await startOf(process.pid)) ?? '' })
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw writeError(path, cause)
  })
  for (let tries = 0; ; ) {
    if (await create(path, own)) break
    const found = await wordsIn(path)
    if (found === undefined) continue
    const owner = parseOwner(found)
    if (!owner && ++tries < TRIES) await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
    else if (owner && (await isThere(owner))) throw locked(path, owner)
    else await takeAway(path, found)
  }
  let held = true
  const release = () => {
    process.off('exit', release)
    // what is there later is somebody else's
    if (held) rmSync(path, { force: true })
    held = false
  }
  process.on('exit', release)
  return release
}

/** @returns whether there was none */
async function create(path: string, words: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(words)
    } finally {
      await file.close()
    }
    return true
  } catch (cause) {
    if (errno(cause) === 'EEXIST') return false
    throw writeError(path, cause)
  }
}

/** @returns nothing when it was given back in the meantime */
async function wordsIn(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (errno(cause) === 'ENOENT') return undefined
    throw readError(path, cause)
  }
}

/** Removes a lock that nobody holds: one process at a time, which looks again whether it is still the same. */
async function takeAway(path: string, stale: string): Promise<void> {
  const claim = `${path}.claim`
  try {
    await mkdir(claim)
  } catch (cause) {
    if (errno(cause) !== 'EEXIST') throw writeError(path, cause)
    const since = await stat(claim).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    // whoever was at it took longer than it can take: it was ended on the way
    if (since > CLAIM_MS) await rm(claim, { recursive: true, force: true })
    else await new Promise((resolve) => setTimeout(resolve, WAIT_MS / 10))
    return
  }
  try {
    if ((await wordsIn(path)) === stale) await rm(path)
  } finally {
    await rm(claim, { recursive: true, force: true })
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const { pid, host, started } = JSON.parse(text)
    return Number.isInteger(pid) && typeof host === 'string' && typeof started === 'string'
      ? { pid, host, started }
      : undefined
  } catch {
    return undefined
  }
}

/** Of another machine nobody here can tell: it is taken to be there. */
async function isThere({ pid, host, started }: Owner): Promise<boolean> {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if (errno(cause) === 'ESRCH') return false
  }
  const now = await startOf(pid)
  return now === undefined || started === '' || now === started
}

/**
 * When a process began: on Linux the boot and the clock ticks since then, elsewhere the words of `ps`.
 *
 * @returns nothing where that cannot be found out; `ended` for a process that is over and still has its number
 */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform !== 'linux') {
      return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim() || undefined
    }
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // after the name, which may hold anything: state, …, and as the 20th the start
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return 'ended'
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    return `${boot.trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}

const locked = (path: string, { pid, host }: Owner) =>
  new DiaboloError('E_LOCKED', {
    at: path,
    expected: 'a run that nobody works on',
    found: `process ${pid} on ${host}`,
    hint:
      host === hostname()
        ? 'wait until it is done, or stop it; then try again'
        : `make sure that it is not running there any more, then remove ${path}`,
  })
