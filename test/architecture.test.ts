import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What each folder of `src` may import besides itself: base ← onnx ← graph ← ops ← nn ← compile ← … ← cli. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  onnx: ['base'],
  graph: ['base', 'onnx'],
  ops: ['base', 'onnx', 'graph'],
  nn: ['base', 'onnx', 'graph', 'ops'],
  table: ['base', 'data', 'graph', 'ops'],
  compile: ['base', 'onnx', 'graph', 'ops', 'nn', 'table'],
  runtime: ['base', 'onnx'],
  data: ['base'],
  detect: ['base'],
  report: ['base'],
  text: ['base'],
  search: ['base'],
  tensorboard: ['base'],
  train: ['base', 'onnx', 'graph', 'ops', 'nn', 'compile', 'runtime', 'data'],
  checkpoint: ['base', 'compile', 'data', 'train'],
  recipes: ['base', 'onnx', 'graph', 'ops', 'nn', 'table', 'compile'],
  model: ['base', 'onnx', 'graph', 'ops', 'nn', 'table', 'compile', 'runtime', 'data', 'train', 'recipes'],
  codes: ['base', 'compile', 'runtime', 'search', 'model'],
  node: ['base', 'onnx', 'data', 'report', 'tensorboard', 'train', 'checkpoint', 'recipes', 'model'],
  app: [
    ...['base', 'table', 'compile', 'runtime', 'data', 'detect', 'text', 'search', 'report', 'tensorboard', 'train'],
    ...['checkpoint', 'recipes', 'model', 'codes', 'node', ''],
  ],
  cli: ['base', 'table', 'compile', 'runtime', 'data', 'report', 'train', 'recipes', 'model', 'node', 'app', ''],
}

/** What `train` and `model` may know of `runtime`: its interface, not its engines. */
const RUNTIME_INTERFACE = ['src/runtime/types.ts', 'src/runtime/floats.ts', 'src/runtime/runs.ts']

const ON_NODE = /^src\/(node\.ts|(node|app|cli|server)\/|runtime\/ort-node)/

interface Source {
  /** From the repository's root, `src/ops/unary.ts`. */
  readonly path: string
  readonly text: string
  /** What it imports: files of the repository by path, packages by name. */
  readonly imports: readonly string[]
}

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      const path = relative(ROOT, file).replaceAll('\\', '/')
      const text = readFileSync(file, 'utf8')
      return { path, text, imports: importsOf(path, text) }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(/(?:^import\s+|\bfrom\s+|\bimport\(\s*)'([^']+)'/gm)
  return Array.from(found, ([, specifier = '']) =>
    specifier.startsWith('.') ? posix.join(dirname(path), specifier).replace(/\.js$/, '.ts') : specifier,
  )
}

