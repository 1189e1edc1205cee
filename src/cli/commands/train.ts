import { join } from 'node:path'
import type { Command } from 'commander'
import { readSpec } from '../../app/read-spec.js'
import { writeRun } from '../../app/run-writer.js'
import { openTrainingSource, type RowChoice } from '../../app/sources.js'
import { type Plan, recipeOf, type Summary, train } from '../../app/training-run.js'
import { DiaboloError } from '../../base/errors.js'
import { requireFresh } from '../../node/files.js'
import { defaultFolder } from '../../node/run-folder.js'
import { type PresetName, RECIPES, type Recipe } from '../../recipes/index.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import type { Device } from '../../runtime/types.js'
import { addFlags, deviceOption, givenFlags, requirePreset, requireWhole } from '../flags.js'
import { interruptible } from '../interrupt.js'
import { note, say, table, writeJson } from '../output.js'
import { createProgress } from '../progress.js'

interface Flags {
  readonly data: string
  readonly stream?: true
  readonly splitBy?: string
  readonly splitTime?: string
  readonly label?: string
  readonly normalLabel?: string
  readonly buffer?: number
  readonly seed: number
  readonly threads?: number
  readonly device: Device
  readonly out?: string
  readonly json?: boolean
}

/** A shape that every recipe can be built for. */
const SMALL_IMAGE = [8, 8, 1]

export function register(command: Command): void {
  // a recipe's own flags come after its name: `train --data a sparse --data b` would leave one of them unread
  command.enablePositionalOptions()
  command
    .argument('[recipe]', 'what to train')
    .option('--spec <file>', 'train what a JSON file describes (docs/spec.schema.json) in place of a recipe')
    .action(async (name?: string) => {
      const { spec } = command.opts<{ readonly spec?: string }>()
      if (name !== undefined) recipeOf(name)
      else if (spec === undefined) command.help({ error: true })
      else await runSpec(spec, command)
    })
  addRunFlags(command, 'runs/spec-<time>')
  for (const recipe of Object.values(RECIPES) as unknown as Recipe[]) {
    const sub = command.command(recipe.name).description(recipe.summary).copyInheritedSettings(command)
    addRunFlags(sub, `runs/${recipe.name}-<time>`).option(
      '--preset <name>',
      "where options that are not given come from: default, or book for the chapter's own",
      'default',
    )
    addFlags(sub, recipe.options, recipe.presets.default as Readonly<Record<string, unknown>>)
    sub.action((_: unknown, own: Command) => runRecipe(recipe, own))
  }
}

const addRunFlags = (command: Command, out: string): Command =>
  command
    .option(
      '--data <name or path>',
      'what to train on: mnist, digits, digits:1000000, a file, several ("parts/*.csv"), or a folder of images',
      'mnist',
    )
    .option('--split-by <column>', 'test on whole groups of rows: what belongs together is never on both sides')
    .option('--split-time <column>', 'test on the latest rows')
    .option('--label <column>', 'a column that is a label, not to be learned')
    .option('--normal-label <label>', 'train only on rows with this label (of the column, the array y, or the folder)')
    .option('--stream', 'read while training, whatever the size (on its own: above 256 MiB)')
    .option('--buffer <rows>', 'rows shuffled with one another (default: all, or 32 MiB of a stream)', Number)
    .option('--seed <number>', 'decides every random draw', Number, 1)
    .option('--threads <number>', 'threads for one operator (default: as many as there are cores)', Number)
    .addOption(deviceOption())
    .option('--out <folder>', `where the run goes (default: ${out})`)
    .option('--json', 'print one JSON document instead')

/** Which rows are tested on and trained on. */
const choiceOf = ({ splitBy: by, splitTime: time, label, normalLabel: normal }: Flags): RowChoice => ({
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
  return run(recipe.name, { recipe, preset, options }, flags)
}

async function runSpec(path: string, command: Command): Promise<void> {
  const spec = await readSpec(path)
  return run(spec.recipe, { spec }, command.opts<Flags>())
}

async function run(name: string, what: Plan, flags: Flags): Promise<void> {
  const { data, stream, buffer, seed, threads, device, out = defaultFolder(name), json } = flags
  requireWhole('--seed', seed, 0)
  if (threads !== undefined) requireWhole('--threads', threads, 1)
  if (buffer !== undefined) requireWhole('--buffer', buffer, 1)
  const [source, runtime] = await Promise.all([
    openTrainingSource(data, seed, stream, choiceOf(flags)),
    openNodeRuntime({ device, ...(threads !== undefined && { threads }) }),
  ])
  await requireFresh(out)
  const progress = createProgress(name)
  let firstStepSeconds: number | undefined
  const { result, interrupted } = await interruptible((signal) =>
    train({
      what,
      source,
      seed,
      runtime,
      signal,
      ...(buffer !== undefined && { buffer }),
      onEvent: (event) => {
        if (event.type === 'progress') firstStepSeconds ??= performance.now() / 1000
        progress.onEvent(event)
      },
    }),
  )
  progress.end()
  const { model, summary } = result
  await writeRun(out, { model, summary, history: model.history, test: source.test, runtime })
  await runtime.close()

  if (json) writeJson({ ...summary, firstStepSeconds, out })
  else show(summary, out)
  if (summary.stopped === 'diverged') throw diverged(summary, out)
  if (interrupted !== undefined) process.exitCode = interrupted
}

function show(summary: Summary, out: string): void {
  const { recipe, preset, dataset, test, steps, stepMs } = summary
  say(
    table([
      ['model', 'data', 'MSE per value', 'squared error per sample', 'steps', 'ms per step'],
      [
        preset === 'default' ? recipe : `${recipe} (${preset})`,
        dataset,
        test.mse.toFixed(5),
        test.perImage.toFixed(2),
        String(steps),
        stepMs === null ? '-' : stepMs.toFixed(2),
      ],
    ]),
  )
  note(`\n${join(out, 'model.onnx')} is the model, ${join(out, 'report.html')} tells about it`)
}

const diverged = ({ recipe, divergedAt }: Summary, out: string) =>
  new DiaboloError('E_DIVERGED', {
    at: `training of "${recipe}", step ${divergedAt}`,
    expected: 'a finite loss',
    found: 'NaN or an infinity',
    hint: `lower --learning-rate or raise --warmup; the last good weights are in ${out}`,
  })
