#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { DiaboloError } from '../base/errors.js'
import { VERSION } from '../base/version.js'
import { COMMANDS } from './commands.js'
import { EXIT, exitCodeOf } from './exit.js'
import { showError, writeJson } from './output.js'

const argv = process.argv.slice(2)
const json = argv.includes('--json')

const program = new Command('diabolo')
  .description('The autoencoder toolkit: train, inspect and ship autoencoders as one ONNX file.')
  .version(VERSION, '-V, --version', 'print the version')
  .showSuggestionAfterError()
  .enablePositionalOptions()
  .showHelpAfterError('(add --help for what there is)')
  .configureHelp({ showGlobalOptions: false })
  .exitOverride()
  .configureOutput({ writeErr: (text) => void process.stderr.write(text) })

// only the command that is called is loaded: help stays quick
for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
  const command = program.command(name).description(summary).exitOverride().copyInheritedSettings(program)
  if (argv.find((arg) => !arg.startsWith('-')) === name) (await load()).register(command)
}

try {
  if (argv.length === 0) program.outputHelp()
  else await program.parseAsync(argv, { from: 'user' })
} catch (error) {
  process.exitCode = report(error)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done
    if (json) writeJson({ error: { code: 'E_USAGE', message: error.message.replace(/^error: /, '') } })
    return EXIT.usage
  }
  if (!(error instanceof DiaboloError)) throw error
  if (json) writeJson({ error })
  else showError(error)
  return exitCodeOf(error)
}
