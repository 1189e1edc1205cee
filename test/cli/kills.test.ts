import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCheckpoint } from '../../src/node/checkpoint-folder.js'
import { CLI, runCli } from './run-cli.js'

const SOAK = process.env.DIABOLO_SOAK === '1'
const KILLS = Number(process.env.DIABOLO_KILLS ?? (SOAK ? 200 : 3))
const [PRETRAINED, TUNED] = SOAK ? [4, 12] : [2, 5]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-kills-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options = (out: string) => [
  ...[
    'train',
    'stacked',
    '--units',
    '24,8',
    '--pretrain-epochs',
    `${PRETRAINED}`,
    '--epochs',
    `${TUNED}`,
    '--batch-size',
    '25',
  ],
  ...['--data', 'digits:1500', '--threads', '1', '--seed', '5', '--checkpoint-seconds', '0', '--out', out],
]

const isThere = (path: string) => () => existsSync(path)
async function until(holds: () => boolean, child: ChildProcess): Promise<void> {
  while (!holds() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** Waits for a moment at which a checkpoint is being written, or for the end. */
async function insideSave(checkpoints: string, child: ChildProcess): Promise<void> {
  await until(isThere(checkpoints), child)
  if (child.exitCode !== null) return
  await new Promise<void>((resolve) => {
    const watcher = watch(checkpoints, (_, name) => name?.endsWith('.part') && done())
    const done = () => {
      watcher.close()
      resolve()
    }
    child.once('exit', done)
  })
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 6))
}

test(
  `a training that is killed ${KILLS} times, half of them inside a save, comes to the same bytes`,
  async () => {
    const whole = join(folder, 'whole')
    const { stderr, code } = await runCli(options(whole))
    expect(code, stderr).toBe(0)
    const wanted = readFileSync(join(whole, 'model.onnx'))

    const [counts, rounds] = [{ kills: 0, inside: 0 }, { count: 0 }]
    for (; counts.kills < KILLS || rounds.count === 0; rounds.count++) {
      const run = join(folder, `killed-${rounds.count}`)
      const checkpoints = join(run, 'checkpoint')
      for (let args = options(run); ; args = ['train', '--resume', run, '--checkpoint-seconds', '0']) {
        const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
        let words = ''
        child.stderr.on('data', (text) => {
          words += text
        })
        const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
        if (counts.kills < KILLS) {
          await until(isThere(join(run, 'plan.json')), child)
          if (counts.kills % 2 === 0) await insideSave(checkpoints, child)
          else await new Promise((resolve) => setTimeout(resolve, Math.random() * 1500))
          child.kill('SIGKILL')
        }
        const exit = await ended
        if (exit === 0) break
        expect(exit, words).toBeNull()
        counts.kills++
        const names = existsSync(checkpoints) ? readdirSync(checkpoints) : []
        if (names.some((name) => name.endsWith('.part'))) counts.inside++
        // what has its name is whole, the newest first of all
        expect((await loadCheckpoint(checkpoints))?.skipped ?? []).toEqual([])
      }
      expect(readFileSync(join(run, 'model.onnx')).equals(wanted)).toBe(true)
      const steps = readFileSync(join(run, 'history.jsonl'), 'utf8').split('\n').slice(0, -1)
      expect(steps).toHaveLength(2 * PRETRAINED + TUNED)
    }
    console.info(`${counts.kills} kills in ${rounds.count} trainings, ${counts.inside} of them left a save half done`)
    if (SOAK) expect(counts.inside).toBeGreaterThan(KILLS / 5)
  },
  SOAK ? 3_600_000 : 120_000,
)
