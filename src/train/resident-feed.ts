import { type Dataset, toTensor } from '../data/dataset.js'
import { orderOf } from '../data/order.js'
import type { Resident, Runtime } from '../runtime/types.js'
import { after, type Feed } from './feed.js'

/**
 * A data set that is brought whole, when first needed.
 *
 * @param buffer  rows that are shuffled with one another
 */
export function residentFeed(runtime: Runtime, data: Dataset, buffer: number): Feed {
  let resident: Promise<Resident> | undefined
  return {
    data,
    async *portions({ shuffle, seen = 0 }) {
      resident ??= runtime.put(toTensor(data))
      const order = orderOf({ rows: data.rows, buffer, shuffle })
      yield after({ resident: await resident, places: order, samples: order }, seen)
    },
    async close() {
      if (resident) runtime.release([await resident])
    },
  }
}
