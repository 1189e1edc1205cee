import { afterAll, beforeAll } from 'vitest'
import { encode } from '../src/graph/encode.js'
import { toArray64 } from '../src/graph/interpret.js'
import type { Array64, Graph } from '../src/graph/types.js'
import { openNodeRuntime } from '../src/runtime/ort-node.js'
import type { Runtime } from '../src/runtime/types.js'
import { toTensor } from './arrays.js'

/** One native runtime for all the tests of a file. */
export function useNativeRuntime(): () => Runtime {
  let runtime: Runtime | undefined
  beforeAll(async () => {
    runtime = await openNodeRuntime({ threads: 1 })
  })
  afterAll(() => runtime?.close())
  return () => {
    if (!runtime) throw new Error('ask for the runtime inside a test')
    return runtime
  }
}

/** A graph's outputs, in their order, as a runtime computes them. */
export async function runGraph(runtime: Runtime, graph: Graph, arrays: readonly Array64[]): Promise<Array64[]> {
  const session = await runtime.open(encode(graph, 'test'))
  try {
    const { fetched } = await session.run(feedsOf(graph, arrays))
    return graph.outputs.map(({ name }) => {
      const tensor = fetched[name]
      if (!tensor) throw new Error(`the runtime gave no "${name}"`)
      return toArray64(tensor)
    })
  } finally {
    await session.close()
  }
}

export const feedsOf = ({ inputs }: Graph, arrays: readonly Array64[]) =>
  Object.fromEntries(
    inputs.flatMap(({ source }, i) => {
      const feed = arrays[i]
      return source.kind === 'input' && feed ? [[source.name, toTensor(feed)] as const] : []
    }),
  )
