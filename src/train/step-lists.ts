import type { Tensor } from '../base/tensor.js'
import { scalarName } from '../compile/epoch.js'
import type { SteppedSpec } from '../compile/spec.js'
import { optimizerOf } from '../nn/optimizers.js'
import { rateFactor } from '../nn/schedules.js'

/**
 * The learning rate of a step.
 *
 * @param step   counted from 0
 * @param total  steps of the whole phase
 */
export const rateAt = ({ optimizer, schedule }: SteppedSpec, step: number, total: number): number =>
  optimizer.learningRate * rateFactor(schedule, step, total)

/**
 * The optimizer's numbers for some steps, by the inputs that take them.
 *
 * @param steps  counted from 0
 * @param total  steps of the whole phase
 * @returns      float32 [steps] each
 */
export function scalarLists(
  phase: SteppedSpec,
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
