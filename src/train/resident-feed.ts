import { classMapsOf, type Dataset, toTensor } from '../data/dataset.js'
import { orderOf } from '../data/order.js'
import type { Runtime } from '../runtime/types.js'
import { after, type Brought, type Feed, labelTensor, residentsOf } from './feed.js'

/**
 * A data set that is brought whole, when first needed.
 *
 * @param buffer  rows that are shuffled with one another
 */
export function residentFeed(runtime: Runtime, data: Dataset, buffer: number): Feed {
  let brought: Promise<Brought> | undefined
  return {
    data,
    async *portions({ shuffle, seen = 0 }) {
      brought ??= bring(runtime, data)
      const order = orderOf({ rows: data.rows, buffer, shuffle })
      yield after({ ...(await brought), places: order, samples: order }, seen)
    },
    async close() {
      if (brought) runtime.release(residentsOf(await brought))
    },
  }
}

async function bring(runtime: Runtime, data: Dataset): Promise<Brought> {
  const resident = await runtime.put(toTensor(data))
  const maps = classMapsOf(data)
  return {
    resident,
    ...(data.labels && { labels: await runtime.put(labelTensor(Int32Array.from(data.labels))) }),
    ...(maps && { classMaps: await runtime.put(toTensor(maps)) }),
  }
}
