import type { LoweringPass } from '../compile/lowering/index.js'
import { buildNetwork, initialParameters } from '../compile/network.js'
import type { Product } from '../compile/products.js'
import type { DescendSpec, Spec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import { openNodeRuntime } from '../runtime/ort-node.js'
import type { Runtime } from '../runtime/types.js'
import { encodeDataset } from '../train/codes.js'
import { requireClassMaps, requireRows } from '../train/validate.js'
import { flopsOf, isConvolution, productOf, turned } from './kernel-product.js'
import { type KernelTimes, withKernelTimes } from './kernel-times.js'
import { measureProducts, type ProductRate, productKey } from './product-rates.js'
import { median, type PassWorth, type TimedSteps, takeSteps, worthOf } from './timed-steps.js'

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
  /**
   * Of a convolution: the best rate of the same product with its matrices the other way round, few filters first and many
   * windows second, as the runtime computes it.
   */
  readonly filtersFirst?: number
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
  /** Where lowering passes were left out. */
  readonly worth?: PassWorth
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
  const { spec, phase, threads, steps, without = [] } = request
  const runtime = await openNodeRuntime({ threads })
  const { engine, version } = runtime.info
  const ways = without.length > 0 ? [{ without }, {}] : [{}]
  const { samples, plain, whole } = await inputOf(runtime, request)
    .then(async (samples) => {
      const [plain, whole] = await takeSteps(runtime, { spec, phase, samples, steps }, ways)
      return { samples, plain: plain as TimedSteps, whole }
    })
    .finally(() => runtime.close())
  const { result, kernels } = await withKernelTimes(threads, (profiled) =>
    takeSteps(profiled, { spec, phase, samples, steps }, [{ without }]),
  )
  const [{ taken }] = result as [TimedSteps]
  const products = kernels.flatMap((kernel) => {
    const product = productOf(kernel)
    if (!product) return []
    return isConvolution(kernel) ? [product, turned(product)] : [product]
  })
  const rates = await measureProducts(products, threads)
  const fastest = rates.reduce((best, rate) => (rate.gflops > best.gflops ? rate : best))
  const nodes = nodesOf(kernels, taken, rates, fastest.gflops)
  const flops = nodes.reduce((sum, { product, calls }) => sum + (product ? flopsOf(product) * calls : 0), 0)
  return {
    recipe: spec.recipe,
    preset: spec.preset,
    phase: phase.name,
    batchSize: phase.batchSize,
    steps: taken,
    threads,
    engine: `${engine} ${version}`,
    stepMs: median(plain.perStep),
    ...(whole && { worth: worthOf(plain, whole) }),
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
  if (spec.pixels) requireClassMaps(data, spec.pixels.classes)
  const from = phase.layers?.from ?? 0
  if (from === 0) return data
  const network = buildNetwork(spec)
  return encodeDataset(runtime, network, initialParameters(network, 0), data, from)
}

function nodesOf(kernels: readonly KernelTimes[], steps: number, rates: readonly ProductRate[], machine: number) {
  const rateOf = new Map(rates.map((rate) => [productKey(rate), rate.gflops]))
  const bestOf = (product: Product) => rateOf.get(productKey(product)) ?? 0
  const timed = kernels.map(({ microseconds, ...kernel }) => {
    const calls = microseconds.length / steps
    const product = productOf(kernel)
    return {
      ...kernel,
      stage: stageOf(kernel.name),
      ms: (median(microseconds) / 1e3) * calls,
      calls,
      ...(product && {
        product: {
          ...figures(product, median(microseconds), bestOf(product), machine),
          ...(isConvolution(kernel) && { filtersFirst: bestOf(turned(product)) }),
        },
      }),
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
