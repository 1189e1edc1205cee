import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { FULL, QUICK } from './runner/plans.js'
import { RUNS } from './runner/runs.js'
import { tables } from './runner/table.js'

const USAGE = `Usage: npm run --silent bench -- <workload> [options]

Workloads:
${Object.entries(RUNS)
  .map(([name, { summary }]) => `  ${name.padEnd(15)}${summary}`)
  .join('\n')}

Options:
  --quick          end in less than 50 seconds
  --json           print the report as one JSON document on standard output
  --only NAMES     peers to measure, by commas
  --build FILE     the Diabolo build to measure (dist/node.js)
  --against FILE   another build of Diabolo to take turns with
  --help           print this
`

/**
 * @param {string} message
 * @returns {never}
 */
function refuse(message) {
  process.stderr.write(`${message}\n\n${USAGE}`)
  process.exit(2)
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        only: { type: 'string' },
        build: { type: 'string', default: fileURLToPath(new URL('../dist/node.js', import.meta.url)) },
        against: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

const { values, positionals } = readArguments()
if (values.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}
const [name = ''] = positionals
const chosen = RUNS[name] ?? refuse(`expected one workload, found ${name ? `"${name}"` : 'none'}`)
const only = values.only?.split(',')
const unknown = only?.find((peer) => !chosen.peers.includes(peer))
if (unknown !== undefined) {
  refuse(`expected peers of "${name}" after --only (${chosen.peers.join(', ')}), found "${unknown}"`)
}
for (const build of [values.build, values.against ?? values.build]) {
  if (!existsSync(build)) refuse(`expected a Diabolo build at ${build}, found nothing: run "npm run build" first`)
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
const began = performance.now()
const report = await chosen.run({
  plan: values.quick ? QUICK : FULL,
  only,
  build: resolve(values.build),
  against: values.against && resolve(values.against),
  log: (line) =>
    void process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`),
})
process.stderr.write(`\n${tables(report)}\n`)
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
const good = 'checks' in report ? report.checks.linear && report.checks.flat : report.agreement.agreed
process.exitCode = good ? 0 : 1
