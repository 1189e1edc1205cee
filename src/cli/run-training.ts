import { join } from 'node:path'
import { LiveRun } from '../app/live-run.js'
import type { RunPlan } from '../app/run-plan.js'
import { writeModel, writeOutcome, writeRun } from '../app/run-writer.js'
import { openTrainingSource, type TrainingSource, withValidation } from '../app/sources.js'
import { examine, fitOrRescue, type Outcome, outcomeOf, type Summary } from '../app/training-run.js'
import { DiaboloError } from '../base/errors.js'
import type { Spec } from '../compile/spec.js'
import type { Autoencoder } from '../model/autoencoder.js'
import type { TrainingData } from '../model/training-data.js'
import { defaultFolder } from '../node/run-folder.js'
import { openNodeRuntime } from '../runtime/ort-node.js'
import type { Device, Runtime } from '../runtime/types.js'
import { expendable, interruptible } from './interrupt.js'
import { note, say, table, writeJson } from './output.js'
import { createProgress } from './progress.js'

/** What a run is told that does not change what it comes to, or may be told anew when it is gone on with. */
export interface Order {
  readonly threads?: number
  readonly patience?: number
  readonly minDelta?: number
  /** Seconds. */
  readonly maxTime?: number
  readonly checkpointSeconds?: number
  readonly json?: boolean
}

interface Start {
  readonly plan: Omit<RunPlan, 'spec'>
  readonly order: Order
  readonly out?: string
}

/** Trains a new run. */
export function startRun(name: string, specOf: (data: TrainingData) => Promise<Spec>, start: Start): Promise<void> {
  const { order, out = defaultFolder(name) } = start
  const { threads, patience, minDelta } = order
  const plan = {
    ...start.plan,
    ...(threads !== undefined && { threads }),
    ...(patience !== undefined && { patience }),
    ...(minDelta !== undefined && { minDelta }),
  }
  return expendable(async () => {
    const { source, runtime } = await open(plan)
    const spec = await specOf(source.train)
    const run = await LiveRun.begin(out, { ...plan, spec }, note)
    await train(run, { spec, source, runtime, order, plan })
  })
}

interface Resume {
  readonly order: Order
  readonly device?: Device
  /** Asks for more epochs. */
  readonly respec?: (spec: Spec) => Spec
}

/** Goes on with a run that was left. */
export function resumeRun(folder: string, { order, device, respec = (spec) => spec }: Resume): Promise<void> {
  return expendable(async () => {
    const run = await LiveRun.reopen(folder, note)
    const { threads, patience, minDelta } = order
    const plan = {
      ...run.plan,
      ...(threads !== undefined && { threads }),
      ...(patience !== undefined && { patience }),
      ...(minDelta !== undefined && { minDelta }),
      ...(device && { device }),
    }
    const checkpoint = run.resumed?.checkpoint
    const spec = respec(checkpoint?.identity.spec ?? plan.spec)
    if (checkpoint) {
      const { phase, epoch, step } = checkpoint.position
      note(`going on with ${folder}: phase ${phase + 1} of ${spec.phases.length}, epoch ${epoch}, after step ${step}`)
    }
    await train(run, { spec, ...(await open(plan)), order, plan })
  })
}

async function open({ data, seed, stream, rows, patience, device, threads }: Omit<RunPlan, 'spec'>) {
  const [opened, runtime] = await Promise.all([
    openTrainingSource(data, seed, stream, rows),
    openNodeRuntime({ device, ...(threads !== undefined && { threads }) }),
  ])
  return { source: patience === undefined ? opened : await withValidation(opened, seed), runtime }
}

interface Training {
  readonly spec: Spec
  readonly source: TrainingSource
  readonly runtime: Runtime
  readonly order: Order
  readonly plan: Omit<RunPlan, 'spec'>
}

async function train(run: LiveRun, training: Training): Promise<void> {
  try {
    await trainTo(run, training)
  } catch (error) {
    await run.abandon()
    throw error
  }
}

async function trainTo(run: LiveRun, training: Training): Promise<void> {
  const { spec, source, runtime, order, plan } = training
  const { seed, buffer, patience, minDelta } = plan
  const { maxTime, checkpointSeconds, json } = order
  const { folder, resumed } = run
  const progress = createProgress(spec.recipe)
  let firstStepSeconds: number | undefined
  const { result: model, interrupted } = await interruptible(async (signal) => {
    const fitted = await fitOrRescue({
      what: { spec },
      source,
      runtime,
      signal,
      ...(resumed ? { resume: resumed.checkpoint } : { seed }),
      ...(buffer !== undefined && { buffer }),
      ...(patience !== undefined && { patience }),
      ...(minDelta !== undefined && { minDelta }),
      ...(maxTime !== undefined && { maxSeconds: maxTime }),
      ...(checkpointSeconds !== undefined && { checkpointSeconds }),
      onCheckpoint: run.onCheckpoint,
      onEvent: (event) => {
        if (event.type === 'progress') firstStepSeconds ??= performance.now() / 1000
        run.onEvent(event)
        progress.onEvent(event)
      },
    })
    await writeModel(folder, fitted)
    return fitted
  })
  progress.end()
  const outcome = outcomeOf(source.name, model)
  if (interrupted !== undefined) {
    await writeOutcome(folder, outcome)
    await run.close()
    if (json) writeJson({ ...outcome, firstStepSeconds, out: folder })
    else
      note(
        `stopped after ${outcome.steps} steps; "diabolo train --resume ${folder}" goes on, "diabolo report ${folder}" tells about it`,
      )
    // whatever is still computed or read is of no use any more
    process.exit(interrupted)
  }
  const summary = await finish(run, training, model, outcome)
  await runtime.close()
  if (json) writeJson({ ...summary, firstStepSeconds, out: folder })
  else show(summary, folder)
  if (summary.stopped === 'diverged') throw diverged(summary, folder)
}

/** Tests the model and writes what is to be said about it. */
async function finish(
  run: LiveRun,
  { source, runtime }: Training,
  model: Autoencoder,
  outcome: Outcome,
): Promise<Summary> {
  const test = model.samples(source.test)
  const summary = { ...outcome, test: await examine(model, test, outcome.seed) }
  const finished = { model, summary, history: model.history, test, runtime }
  await run.finish(finished)
  await writeRun(run.folder, finished)
  await run.close()
  return summary
}

function show(summary: Summary, out: string): void {
  const { recipe, preset, dataset, test, steps, stepMs } = summary
  const { segmentation } = test
  const errors = test.columns ? ['error per value', 'error per row'] : ['MSE per value', 'squared error per sample']
  say(
    table([
      ['model', 'data', ...(segmentation ? ['mean IoU', 'pixels right'] : errors), 'steps', 'ms per step'],
      [
        preset === 'default' ? recipe : `${recipe} (${preset})`,
        dataset,
        ...(segmentation
          ? [segmentation.meanIou.toFixed(3), segmentation.pixelAccuracy.toFixed(3)]
          : [test.mse.toFixed(5), test.perImage.toFixed(2)]),
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
