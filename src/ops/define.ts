import { DiaboloError } from '../base/errors.js'
import { showShape, type TensorType } from '../base/shape.js'
import type { Attrs, Operator } from '../graph/types.js'

/** Keeps an operator's attribute types while it goes into the table of all. */
export const defineOp = <A extends Attrs = Record<never, never>>(op: Operator<A>): Operator<A> => op

export function misfit(op: string, expected: string, found: readonly TensorType[] | string): never {
  throw new DiaboloError('E_SHAPE', {
    at: op,
    expected,
    found: typeof found === 'string' ? found : found.map(({ shape }) => showShape(shape)).join(' and '),
    hint: 'check the sizes of the layers that meet here',
  })
}

/** Refuses operands of more than one element type. */
export function requireOneType(op: string, inputs: readonly TensorType[]): void {
  const dtypes = new Set(inputs.map(({ dtype }) => dtype))
  if (dtypes.size > 1) misfit(op, 'operands of one type', [...dtypes].join(' and '))
}

/** An axis counted from the front; negative ones count from the back. */
export function frontAxis(op: string, axis: number, rank: number): number {
  const front = axis < 0 ? axis + rank : axis
  if (front < 0 || front >= rank) misfit(op, `an axis of a tensor of rank ${rank}`, `${axis}`)
  return front
}
