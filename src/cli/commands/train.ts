import type { Command } from 'commander'
import { readSpec } from '../../app/read-spec.js'
import type { RowChoice } from '../../app/sources.js'
import { recipeOf, specFor } from '../../app/training-run.js'
import { DiaboloError } from '../../base/errors.js'
import { parseSpec } from '../../compile/spec.js'
import { type PresetName, RECIPES, type Recipe } from '../../recipes/index.js'
import type { Device } from '../../runtime/types.js'
import { addFlags, deviceOption, givenFlags, numberOf, requirePreset, requireWhole, secondsOf } from '../flags.js'
import { type Order, resumeRun, startRun } from '../run-training.js'
import { addTableFlags, tableOptionsOf } from '../table-flags.js'

interface Flags extends Order, RowFlags {
  readonly data: string
  readonly stream?: true
  readonly buffer?: number
  readonly seed: number
  readonly device: Device
  readonly out?: string
  readonly tensorboard?: true
}

/** A shape that every recipe can be built for. */
const SMALL_IMAGE = [8, 8, 1]

/** What a run that is gone on with may be told anew; everything else is as it began. */
const FOR_RESUME = [
  'resume',
  'epochs',
  'threads',
  'device',
  'patience',
  'minDelta',
  'maxTime',
  'checkpointSeconds',
  'json',
]

export function register(command: Command): void {
  // a recipe's own flags come after its name: `train --data a sparse --data b` would leave one of them unread
  command.enablePositionalOptions()
  command
    .argument('[recipe]', 'what to train')
    .option('--spec <file>', 'train what a JSON file describes (docs/spec.schema.json) in place of a recipe')
    .option('--resume <folder>', 'go on with a run that was left, to the same bytes as if it had not been')
    .option(
      '--epochs <number>',
      'with --resume: how many epochs in all, where the schedule allows another number',
      numberOf('--epochs'),
    )
    .action(async (name?: string) => {
      const { spec, resume } = command.opts<{ readonly spec?: string; readonly resume?: string }>()
      if (name !== undefined) recipeOf(name)
      else if (resume !== undefined) await runAgain(resume, command)
      else if (spec === undefined) command.help({ error: true })
      else await runSpec(spec, command)
    })
  addRunFlags(command, 'runs/spec-<time>')
  for (const recipe of Object.values(RECIPES) as unknown as Recipe[]) {
    const sub = command.command(recipe.name).description(recipe.summary).copyInheritedSettings(command)
    addRunFlags(sub, `runs/${recipe.name}-<time>`, recipe.data).option(
      '--preset <name>',
      "where options that are not given come from: default, or book for the chapter's own",
      'default',
    )
    addFlags(sub, recipe.options, recipe.presets.default as Readonly<Record<string, unknown>>)
    addTableFlags(sub)
    sub.action((_: unknown, own: Command) => runRecipe(recipe, own))
  }
}

const addRunFlags = (command: Command, out: string, data = 'mnist'): Command =>
  command
    .option(
      '--data <name or path>',
      'what to train on: mnist, scenes, digits, digits:1000000, a file, several ("parts/*.csv"), or a folder of images',
      data,
    )
    .option('--split-by <column>', 'test on whole groups of rows: what belongs together is never on both sides')
    .option('--split-time <column>', 'test on the latest rows')
    .option('--label <column>', 'a column that is a label, not to be learned')
    .option('--normal-label <label>', 'train only on rows with this label (of the column, the array y, or the folder)')
    .option('--stream', 'read while training, whatever the size (on its own: above 256 MiB)')
    .option(
      '--buffer <rows>',
      'rows shuffled with one another (default: all, or 32 MiB of a stream)',
      numberOf('--buffer'),
    )
    .option('--seed <number>', 'decides every random draw', numberOf('--seed'), 1)
    .option(
      '--threads <number>',
      'threads for one operator (default: as many as there are cores)',
      numberOf('--threads'),
    )
    .addOption(deviceOption())
    .option(
      '--patience <epochs>',
      'stop when validation gets no better for so long, and keep the best weights',
      numberOf('--patience'),
    )
    .option(
      '--min-delta <number>',
      'by how much an error must be lower to count as better (default: 0)',
      numberOf('--min-delta'),
    )
    .option('--max-time <time>', 'stop after so long: 90s, 10m, 2h; --resume goes on', secondsOf)
    .option(
      '--checkpoint-seconds <number>',
      'how often to save what --resume needs (default: 30)',
      numberOf('--checkpoint-seconds'),
    )
    .option('--tensorboard', 'write event files that TensorBoard reads')
    .option('--out <folder>', `where the run goes (default: ${out})`)
    .option('--json', 'print one JSON document instead')

