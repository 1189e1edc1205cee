import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digits } from '../../src/data/digits/index.js'
import { formatNpy } from '../../src/data/formats/npy.js'
import { CLI, runCli } from './run-cli.js'

let folder: string
const at = (...names: string[]) => join(folder, ...names)
const images = digits({ rows: 1200 })
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-resume-'))
  writeFileSync(at('images.npy'), formatNpy([1200, 28, 28], images.values as Uint8Array))
})
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const recipe = ['train', 'vanilla', '--hidden', '8', '--batch-size', '20', '--schedule', 'constant', '--warmup', '0']
const options = (out: string, ...more: string[]) => [
  ...recipe,
  ...['--data', at('images.npy'), '--threads', '1', '--seed', '4', '--checkpoint-seconds', '0.1', '--out', at(out)],
  ...more,
]

/** Starts a training, and waits until it has kept a checkpoint and written so many lines of history. */
async function start(args: readonly string[], out: string, lines = 1) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(child)
  let stderr = ''
  child.stderr?.on('data', (text) => {
    stderr += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  while (historyOf(out).length < lines || checkpointsOf(out).length === 0) {
    if (child.exitCode !== null) throw new Error(stderr)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return { child, ended, stderr: () => stderr }
}

const historyOf = (out: string) =>
  existsSync(at(out, 'history.jsonl')) ? readFileSync(at(out, 'history.jsonl'), 'utf8').split('\n').slice(0, -1) : []
const checkpointsOf = (out: string) =>
  existsSync(at(out, 'checkpoint')) ? readdirSync(at(out, 'checkpoint')).filter((name) => /^\d+$/.test(name)) : []
const modelOf = (out: string) => readFileSync(at(out, 'model.onnx'))
const resume = (out: string, ...more: string[]) => runCli(['train', '--resume', at(out), '--json', ...more])

describe('a run', () => {
  test('that was killed can be reported on, and gone on with to the same bytes', async () => {
    const whole = await runCli(options('whole', '--epochs', '40', '--json'))
    const { child, ended } = await start(options('killed', '--epochs', '40'), 'killed', 3)
    child.kill('SIGKILL')
    expect(await ended).toBeNull()
    appendFileSync(at('killed', 'history.jsonl'), '{"phase":"tra')
    const report = await runCli(['report', at('killed')])
    expect(report.stderr).toContain('written')
    expect(readFileSync(at('killed', 'report.html'), 'utf8')).toContain('vanilla')
    expect(JSON.parse(readFileSync(at('killed', 'run.json'), 'utf8')).test.rows).toBe(120)

    const { code, stdout } = await resume('killed')
    expect(code).toBe(0)
    const { seconds, stepMs, firstStepSeconds, out, ...summary } = JSON.parse(stdout)
    expect(JSON.parse(whole.stdout)).toMatchObject(summary)
    expect(modelOf('killed').equals(modelOf('whole'))).toBe(true)
    const losses = (run: string) => historyOf(run).map((line) => [JSON.parse(line).epoch, JSON.parse(line).loss])
    expect(losses('killed')).toEqual(losses('whole'))
    expect(readdirSync(at('killed'))).not.toContain('lock')
  })

  test('whose newest checkpoint has a flipped byte goes on from the one before, and says so', async () => {
    const [before, newest] = readdirSync(at('killed', 'checkpoint')).sort()
    const path = at('killed', 'checkpoint', newest as string, 'state.safetensors')
    const bytes = readFileSync(path)
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 4
    writeFileSync(path, bytes)
    const { code, stderr } = await resume('killed')
    expect(stderr).toContain(`checkpoint/${newest} cannot be used`)
    expect(stderr).toContain(`going on from ${at('killed', 'checkpoint', before as string)}`)
    expect(code).toBe(0)
    expect(modelOf('killed').equals(modelOf('whole'))).toBe(true)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('that gets %s saves, exits with %i within 2 s, and is gone on with', async (signal, code) => {
    const { child, ended } = await start(options(signal, '--epochs', '100000'), signal)
    const before = performance.now()
    child.kill(signal)
    expect(await ended).toBe(code)
    expect(performance.now() - before).toBeLessThan(2000)
    const { steps, stopped } = JSON.parse(readFileSync(at(signal, 'run.json'), 'utf8'))
    expect(stopped).toBe('aborted')
    const { stdout, stderr } = await resume(signal, '--max-time', '0.1s')
    expect(stderr).toContain(`after step ${steps}`)
    expect(JSON.parse(stdout)).toMatchObject({ stopped: 'time' })
    expect(JSON.parse(stdout).steps).toBeGreaterThanOrEqual(steps)
  })

  test('is trained by one process at a time', async () => {
    const { child, ended } = await start(options('locked', '--epochs', '100000'), 'locked')
    const { code, stdout } = await resume('locked')
    expect(code).toBe(1)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'E_LOCKED', found: expect.stringContaining(`${child.pid}`) })
    // it was not disturbed, and its lock goes with it
    expect(child.exitCode).toBeNull()
    child.kill('SIGKILL')
    await ended
    expect((await resume('locked', '--max-time', '0.1s')).code).toBe(0)
  })

  test('is given more epochs, as if it had had as many from the beginning', async () => {
    expect((await resume('whole', '--epochs', '44')).code).toBe(0)
    await runCli(options('longer', '--epochs', '44'))
    expect(modelOf('whole').equals(modelOf('longer'))).toBe(true)
  })

  test('is refused other data than it began with, and stays as it was', async () => {
    const values = (images.values as Uint8Array).with(5, 200)
    writeFileSync(at('images.npy'), formatNpy([1200, 28, 28], values))
    const before = readFileSync(at('whole', 'run.json'), 'utf8')
    const { code, stdout } = await resume('whole')
    writeFileSync(at('images.npy'), formatNpy([1200, 28, 28], images.values as Uint8Array))
    expect(code).toBe(1)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'E_RESUME', at: 'data of the training to go on with' })
    expect(readFileSync(at('whole', 'run.json'), 'utf8')).toBe(before)
  })

  test('stops when validation gets no better', async () => {
    const { stdout } = await runCli(
      options('patient', '--epochs', '500', '--patience', '2', '--min-delta', '0.01', '--json'),
    )
    const { stopped, epochs } = JSON.parse(stdout)
    expect(stopped).toBe('patience')
    expect(epochs).toBeLessThan(100)
  })

  test.each([
    ['a folder that is not there', ['--resume', 'nowhere'], 'E_MISSING'],
    ['options that would change it', ['--resume', 'nowhere', '--seed', '3'], 'E_USAGE'],
    ['a time that is none', ['vanilla', '--max-time', 'soon'], 'E_OPTION'],
    ['a patience of half an epoch', ['vanilla', '--patience', '0.5'], 'E_OPTION'],
  ])('is refused %s', async (_, args, code) => {
    const { stdout } = await runCli(['train', ...args, '--json'], { cwd: folder })
    expect(JSON.parse(stdout).error.code).toBe(code)
  })
})