/** The folder of `src` that a file belongs to; nothing for the entry points, which stand in `src` itself. */
const folderOf = (path: string): string => path.match(/^src\/([^/]+)\//)?.[1] ?? ''

const SOURCES = sourcesIn('src')
const TESTS = sourcesIn('test')

const isOwn = (imported: string) => imported.startsWith('src/')

test('the check itself sees the code', () => {
  expect(SOURCES.length).toBeGreaterThan(90)
  const unary = SOURCES.find(({ path }) => path === 'src/ops/unary.ts')
  expect(unary?.imports).toContain('src/graph/builder.ts')
  expect(importsOf('src/a/b.ts', "import 'x'\nexport { y } from '../c/d.js'\nconst e = import('node:fs')")).toEqual([
    'x',
    'src/c/d.ts',
    'node:fs',
  ])
  const paths = new Set([...SOURCES, ...TESTS].map(({ path }) => path))
  const lost = SOURCES.flatMap(({ path, imports }) =>
    imports.filter((imported) => isOwn(imported) && !paths.has(imported)).map((imported) => `${path} → ${imported}`),
  )
  expect(lost).toEqual([])
})

describe('folders', () => {
  test('are all known here', () => {
    const folders = new Set(SOURCES.map(({ path }) => folderOf(path)).filter((folder) => folder !== ''))
    expect([...folders].filter((folder) => !(folder in MAY_IMPORT))).toEqual([])
  })

  test('depend on each other in one direction', () => {
    const wrong = SOURCES.flatMap(({ path, imports }) => {
      const folder = folderOf(path)
      if (folder === '') return []
      const allowed = [folder, ...(MAY_IMPORT[folder] ?? [])]
      return imports
        .filter((imported) => isOwn(imported) && !allowed.includes(folderOf(imported)))
        .map((imported) => `${path} → ${imported}`)
    })
    expect(wrong).toEqual([])
  })

  test('do not depend on each other in circles', () => {
    const edges = new Map<string, Set<string>>()
    for (const { path, imports } of SOURCES) {
      const [from, to] = [folderOf(path), imports.filter(isOwn).map(folderOf)]
      if (from === '') continue
      edges.set(from, new Set([...(edges.get(from) ?? []), ...to.filter((folder) => folder !== from && folder !== '')]))
    }
    const circles: string[] = []
    const follow = (folder: string, trail: readonly string[]) => {
      if (trail.includes(folder)) circles.push([...trail, folder].join(' → '))
      else for (const next of edges.get(folder) ?? []) follow(next, [...trail, folder])
    }
    for (const folder of edges.keys()) follow(folder, [])
    expect(circles).toEqual([])
  })

  test('that train and hold models know the runtime by its interface', () => {
    const wrong = SOURCES.filter(({ path }) => ['train', 'model', 'codes'].includes(folderOf(path))).flatMap(
      ({ path, imports }) =>
        imports
          .filter((imported) => folderOf(imported) === 'runtime' && !RUNTIME_INTERFACE.includes(imported))
          .map((imported) => `${path} → ${imported}`),
    )
    expect(wrong).toEqual([])
  })
})

describe('what is outside', () => {
  const importing = (wanted: RegExp) =>
    SOURCES.filter(({ imports }) => imports.some((imported) => wanted.test(imported)))

  test('ONNX Runtime is imported by the runtime only', () => {
    const paths = importing(/^onnxruntime-/).map(({ path }) => path)
    expect(paths.filter((path) => !path.startsWith('src/runtime/'))).toEqual([])
    expect(paths).not.toEqual([])
  })

  test('Node is imported only by what never runs in a browser', () => {
    const paths = importing(/^node:/).map(({ path }) => path)
    expect(paths.filter((path) => !ON_NODE.test(path))).toEqual([])
    expect(paths).not.toEqual([])
  })

  test('the entry for browsers reaches nothing that needs Node', () => {
    const byPath = new Map(SOURCES.map((source) => [source.path, source]))
    const reached = new Set<string>()
    const reach = (path: string) => {
      if (reached.has(path)) return
      reached.add(path)
      for (const imported of byPath.get(path)?.imports ?? []) if (isOwn(imported)) reach(imported)
    }
    reach('src/index.ts')
    reach('src/runtime/ort-web-worker.ts')
    expect(reached.size).toBeGreaterThan(40)
    expect([...reached].filter((path) => ON_NODE.test(path))).toEqual([])
  })
})

describe('files', () => {
  const all = [...SOURCES, ...TESTS].filter(({ path }) => !path.endsWith('_pb.ts'))

  test('have at most 400 lines', () => {
    const long = all.map(({ path, text }) => [path, text.split('\n').length - 1] as const)
    expect(long.filter(([, lines]) => lines > 400)).toEqual([])
  })

  test('export by name', () => {
    expect(
      all.filter(({ text }) => /^export default\b|^export \{[^}]*\bas default\b/m.test(text)).map(({ path }) => path),
    ).toEqual([])
  })

  test('are nouns in kebab-case, and none is a drawer for everything', () => {
    const names = all.map(({ path }) => posix.basename(path).replace(/(\.test)?\.ts$/, ''))
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([])
    expect(names.filter((name) => /^(utils?|helpers?|common|misc)$/.test(name))).toEqual([])
  })
})