interface RowFlags {
  readonly splitBy?: string | undefined
  readonly splitTime?: string | undefined
  readonly label?: string | undefined
  readonly normalLabel?: string | undefined
}

/** Which rows are tested on and trained on. */
const choiceOf = ({ splitBy: by, splitTime: time, label, normalLabel: normal }: RowFlags): RowChoice => ({
  ...(by !== undefined && { by }),
  ...(time !== undefined && { time }),
  ...(label !== undefined && { label }),
  ...(normal !== undefined && { normal }),
})

function runRecipe(recipe: Recipe, command: Command): Promise<void> {
  const { preset, ...flags } = command.opts<Flags & { readonly preset: PresetName }>()
  requirePreset(preset, recipe)
  const options = givenFlags(command, Object.keys(recipe.options.shape))
  // wrong options are found before anything is read or written
  recipe.spec(SMALL_IMAGE, options, preset)
  const plan = { recipe, preset, options, table: tableOptionsOf(command) }
  return run(recipe.name, (data) => specFor(plan, data), flags)
}

async function runSpec(path: string, command: Command): Promise<void> {
  const spec = await readSpec(path)
  return run(spec.recipe, async () => spec, command.opts<Flags>())
}

function run(name: string, specOf: Parameters<typeof startRun>[1], flags: Flags): Promise<void> {
  const { data, stream, buffer, seed, device, out, tensorboard, splitBy, splitTime, label, normalLabel, ...order } =
    flags
  const choice = choiceOf({ splitBy, splitTime, label, normalLabel })
  requireWhole('--seed', seed, 0)
  if (buffer !== undefined) requireWhole('--buffer', buffer, 1)
  requireOrder(order)
  const plan = {
    data,
    seed,
    device,
    ...(stream && { stream }),
    ...(buffer !== undefined && { buffer }),
    ...(tensorboard && { tensorboard }),
    ...(Object.keys(choice).length > 0 && { rows: choice }),
  }
  return startRun(name, specOf, { plan, order, ...(out !== undefined && { out }) })
}

async function runAgain(folder: string, command: Command): Promise<void> {
  const [other] = Object.keys(command.opts()).filter(
    (name) => command.getOptionValueSource(name) === 'cli' && !FOR_RESUME.includes(name),
  )
  if (other !== undefined) {
    throw new DiaboloError('E_USAGE', {
      at: '--resume',
      expected: 'a run that goes on as it began',
      found: `--${other} beside it`,
      hint: `leave --${other} out`,
    })
  }
  const { epochs, device, ...order } = command.opts<Order & { readonly epochs?: number; readonly device: Device }>()
  if (epochs !== undefined) requireWhole('--epochs', epochs, 1)
  requireOrder(order)
  await resumeRun(folder, {
    order,
    ...(epochs !== undefined && { respec: (spec) => parseSpec(withEpochs(spec, epochs)) }),
    ...(command.getOptionValueSource('device') === 'cli' && { device }),
  })
}

/** Another number of epochs in the last phase. */
function withEpochs(spec: ReturnType<typeof parseSpec>, epochs: number): unknown {
  const last = spec.phases.length - 1
  return { ...spec, phases: spec.phases.map((phase, i) => (i === last ? { ...phase, epochs } : phase)) }
}

function requireOrder({ threads, patience }: Order): void {
  if (threads !== undefined) requireWhole('--threads', threads, 1)
  if (patience !== undefined) requireWhole('--patience', patience, 1)
}
