import { sameType, showType, type TensorType } from '../base/shape.js'
import type { Array64, Graph, Value } from '../graph/types.js'
import { defineOp, misfit } from './define.js'

type LoopAttrs = { readonly body: Graph; readonly carried: number }

/**
 * Runs a body `trips` times.
 *
 * inputs:   trips int64 [], go bool [], carried state …, captured values …
 * body:     iteration int64 [], go bool [], carried …, captured …  →  go bool [], carried …, one scan per trip …
 * outputs:  carried state after the last trip …, scans stacked along a new first axis …
 */
export const Loop = defineOp<LoopAttrs>({
  name: 'Loop',
  since: 21,
  attrs: { body: 'graph', carried: 'count' },
  formals: ({ carried }) => 2 + carried,
  shape: (inputs, { body, carried }) => {
    if (inputs.length !== body.inputs.length) {
      misfit('Loop', `${body.inputs.length} inputs, as its body has`, `${inputs.length}`)
    }
    for (const [i, input] of inputs.entries()) {
      const own = body.inputs[i] as Value
      if (!fits(input, own)) misfit('Loop', `input ${i} to be ${showType(own)}, as its body has it`, showType(input))
    }
    for (const [i, input] of inputs.slice(2, 2 + carried).entries()) {
      const output = body.outputs[1 + i]?.value
      if (!output || !sameType(input, output)) {
        misfit('Loop', `carried value ${i} to stay ${showType(input)}`, output ? showType(output) : 'nothing')
      }
    }
    return body.outputs.slice(1).map(({ value: { dtype, shape } }, i) => ({
      dtype,
      shape: i < carried ? shape : ['trips', ...shape],
    }))
  },
  kernel: (inputs, { body, carried }, _, interpret) => {
    const [trips] = (inputs[0] as Array64).data
    const captured = inputs.slice(2 + carried)
    let go = inputs[1] as Array64
    let state = inputs.slice(2, 2 + carried)
    const scans: Float64Array[][] = body.outputs.slice(1 + carried).map(() => [])
    for (let i = 0; i < (trips as number) && go.data[0]; i++) {
      const iteration: Array64 = { dtype: 'int64', shape: [], data: Float64Array.of(i) }
      const results = interpret(body, [iteration, go, ...state, ...captured])
      go = results[0] as Array64
      state = results.slice(1, 1 + carried)
      results.slice(1 + carried).forEach(({ data }, k) => {
        scans[k]?.push(data)
      })
    }
    return [...state.map(({ data }) => data), ...scans.map(joined)]
  },
  vjp: null,
})

export interface LoopParts {
  readonly trips: Value
  readonly carried: readonly Value[]
  readonly captured: readonly Value[]
  readonly body: Graph
}

/** All outputs: the carried state, then the scans. */
export function loop({ trips, carried, captured, body }: LoopParts): readonly Value[] {
  const { builder } = trips
  const inputs = [trips, builder.scalar(1, 'bool'), ...carried, ...captured]
  return builder.emit(Loop, inputs, { body, carried: carried.length })
}

/** A named axis takes any length. */
const fits = ({ dtype, shape }: TensorType, own: TensorType): boolean =>
  dtype === own.dtype &&
  shape.length === own.shape.length &&
  own.shape.every((dim, axis) => typeof dim === 'string' || dim === shape[axis])

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
