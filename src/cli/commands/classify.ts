import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import {
  type Classifying,
  type ClassResult,
  CURVE_DEFAULTS,
  classifyByNeighbours,
  diabolo,
  labelCurve,
  ONE_PER_CLASS,
  PRETRAINED,
  pretrain,
  probe,
  resultOf,
  tune,
} from '../../app/classification.js'
import { openModel } from '../../app/open-run.js'
import { openSplit } from '../../app/own-split.js'
import { writeFigure, writeModel } from '../../app/run-writer.js'
import type { Autoencoder } from '../../model/autoencoder.js'
import { requireFresh, writeWhole } from '../../node/files.js'
import { defaultFolder, formatHistory, RUN_FILES } from '../../node/run-folder.js'
import { classOptions } from '../../recipes/classes.js'
import { parseOptions } from '../../recipes/define.js'
import { RECIPES } from '../../recipes/index.js'
import { drawLabelCurve } from '../../report/label-curve.js'
import { openNodeRuntime } from '../../runtime/ort-node.js'
import type { Device } from '../../runtime/types.js'
import { addFlags, deviceOption, givenFlags, numberOf, numbersOf, requireWhole } from '../flags.js'
import { interruptible } from '../interrupt.js'
import { note, say, table, writeJson } from '../output.js'
import { createProgress } from '../progress.js'

interface Flags {
  readonly data: string
  readonly seed?: number
  readonly device: Device
  readonly out?: string
  readonly json?: boolean
}

export function register(command: Command): void {
  command.enablePositionalOptions()
  const add = (name: string, summary: string) =>
    withFlags(command.command(name).description(summary).copyInheritedSettings(command))

  add('knn', 'k nearest neighbours among the codes of the training samples')
    .argument('<run>', 'a run folder, or a model.onnx')
    .option('--neighbours <number>', 'how many vote', numberOf('--neighbours'), 5)
    .action((run: string, flags: Flags & { readonly neighbours: number }) => {
      requireWhole('--neighbours', flags.neighbours, 1)
      return withRun(run, flags, async (model, how) => {
        const result = await classifyByNeighbours(model, how, flags.neighbours)
        return { method: 'knn', run, neighbours: flags.neighbours, ...result }
      })
    })

  const probing = add('probe', 'softmax regression on the codes of the training samples')
    .argument('<run>', 'a run folder, or a model.onnx')
    .option('--out <folder>', 'where the model goes (default: runs/probe-<time>)')
  addFlags(probing, PROBE_OPTIONS, { noise: 0 })
  probing.action((run: string, flags: Flags) =>
    withRun(run, flags, async (model, how) => {
      const out = await freshFolder(flags, 'probe')
      const learned = await probe(model, how, learningOf(probing, PROBE_OPTIONS))
      return { method: 'probe', run, ...(await finish(learned, how, out)) }
    }),
  )

  const tuning = add(
    'fine-tune',
    'a head on the code, trained with the encoder; without a run, a stack of denoising layers is pretrained first',
  )
    .argument('[run]', 'a run folder, or a model.onnx')
    .option('--out <folder>', 'where the model goes (default: runs/fine-tune-<time>)')
  addFlags(tuning, classOptions)
  tuning.action((run: string | undefined, flags: Flags) =>
    withSource(run, flags, async (how, model) => {
      const out = await freshFolder(flags, 'fine-tune')
      const options = learningOf(tuning, classOptions)
      const learned = await tune(model ?? (await pretrain(how)), how, options)
      return { method: 'fine-tune', run: run ?? PRETRAINED, ...(await finish(learned, how, out)) }
    }),
  )

  const dividing = add('diabolo', 'one autoencoder for each class: the smallest error wins').option(
    '--out <folder>',
    'where the models go (default: runs/diabolo-<time>)',
  )
  addFlags(dividing, RECIPES.deep.options, ONE_PER_CLASS)
  dividing.action((flags: Flags) =>
    withSource(undefined, flags, async (how) => {
      const out = await freshFolder(flags, 'diabolo')
      const classifier = await diabolo(how, givenFlags(dividing, Object.keys(RECIPES.deep.options.shape)))
      await Promise.all(classifier.models.map((model, label) => writeModel(join(out, `class-${label}`), model)))
      const result = resultOf(await classifier.classify(how.source.test), how.source.test)
      return { method: 'diabolo', models: classifier.models.length, ...result, out }
    }),
  )

  const curving = add('curve', 'how few labels can do: errors with and without pretraining')
    .argument('[run]', 'a run folder, or a model.onnx; without, a stack of denoising layers is pretrained first')
    .addOption(
      new Option('--labels <number,…>', 'how many labels')
        .argParser(numbersOf('--labels'))
        .default([100, 1000, 10_000], '100,1000,10000'),
    )
    .option('--out <folder>', 'where the figure goes (default: runs/curve-<time>)')
  addFlags(curving, classOptions, CURVE_DEFAULTS)
  curving.action((run: string | undefined, flags: Flags & { readonly labels: readonly number[] }) =>
    withSource(run, flags, async (how, model) => {
      const out = await freshFolder(flags, 'curve')
      const options = learningOf(curving, classOptions)
      for (const count of flags.labels) requireWhole('--labels', count, 1)
      const points = await labelCurve(model, how, { counts: flags.labels, options })
      await writeWhole(join(out, 'curve.json'), `${JSON.stringify(points, undefined, 2)}\n`)
      const line = (name: string, of: 'pretrained' | 'drawn') => ({
        name,
        points: points.map((point) => [point.labels, 100 * point[of]] as const),
      })
      await writeFigure(
        out,
        await drawLabelCurve({
          lines: [line('pretrained', 'pretrained'), line('not pretrained', 'drawn')],
          caption: `The same network and the same labels; test error on ${how.source.test.rows} samples of ${how.source.name}.`,
        }),
      )
      return { method: 'curve', run: run ?? PRETRAINED, points, out }
    }),
  )
}

