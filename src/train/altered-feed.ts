import { ARRAY_OF, type Tensor } from '../base/tensor.js'
import { type Dataset, widthOf } from '../data/dataset.js'
import { orderOf } from '../data/order.js'
import type { Runtime } from '../runtime/types.js'
import { type Alter, alterAll } from './augment.js'
import { type Feed, labelTensor, type Portion, type Visit } from './feed.js'
import { inAdvance } from './in-advance.js'

/** Rows that are brought at a time, about; the next ones are altered while these are trained on. */
const ROWS_AT_ONCE = 4096

interface AlteredFeedOptions {
  /** Rows that are shuffled with one another. */
  readonly buffer: number
  readonly alter: Alter
  /** Whether rows are brought beside as they were before. */
  readonly keepsOriginals?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** A data set in memory of which every epoch sees altered rows, in the same order as it would see those that are not. */
export function alteredFeed(runtime: Runtime, data: Dataset, options: AlteredFeedOptions): Feed {
  return {
    data,
    portions: (visit) => inAdvance(load(runtime, data, options, visit), runtime),
    close: async () => {}, // each portion was freed after its use
  }
}

async function* load(
  runtime: Runtime,
  data: Dataset,
  { buffer, alter, keepsOriginals, signal }: AlteredFeedOptions,
  { batch, shuffle, epoch = 1, seen = 0 }: Visit,
): AsyncGenerator<Portion, void, void> {
  const width = widthOf(data)
  const order = orderOf({ rows: data.rows, buffer, shuffle }).subarray(seen)
  const step = batch * Math.max(1, Math.round(ROWS_AT_ONCE / batch))
  for (let from = 0; from < order.length; from += step) {
    const samples = order.slice(from, from + step)
    const values = new ARRAY_OF[data.dtype](samples.length * width)
    samples.forEach((sample, i) => {
      values.set(data.values.subarray(sample * width, (sample + 1) * width), i * width)
    })
    const before = keepsOriginals ? values.slice() : undefined
    await alterAll(alter, values, samples, { epoch, width, signal })
    if (signal?.aborted) return
    const put = (rows: typeof values) =>
      runtime.put({ dtype: data.dtype, shape: [samples.length, width], data: rows } as Tensor)
    const resident = await put(values)
    const originals = before && (await put(before))
    const { labels } = data
    const classes = labels && (await runtime.put(labelTensor(samples.map((sample) => labels[sample] as number))))
    yield {
      resident,
      ...(originals && { originals }),
      ...(classes && { labels: classes }),
      places: samples.map((_, i) => i),
      samples,
    }
  }
}
