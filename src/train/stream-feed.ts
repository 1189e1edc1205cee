import { ARRAY_OF, type Tensor } from '../base/tensor.js'
import { widthOf } from '../data/dataset.js'
import { rowsOf, type Span, windowsOf } from '../data/order.js'
import { type RowStream, readRows } from '../data/row-stream.js'
import type { Runtime } from '../runtime/types.js'
import { type Alter, alterAll } from './augment.js'
import { type Feed, labelTensor, type Portion, type Visit } from './feed.js'
import { inAdvance } from './in-advance.js'
import { untilStopped } from './stopping.js'

/** Blocks that are read side by side. */
const READS_AT_ONCE = 4

type Values = Uint8Array | Float32Array

export interface StreamFeedOptions {
  readonly signal?: AbortSignal | undefined
  /** What becomes of rows after they were read. */
  readonly alter?: Alter | undefined
  /** Whether rows are brought beside as they were before. */
  readonly keepsOriginals?: boolean | undefined
}

/**
 * A stream that is brought window by window; the next one is read while the one before it is trained on.
 *
 * @param buffer  rows of a window: those that are shuffled with one another
 */
export function streamFeed(runtime: Runtime, data: RowStream, buffer: number, options: StreamFeedOptions = {}): Feed {
  return {
    data,
    portions: (visit) => inAdvance(load(runtime, data, buffer, visit, options), runtime),
    close: async () => {}, // each portion was freed after its use
  }
}

/** Reads windows and brings them to the runtime's side. What does not fill a batch is carried over to the next one. */
async function* load(
  runtime: Runtime,
  data: RowStream,
  buffer: number,
  { batch, shuffle, epoch = 1, seen = 0 }: Visit,
  { signal, alter, keepsOriginals }: StreamFeedOptions,
): AsyncGenerator<Portion, void, void> {
  const width = widthOf(data)
  const capacity = batch - 1 + buffer
  // one array for all windows, of which the runtime takes copies: first what was carried over, then the window
  const values: Values = new ARRAY_OF[data.dtype](capacity * width)
  const before: Values | undefined = keepsOriginals ? values.slice() : undefined
  const put = (rows: Values) => runtime.put({ dtype: data.dtype, shape: [capacity, width], data: rows } as Tensor)
  let carried = new Int32Array()
  let left = data.rows - seen
  // samples of the order that come before the window, and samples of the window that were seen before
  let passed = 0
  for (const window of windowsOf({ rows: data.rows, buffer, shuffle })) {
    const skipped = Math.min(window.rows.length, Math.max(0, seen - passed))
    passed += window.rows.length
    if (skipped === window.rows.length) continue
    const [rows, places] = [window.rows.subarray(skipped), window.places.subarray(skipped)]
    const read = values.subarray(carried.length * width)
    await untilStopped(fill(read, data, window.spans, signal), signal)
    before?.set(read, carried.length * width)
    if (alter) await alterAll(alter, read, rowsOf(window.spans), { epoch, width, signal })
    if (signal?.aborted) return
    left -= rows.length
    const samples = concat(carried, rows)
    const visited = samples.map((_, i) =>
      i < carried.length ? i : carried.length + (places[i - carried.length] as number),
    )
    const whole = left === 0 ? samples.length : samples.length - (samples.length % batch)
    if (whole > 0) {
      const resident = await put(values)
      const originals = before && (await put(before))
      const labels = await putLabels(runtime, data, { capacity, visited, samples })
      yield {
        resident,
        ...(originals && { originals }),
        ...(labels && { labels }),
        places: visited.subarray(0, whole),
        samples: samples.subarray(0, whole),
      }
    }
    for (const rows of before ? [values, before] : [values]) moveToFront(rows, width, visited.subarray(whole))
    carried = samples.slice(whole)
  }
}

interface Lying {
  readonly capacity: number
  /** Where samples lie. */
  readonly visited: Int32Array
  readonly samples: Int32Array
}

/** The classes of these samples, at the places where they lie. */
async function putLabels(runtime: Runtime, { labels }: RowStream, { capacity, visited, samples }: Lying) {
  if (!labels) return undefined
  const placed = new Int32Array(capacity)
  samples.forEach((sample, i) => {
    placed[visited[i] as number] = labels[sample] as number
  })
  return runtime.put(labelTensor(placed))
}

/** Reads these rows one after another into `target`, several blocks at a time. */
async function fill(target: Values, data: RowStream, spans: readonly Span[], signal: AbortSignal | undefined) {
  const width = widthOf(data)
  let end = 0
  const blocks = spans.map(({ from, to }) => {
    const at = end
    end += (to - from) * width
    return { from, to, at }
  })
  const waiting = blocks.values()
  let ended = false
  const read = async () => {
    for (const { from, to, at } of waiting) {
      if (ended || signal?.aborted) return
      target.set(await readRows(data, from, to), at)
    }
  }
  try {
    await Promise.all(Array.from({ length: READS_AT_ONCE }, read))
  } finally {
    ended = true
  }
}

/** Brings these rows to the front, in this order. */
function moveToFront(values: Values, width: number, places: Int32Array): void {
  const moved = values.slice(0, places.length * width)
  places.forEach((place, i) => {
    moved.set(values.subarray(place * width, (place + 1) * width), i * width)
  })
  values.set(moved)
}

function concat(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