/** With all layers frozen there is nothing else to freeze. */
const PROBE_OPTIONS = classOptions.omit({ frozen: true })

/** The options that were given; a wrong one is found before anything is trained. */
function learningOf(command: Command, schema: z.ZodObject): Record<string, unknown> {
  const options = givenFlags(command, Object.keys(schema.shape))
  parseOptions({ of: 'fine-tuning', command: `classify ${command.name()}` }, schema, options)
  return options
}

const withFlags = (command: Command): Command =>
  command
    .option('--data <name or path>', 'samples with labels: mnist, digits, a folder of images, an .npz with y', 'mnist')
    .option(
      '--seed <number>',
      "decides every random draw, and which rows of a file are tested on (default: the run's own; 1 without a run)",
      numberOf('--seed'),
    )
    .addOption(deviceOption())
    .option('--json', 'print one JSON document instead')

type Report = Partial<ClassResult> & {
  readonly method: string
  readonly out?: string
  readonly points?: readonly { readonly labels: number; readonly pretrained: number; readonly drawn: number }[]
}

/**
 * Opens a runtime, a model where there is a run, and data; hands them over, closes the runtime whatever happens, and says what
 * came of it.
 */
async function withSource(
  run: string | undefined,
  { data, seed: asked, device, json }: Flags,
  use: (how: Classifying, model?: Autoencoder) => Promise<Report>,
): Promise<void> {
  if (asked !== undefined) requireWhole('--seed', asked, 0)
  const before = performance.now()
  const runtime = await openNodeRuntime({ device })
  const progress = createProgress('classify')
  try {
    const model = run === undefined ? undefined : await openModel(run, runtime)
    const { source, seed } = await openSplit(data, { model, seed: asked })
    const { result, interrupted } = await interruptible((signal) =>
      use({ source, runtime, seed, signal, onEvent: progress.onEvent }, model),
    )
    progress.end()
    const seconds = (performance.now() - before) / 1000
    if (json) writeJson({ data, seed, ...result, seconds })
    else show(data, result, seconds)
    if (interrupted !== undefined) process.exitCode = interrupted
  } finally {
    await runtime.close()
  }
}

/** The same for what needs a run. */
const withRun = (run: string, flags: Flags, use: (model: Autoencoder, how: Classifying) => Promise<Report>) =>
  withSource(run, flags, (how, model) => use(model as Autoencoder, how))

async function freshFolder({ out }: Flags, name: string): Promise<string> {
  const folder = out ?? defaultFolder(name)
  await requireFresh(folder)
  return folder
}

/** Keeps a model that learned classes, and tests it. */
async function finish(model: Autoencoder, { source: { test } }: Classifying, out: string) {
  await writeModel(out, model)
  await writeWhole(join(out, RUN_FILES.history), formatHistory(model.history))
  return { ...resultOf((await model.classify(test)).labels, test), out }
}

function show(data: string, { method, rows, wrong, error, points, out }: Report, seconds: number): void {
  const per = (part: number) => `${(100 * part).toFixed(2)}%`
  if (points) {
    const lines = points.map(({ labels, pretrained, drawn }) => [String(labels), per(pretrained), per(drawn)])
    say(table([['labels', 'pretrained', 'not pretrained'], ...lines]))
  } else {
    say(
      table([
        ['method', 'data', 'tested', 'wrong', 'error', 's'],
        [method, data, String(rows), String(wrong), per(error ?? Number.NaN), seconds.toFixed(1)],
      ]),
    )
  }
  if (out !== undefined) note(`\n${out}: what was learned`)
}
