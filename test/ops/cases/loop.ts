import type { TensorType } from '../../../src/base/shape.js'
import { GraphBuilder } from '../../../src/graph/builder.js'
import type { Array64, Graph, Value } from '../../../src/graph/types.js'
import { add, cast, gather, less, loop, matmul, mul, reduceSum, sub, tanh } from '../../../src/ops/index.js'
import { array, Draw, float32 } from '../../arrays.js'
import type { AttrsOf, Case, CasesOf } from './case.js'

interface BodyParts {
  readonly builder: GraphBuilder
  readonly iteration: Value
  readonly go: Value
  readonly carried: readonly Value[]
  readonly captured: readonly Value[]
}

interface BodyResult {
  readonly go?: Value
  readonly carried: readonly Value[]
  readonly scans?: readonly Value[]
}

/** A body over state and surroundings of these types. */
export function bodyOf(
  carried: readonly TensorType[],
  captured: readonly TensorType[],
  make: (parts: BodyParts) => BodyResult,
): Graph {
  const builder = new GraphBuilder()
  const iteration = builder.input('iteration', { dtype: 'int64', shape: [] })
  const go = builder.input('go', { dtype: 'bool', shape: [] })
  const state = carried.map((type, i) => builder.input(`carried.${i}`, type))
  const around = captured.map((type, i) => builder.input(`captured.${i}`, type))
  const made = make({ builder, iteration, go, carried: state, captured: around })
  return builder.build({
    go: made.go ?? go,
    ...Object.fromEntries(made.carried.map((value, i) => [`next.${i}`, value])),
    ...Object.fromEntries((made.scans ?? []).map((value, i) => [`scan.${i}`, value])),
  })
}

interface LoopCase {
  readonly note: string
  readonly trips: number
  readonly go?: 0 | 1
  readonly carried?: readonly Array64[]
  readonly captured?: readonly Array64[]
  readonly body: (parts: BodyParts) => BodyResult
}

function caseOf({ note, trips, go = 1, carried = [], captured = [], body }: LoopCase): Case<AttrsOf<'Loop'>> {
  const inputs = [array('int64', [], [trips]), array('bool', [], [go]), ...carried, ...captured]
  return { note, inputs, attrs: { body: bodyOf(carried, captured, body), carried: carried.length } }
}

const at = (values: readonly Value[], i: number): Value => {
  const value = values[i]
  if (!value) throw new Error(`no value ${i}`)
  return value
}

const draw = new Draw('Loop')

const double = ({ carried }: BodyParts): BodyResult => ({ carried: [mul(at(carried, 0), 2)] })

const halvings = ({ builder, carried, captured: [rate] }: BodyParts): BodyResult => {
  const next = mul(at(carried, 0), rate ?? builder.scalar(0.5))
  return { carried: [next], scans: [reduceSum(next), next] }
}

/** A loop of three additions inside each trip, around a value of the outer body's surroundings. */
function nested({ builder, carried, captured }: BodyParts): BodyResult {
  const [x, step] = [at(carried, 0), at(captured, 0)]
  const inner = bodyOf([x], [step], ({ carried: [y], captured: [s] }) => ({
    carried: [add(y as Value, s as Value)],
    scans: [reduceSum(y as Value)],
  }))
  const outputs = loop({ trips: builder.scalar(3, 'int64'), carried: [x], captured: [step], body: inner })
  return { carried: [tanh(at(outputs, 0))], scans: [reduceSum(at(outputs, 1))] }
}

export const LOOP: CasesOf<'Loop'> = {
  Loop: [
    caseOf({ note: 'one carried scalar', trips: 5, carried: [float32([], [1])], body: double }),
    caseOf({ note: 'one carried matrix', trips: 3, carried: [draw.reals(2, 3)], body: double }),
    caseOf({ note: 'no trip', trips: 0, carried: [draw.reals(4)], body: halvings }),
    caseOf({ note: 'not started', trips: 4, go: 0, carried: [draw.reals(4)], body: halvings }),
    caseOf({ note: 'scans of two shapes', trips: 4, carried: [draw.reals(2, 2)], body: halvings }),
    caseOf({
      note: 'a captured number',
      trips: 4,
      carried: [draw.reals(3)],
      captured: [float32([], [0.75])],
      body: halvings,
    }),
    caseOf({
      note: 'scans only',
      trips: 3,
      captured: [draw.reals(3, 2)],
      body: ({ iteration, captured }) => ({ carried: [], scans: [gather(at(captured, 0), iteration)] }),
    }),
    caseOf({
      note: 'two carried values that change places',
      trips: 3,
      carried: [draw.reals(2), draw.reals(2)],
      body: ({ carried }) => ({ carried: [at(carried, 1), at(carried, 0)] }),
    }),
    caseOf({
      note: 'a carried value that stays, and one that is scanned as it came',
      trips: 2,
      carried: [draw.reals(2), draw.reals(3)],
      body: ({ carried }) => ({ carried: [at(carried, 0), sub(at(carried, 1), 1)], scans: [at(carried, 0)] }),
    }),
    caseOf({
      note: 'stops when its own condition says so',
      trips: 10,
      carried: [float32([], [1])],
      body: ({ carried }) => {
        const next = mul(at(carried, 0), 2)
        return { go: less(next, 9), carried: [next], scans: [next] }
      },
    }),
    caseOf({
      note: 'reads a captured table by the iteration',
      trips: 4,
      carried: [draw.reals(2)],
      captured: [draw.whole('uint8', 256, 6, 2), array('int32', [4], [5, 0, 3, 3])],
      body: ({ iteration, carried, captured }) => {
        const row = cast(gather(at(captured, 0), gather(at(captured, 1), iteration)), 'float32')
        return { carried: [add(mul(at(carried, 0), 0.5), row)], scans: [row] }
      },
    }),
    caseOf({
      note: 'a matrix power',
      trips: 3,
      carried: [draw.reals(2, 2)],
      captured: [draw.reals(2, 2)],
      body: ({ carried, captured }) => ({ carried: [tanh(matmul(at(carried, 0), at(captured, 0)))] }),
    }),
    caseOf({ note: 'a loop in a loop', trips: 2, carried: [draw.reals(3)], captured: [draw.reals(3)], body: nested }),
    caseOf({
      note: 'a constant carried on',
      trips: 2,
      carried: [draw.reals()],
      body: ({ builder }) => ({ carried: [builder.scalar(4)], scans: [builder.scalar(2)] }),
    }),
  ],
}
