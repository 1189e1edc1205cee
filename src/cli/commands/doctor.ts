import type { Command } from 'commander'
import { diagnose } from '../../app/doctor.js'
import { EXIT } from '../exit.js'
import { say, table, writeJson } from '../output.js'

export function register(command: Command): void {
  command.option('--json', 'print one JSON document instead').action(async ({ json }: { json?: boolean }) => {
    const findings = await diagnose()
    if (json) writeJson({ findings })
    else {
      const rows = findings.map(({ what, state, found }) => [state === 'good' ? 'ok' : state, what, found])
      say(table(rows))
      for (const { what, remedy } of findings) if (remedy) say(`\n${what}: ${remedy}`)
    }
    if (findings.some(({ state }) => state === 'broken')) process.exitCode = EXIT.failed
  })
}
