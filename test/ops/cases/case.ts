import type { Array64, Attrs, Operator } from '../../../src/graph/types.js'
import type { INTERNAL_OPS, InternalOpName, OPS, OpName } from '../../../src/ops/index.js'

/** One application of an operator to given numbers. */
export interface Case<A extends Attrs = Attrs> {
  readonly note: string
  readonly inputs: readonly Array64[]
  readonly attrs: A
  /** At a kink or a jump: only the values are checked, not the slope. */
  readonly kink?: true
}

type Operators = typeof OPS & typeof INTERNAL_OPS

export type AttrsOf<K extends OpName | InternalOpName> = Operators[K] extends Operator<infer A> ? A : never

export type CasesOf<K extends OpName | InternalOpName> = { readonly [N in K]: readonly Case<AttrsOf<N>>[] }

/** Cases of operators without attributes, each named after its inputs' shapes. */
export const plain = (...rows: readonly (readonly Array64[])[]): Case<Record<never, never>>[] =>
  rows.map((inputs) => ({ note: noteOf(inputs), inputs, attrs: {} }))

export const noteOf = (inputs: readonly Array64[]): string =>
  inputs.map(({ dtype, shape }) => `${dtype === 'float32' ? '' : dtype}[${shape.join(', ')}]`).join(' ')
