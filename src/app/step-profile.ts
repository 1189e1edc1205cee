import type { LoweringPass } from '../compile/lowering/index.js'
import { buildNetwork, initialParameters, networkOf } from '../compile/network.js'
import type { Product } from '../compile/products.js'
import type { DescendSpec, Spec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import { openNodeRuntime } from '../runtime/ort-node.js'
import type { Runtime } from '../runtime/types.js'
import { encodeDataset } from '../train/codes.js'
import { after } from '../train/feed.js'
import { openFeed } from '../train/open-feed.js'
import { Stepper } from '../train/stepper.js'
import { requireRows } from '../train/validate.js'
import { flopsOf, productOf } from './kernel-product.js'
import { type KernelTimes, withKernelTimes } from './kernel-times.js'
import { measureProducts, type ProductRate, productKey } from './product-rates.js'

export interface ProfileRequest {
  readonly spec: Spec
  /** A phase of the spec that descends gradients. */
  readonly phase: DescendSpec
  readonly data: Dataset
  /** Steps to time, at least. */
  readonly steps: number
  readonly threads: number
  /** Lowering passes to leave out. */
  readonly without?: readonly LoweringPass[]
}

const STAGES = ['batch', 'noise', 'forward', 'backward', 'update', 'other'] as const

/** Which part of a step a node belongs to; `other` is what the runtime adds by itself. */
export type Stage = (typeof STAGES)[number]

/** How well an operator does that is a matrix product. Rates are billions of multiplications and additions a second. */
export interface ProductFigures extends ProductRate {
  /** The best rate of a bare matrix product of this shape, measured there and then. */
  readonly best: number
  readonly fractionOfBest: number
  /** Of the best rate that this machine reached for any shape. */
  readonly fractionOfMachine: number
}

/** What some nodes cost. Times are medians over steps. */
export interface Cost {
  /** Milliseconds per step. */
  readonly ms: number
  /** Of the time in all operators. */
  readonly share: number
  /** Runs per step. */
  readonly calls: number
}

export interface NodeProfile extends Cost {
  readonly name: string
  readonly op: string
  readonly stage: Stage
  readonly inputs: readonly (readonly number[])[]
  readonly outputs: readonly (readonly number[])[]
  readonly product?: ProductFigures
}

export interface StepProfile {
  readonly recipe: string
  readonly preset: string
  readonly phase: string
  readonly batchSize: number
  readonly steps: number
  readonly threads: number
  readonly engine: string
  /** Milliseconds of a whole step, without the profiler. */
  readonly stepMs: number
  /** Milliseconds in operators, with it. */
  readonly operatorMs: number
  /** The fastest matrix product that was tried, and how long all products of a step would take at its rate. */
  readonly machine: ProductRate & { readonly productMs: number }
  readonly stages: readonly (Cost & { readonly stage: Stage })[]
  /** From the most expensive on, as are the nodes. */
  readonly operators: readonly (Cost & { readonly op: string })[]
  readonly nodes: readonly NodeProfile[]
}

/** Where the time of a training step goes: the step as it is, then the same under the runtime's own profiler. */
export async function profileStep(request: ProfileRequest): Promise<StepProfile> {
  const { spec, phase, threads } = request
  const runtime = await openNodeRuntime({ threads })
  const { engine, version } = runtime.info
  const { samples, plain } = await inputOf(runtime, request)
    .then(async (samples) => ({ samples, plain: await takeSteps(runtime, request, samples) }))
    .finally(() => runtime.close())
  const { result, kernels } = await withKernelTimes(threads, (profiled) => takeSteps(profiled, request, samples))
  const rates = await measureProducts(
    kernels.flatMap((kernel) => productOf(kernel) ?? []),
    threads,
  )
  const fastest = rates.reduce((best, rate) => (rate.gflops > best.gflops ? rate : best))
  const nodes = nodesOf(kernels, result.steps, rates, fastest.gflops)
  const flops = nodes.reduce((sum, { product, calls }) => sum + (product ? flopsOf(product) * calls : 0), 0)
  return {
    recipe: spec.recipe,
    preset: spec.preset,
    phase: phase.name,
    batchSize: phase.batchSize,
    steps: result.steps,
    threads,
    engine: `${engine} ${version}`,
    stepMs: plain.stepMs,
    operatorMs: total(nodes).ms,
    machine: { ...fastest, productMs: flops / fastest.gflops / 1e6 },
    stages: STAGES.map((stage) => ({ stage, ...total(nodes.filter((node) => node.stage === stage)) })),
    operators: [...new Set(nodes.map(({ op }) => op))]
      .map((op) => ({ op, ...total(nodes.filter((node) => node.op === op)) }))
      .sort((a, b) => b.ms - a.ms),
    nodes,
  }
}

/** What the phase is fed: the samples, or what the layers before its own make of them. */
async function inputOf(runtime: Runtime, { spec, phase, data }: ProfileRequest): Promise<Dataset> {
  requireRows(data, phase)
  const from = phase.layers?.from ?? 0
  if (from === 0) return data
  const network = buildNetwork(spec)
  return encodeDataset(runtime, network, initialParameters(network, 0), data, from)
}

/** Trains for a while, as `fit` does, and says how long a step took: the median over chunks, the first two left out. */
async function takeSteps(runtime: Runtime, { spec, phase, steps, without = [] }: ProfileRequest, samples: Dataset) {
  const network = networkOf(spec, phase)
  const start = initialParameters(network, 0)
  const feed = openFeed(runtime, samples, {})
  const stepper = await Stepper.open({ runtime, network, feed, seed: 0, lowering: { without } }, phase, start)
  const perStep: number[] = []
  const isEnough = () => stepper.step >= steps && perStep.length >= 3
  while (!isEnough()) {
    for await (const portion of feed.portions({
      batch: phase.batchSize,
      shuffle: { seed: 0, phase: phase.name, epoch: 1 },
    })) {
      // whole batches only: the last, smaller one of an epoch has a graph of its own
      for (let seen = 0; samples.rows - seen >= phase.batchSize && !isEnough(); ) {
        const [before, first] = [performance.now(), stepper.step]
        seen += (await stepper.advance(after(portion, seen), 1)).rows
        perStep.push((performance.now() - before) / (stepper.step - first))
      }
    }
  }
  await stepper.close()
  await feed.close()
  return { steps: stepper.step, stepMs: median(perStep.slice(2)) }
}

function nodesOf(kernels: readonly KernelTimes[], steps: number, rates: readonly ProductRate[], machine: number) {
  const best = new Map(rates.map((rate) => [productKey(rate), rate.gflops]))
  const timed = kernels.map(({ microseconds, ...kernel }) => {
    const calls = microseconds.length / steps
    const product = productOf(kernel)
    return {
      ...kernel,
      stage: stageOf(kernel.name),
      ms: (median(microseconds) / 1e3) * calls,
      calls,
      ...(product && { product: figures(product, median(microseconds), best.get(productKey(product)) ?? 0, machine) }),
    }
  })
  const all = timed.reduce((sum, { ms }) => sum + ms, 0)
  return timed.map((node): NodeProfile => ({ ...node, share: node.ms / all })).sort((a, b) => b.ms - a.ms)
}

function figures(product: Product, microseconds: number, best: number, machine: number): ProductFigures {
  const gflops = flopsOf(product) / microseconds / 1e3
  return { ...product, gflops, best, fractionOfBest: gflops / best, fractionOfMachine: gflops / machine }
}

/** From the scope in a node's name, which the runtime's fusions keep. */
function stageOf(name: string): Stage {
  const [, stage] = name.match(/\b(batch|noise|backward|update)\//) ?? []
  if (stage) return stage as Stage
  return /\b(input|encoder\.\d+|code|decoder\.\d+|output|loss)\//.test(name) ? 'forward' : 'other'
}

const total = (nodes: readonly Cost[]): Cost => ({
  ms: nodes.reduce((sum, { ms }) => sum + ms, 0),
  share: nodes.reduce((sum, { share }) => sum + share, 0),
  calls: nodes.reduce((sum, { calls }) => sum + calls, 0),
})

/** The middle one, or the upper of the two in the middle. */
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
