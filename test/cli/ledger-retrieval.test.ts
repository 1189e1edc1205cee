import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { warmCli } from './warm-cli.js'

const folder = mkdtempSync(join(tmpdir(), 'diabolo-ledger-retrieval-'))
const at = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

const TOPICS = ['grain', 'ship', 'earn', 'crude'] as const

/** Words that no stemmer shortens, forty of each topic. */
const wordOf = (topic: number, i: number) => `${'bdfg'[topic]}${'aiou'[i % 4]}${'klmnprtvwx'[Math.floor(i / 4)]}o`

/** Stories of thirty words, two of three from their own topic. */
function stories(count: number, part: 'TRAIN' | 'TEST', seed: number): string {
  const random = rng(seed, part)
  return Array.from({ length: count }, (_, i) => {
    const own = i % 4
    const words = Array.from({ length: 30 }, () =>
      wordOf(random.uniform() < 0.67 ? own : random.int(4), random.int(40)),
    )
    return `<REUTERS TOPICS="YES" LEWISSPLIT="${part}" NEWID="${i + 1}"><TOPICS><D>${TOPICS[own]}</D></TOPICS><TEXT><BODY>${words.join(' ')}</BODY></TEXT></REUTERS>\n`
  }).join('')
}

test('ledger reuters measures codes beside what they must be better than, and draws it', {
  timeout: 120_000,
}, async () => {
  mkdirSync(at('reuters21578'))
  writeFileSync(at('reuters21578/reut2-000.sgm'), stories(240, 'TRAIN', 1) + stories(40, 'TEST', 2))
  const { code, stdout, stderr } = await warmCli([
    ...['ledger', 'reuters', '--data', folder, '--seeds', '2', '--out', at('docs'), '--json'],
  ])
  expect(code, stderr).toBe(0)
  const { rows, tables, pictures } = JSON.parse(stdout).parts.reuters
  expect(rows).toHaveLength(6)
  for (const { what, ours } of rows) {
    expect(Number(ours), what).toBeGreaterThan(0.5)
    expect(Number(ours), what).toBeLessThanOrEqual(1)
  }
  const hashed = rows.find(({ what }: { what: string }) => what.includes('128 bits, by Hamming'))
  expect(hashed.met).toBe(Number(hashed.ours) >= Number(hashed.bar.replace('at least ', '')))
  expect(tables[0].lines.map(([length, seed]: number[]) => `${length} ${seed}`)).toEqual([
    ...['10 1', '10 2', '32 1', '32 2', '128 1', '128 2'],
  ])
  expect(pictures).toHaveLength(1)
  const svg = readFileSync(at('docs/figures/reuters-precision.svg'), 'utf8')
  for (const name of ['autoencoder, 10', 'latent semantics, 128', 'TF-IDF']) expect(svg).toContain(name)
  expect(readFileSync(at('docs/ledger.md'), 'utf8')).toContain('](figures/reuters-precision.svg)')
  expect(existsSync(at('docs/reuters.html'))).toBe(true)
})
