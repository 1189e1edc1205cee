import type { Command } from 'commander'
import { diagnose } from '../../app/doctor.js'
import { EXIT } from '../exit.js'
import { numberOf } from '../flags.js'
import { say, table, writeJson } from '../output.js'
import { type ProfileFlags, showProfile } from '../profile.js'

type Flags = Partial<ProfileFlags> & { readonly json?: boolean }

export function register(command: Command): void {
  command
    .option('--profile <recipe>', 'say where the time of a training step of this recipe goes, operator by operator')
    .option('--preset <name>', 'with --profile: default or book', 'default')
    .option('--set <name=value...>', "with --profile: the recipe's own options, --set hidden=512 batchSize=64")
    .option('--phase <name>', 'with --profile: which phase of the training (default: the last one)')
    .option('--without <pass...>', 'with --profile: lowering passes to leave out, to see what they are worth')
    .option(
      '--data <name or path>',
      'with --profile: the samples: digits, mnist, scenes, or a file (default: what the recipe is for, or digits)',
    )
    .option('--steps <number>', 'with --profile: how many steps to time', numberOf('--steps'), 50)
    .option(
      '--threads <number>',
      'with --profile: threads for one operator (default: as many as there are cores)',
      numberOf('--threads'),
    )
    .option('--json', 'print one JSON document instead')
    .action((flags: Flags) => (flags.profile === undefined ? examine(flags) : showProfile(flags as ProfileFlags)))
}

async function examine({ json }: Flags): Promise<void> {
  const findings = await diagnose()
  if (json) writeJson({ findings })
  else {
    const rows = findings.map(({ what, state, found }) => [state === 'good' ? 'ok' : state, what, found])
    say(table(rows))
    for (const { what, remedy } of findings) if (remedy) say(`\n${what}: ${remedy}`)
  }
  if (findings.some(({ state }) => state === 'broken')) process.exitCode = EXIT.failed
}
