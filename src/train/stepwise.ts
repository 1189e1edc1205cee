import { sizeOf } from '../base/shape.js'
import { rowsOf, type Tensor } from '../base/tensor.js'
import { floats } from '../runtime/floats.js'
import type { Feeds, Resident, RunResult, Runtime, Session } from '../runtime/types.js'

/** Several steps, to be taken in one run or one by one. */
export interface Steps {
  readonly trips: number
  /** The same for every step. */
  readonly shared: Feeds
  /** One row for each step, [trips, …]. */
  readonly own: Readonly<Record<string, Tensor>>
  /** By name, as the first step finds it. */
  readonly state: Readonly<Record<string, Resident>>
  /** The output that holds a new value of the state. */
  readonly nextName: (name: string) => string
  /** Outputs that every step has one of, wanted as a list. */
  readonly lists: readonly string[]
}

/** Takes steps in a session of the epoch's graph: one run. */
export function runLoop(session: Session, { trips, shared, own, state, nextName }: Steps): Promise<RunResult> {
  const count = { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(trips)) } as const
  return session.run({ trips: count, ...shared, ...own, ...state }, Object.keys(state).map(nextName))
}

/**
 * Takes steps in a session of one step's graph, run by run. The state, the losses and all else stay on the runtime's side
 * until the last step is under way, so that a device is never waited for in between.
 *
 * @returns the same as `runLoop`
 */
export async function runStepwise(
  session: Session,
  { trips, shared, own, state, nextName, lists }: Steps,
  runtime: Runtime,
): Promise<RunResult> {
  const names = Object.keys(state)
  const listed = new Map<string, Resident[]>(lists.map((name) => [name, []]))
  let now = state
  for (let step = 0; step < trips; step++) {
    const { kept } = await session.run({ ...shared, ...rowOf(own, step), ...now }, [...names.map(nextName), ...lists])
    // what the steps in between made; the state that was given is the caller's
    if (step > 0) runtime.release(Object.values(now))
    now = Object.fromEntries(names.map((name) => [name, kept[nextName(name)] as Resident]))
    for (const [name, residents] of listed) residents.push(kept[name] as Resident)
  }
  const fetched = [...listed].map(async ([name, residents]) => [name, await collect(runtime, name, residents)] as const)
  return {
    kept: Object.fromEntries(names.map((name) => [nextName(name), now[name] as Resident])),
    fetched: Object.fromEntries(await Promise.all(fetched)),
  }
}

/** Each list without its first axis, at one place of it. */
const rowOf = (lists: Readonly<Record<string, Tensor>>, at: number): Feeds =>
  Object.fromEntries(
    Object.entries(lists).map(([name, list]) => {
      const row = rowsOf(list, at, at + 1)
      return [name, { ...row, shape: row.shape.slice(1) }]
    }),
  )

/** Tensors of one shape, brought here and stacked along a new first axis. */
async function collect(runtime: Runtime, name: string, residents: readonly Resident[]): Promise<Tensor<'float32'>> {
  const tensors = await Promise.all(residents.map((resident) => runtime.get(resident)))
  runtime.release(residents)
  const rows = tensors.map((tensor) => floats({ kept: {}, fetched: { [name]: tensor } }, name))
  const shape = [rows.length, ...(residents[0]?.shape ?? [])]
  const data = new Float32Array(sizeOf(shape))
  rows.forEach((row, i) => {
    data.set(row, i * row.length)
  })
  return { dtype: 'float32', shape, data }
}
