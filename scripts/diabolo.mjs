// Runs the command line from a checkout: builds it first when a source is newer than the last build.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const built = join(root, 'dist', 'cli.js')

const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

const newestSource = () =>
  Math.max(
    ...['package.json', 'tsdown.config.ts'].map((file) => timeOf(join(root, file))),
    ...readdirSync(join(root, 'src'), { recursive: true }).map((file) => timeOf(join(root, 'src', file))),
  )

if (newestSource() > timeOf(built)) {
  const tsdown = join(root, 'node_modules', 'tsdown', 'dist', 'run.mjs')
  const { status, stderr, stdout } = spawnSync(process.execPath, [tsdown, '--logLevel', 'error'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}\nthe build failed; run "npm ci" first\n`)
    process.exit(1)
  }
}
await import(built)
