import type { Tensor } from '../base/tensor.js'
import { NOISE_ROWS, scalarName } from '../compile/epoch.js'
import type { DescendSpec } from '../compile/spec.js'
import { type CorruptionSpec, noiseBank, noiseRows } from '../nn/corruption.js'
import { optimizerOf } from '../nn/optimizers.js'
import { rateFactor } from '../nn/schedules.js'

/**
 * The learning rate of a step.
 *
 * @param step   counted from 0
 * @param total  steps of the whole phase
 */
export const rateAt = ({ optimizer, schedule }: DescendSpec, step: number, total: number): number =>
  optimizer.learningRate * rateFactor(schedule, step, total)

/**
 * The optimizer's numbers for some steps, by the inputs that take them.
 *
 * @param steps  counted from 0
 * @param total  steps of the whole phase
 * @returns      float32 [steps] each
 */
export function scalarLists(
  phase: DescendSpec,
  steps: readonly number[],
  total: number,
): Readonly<Record<string, Tensor<'float32'>>> {
  const { scalars } = optimizerOf(phase.optimizer)
  const perStep = steps.map((step) => scalars(phase.optimizer, rateAt(phase, step, total), step + 1))
  const lists = Object.keys(perStep[0] ?? {}).map((name) => {
    const data = Float32Array.from(perStep, (numbers) => numbers[name] as number)
    return [scalarName(name), { dtype: 'float32', shape: [steps.length], data }] as const
  })
  return Object.fromEntries(lists)
}

/**
 * Where samples find their noise, by the inputs that take it.
 *
 * @param epoch    from 1
 * @param samples  their numbers in the whole set
 * @param shape    of the results: [steps, batch]
 */
export function noiseLists(
  corruption: CorruptionSpec,
  { seed, epoch, samples }: { readonly seed: number; readonly epoch: number; readonly samples: Int32Array },
  shape: readonly number[],
): Readonly<Record<string, Tensor<'int32'>>> {
  const lists = NOISE_ROWS.map(
    (name) => [name, { dtype: 'int32', shape, data: new Int32Array(samples.length) }] as const,
  )
  samples.forEach((sample, i) => {
    const rows = noiseRows(corruption, seed, epoch, sample)
    lists.forEach(([, { data }], k) => {
      data[i] = rows[k] as number
    })
  })
  return Object.fromEntries(lists)
}

/** The rows of noise that samples of training take: float32 [bank, width]. */
export function bankTensor(corruption: CorruptionSpec, width: number, seed: number): Tensor<'float32'> {
  const data = noiseBank(corruption, width, seed, 'train')
  return { dtype: 'float32', shape: [data.length / width, width], data }
}
