import { type Dataset, toTensor } from '../data/dataset.js'
import { orderOf } from '../data/order.js'
import type { Resident, Runtime } from '../runtime/types.js'
import type { Feed } from './feed.js'

/**
 * A data set that is brought whole, when first needed.
 *
 * @param buffer  rows that are shuffled with one another
 */
export function residentFeed(runtime: Runtime, data: Dataset, buffer: number): Feed {
  let resident: Promise<Resident> | undefined
  return {
    data,
    async *portions({ shuffle }) {
      resident ??= runtime.put(toTensor(data))
      const order = orderOf({ rows: data.rows, buffer, shuffle })
      yield { resident: await resident, places: order, samples: order }
    },
    async close() {
      if (resident) runtime.release([await resident])
    },
  }
}
