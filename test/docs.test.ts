import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES, type ErrorCode } from '../src/base/errors.js'
import { COMMANDS } from '../src/cli/commands.js'
import { exitCodeOf } from '../src/cli/exit.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code as string)

describe('README', () => {
  test.each(blocks(read('README.md'), 'ts').map((code, i) => [i + 1, code] as const))('block %i runs', (_, code) => {
    const folder = mkdtempSync(join(tmpdir(), 'diabolo-readme-'))
    const library = pathToFileURL(join(root, 'dist/node.js')).href
    writeFileSync(join(folder, 'block.mjs'), code.replace("'diabolo'", `'${library}'`))
    execFileSync(process.execPath, ['block.mjs'], { cwd: folder })
    const [, saved] = code.match(/\.save\('(.+?)'\)/) ?? []
    if (saved) expect(existsSync(join(folder, saved, 'model.onnx'))).toBe(true)
    rmSync(folder, { recursive: true })
  })

  test('names only commands that exist', () => {
    const named = blocks(read('README.md'), 'sh').flatMap((code) =>
      [...code.matchAll(/^diabolo (\w+)/gm)].map(([, name]) => name),
    )
    expect(named.length).toBeGreaterThan(3)
    for (const name of named) expect(COMMANDS).toHaveProperty(name as string)
  })
})

test('links between documents lead somewhere', () => {
  for (const name of [
    'README.md',
    'CONTRIBUTING.md',
    'docs/architecture.md',
    'docs/performance.md',
    'docs/errors.md',
  ]) {
    for (const [, link = ''] of read(name).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      expect(existsSync(join(root, dirname(name), link)), `${name} links to ${link}`).toBe(true)
    }
  }
})

test('docs/errors.md lists every code with its meaning and exit code', () => {
  const listed = [...read('docs/errors.md').matchAll(/^\| `(E_\w+)` \| (.*) \| (\d) \|$/gm)].map(
    ([, ...cells]) => cells,
  )
  const codes = Object.entries(ERROR_CODES).map(([code, meaning]) => [
    code,
    meaning,
    String(exitCodeOf({ code: code as ErrorCode })),
  ])
  expect(listed).toEqual(codes)
})

test('docs/architecture.md names every folder of src and every production dependency', () => {
  const text = read('docs/architecture.md')
  const { dependencies } = JSON.parse(read('package.json'))
  const folders = [
    'base',
    'onnx',
    'graph',
    'ops',
    'nn',
    'compile',
    'runtime',
    'data',
    'text',
    'search',
    'train',
    'recipes',
    'model',
    'report',
    'app',
    'node',
    'cli',
  ]
  for (const folder of folders) expect(text).toContain(`\`src/${folder}\``)
  for (const name of Object.keys(dependencies)) expect(text).toContain(`\`${name}\``)
})
