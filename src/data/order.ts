import { permutation, rng } from '../base/random.js'

/** Blocks that a buffer holds: the more, the farther apart the rows that meet in it, and the shorter each read. */
const BLOCKS_PER_BUFFER = 32

/** What an epoch's order depends on, and nothing else does. */
export interface Ordering {
  readonly rows: number
  /** Rows that are shuffled with one another, at least 1; with all of them, every order is as likely as any other. */
  readonly buffer: number
  /** Decides the order; left out, rows come as they lie. */
  readonly shuffle?: { readonly seed: number; readonly phase: string; readonly epoch: number } | undefined
}

/** Rows `from` … `to − 1`. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What is in the buffer at a time. */
export interface Window {
  /** What to read, in the order in which it lies in the buffer. */
  readonly spans: readonly Span[]
  /** Where in the buffer each row is found, in the order in which they are visited. */
  readonly places: Int32Array
  /** Their numbers in the whole set, in the same order. */
  readonly rows: Int32Array
}

/**
 * The windows of one epoch; every row is in one of them, once. Blocks of consecutive rows are dealt to the windows at random,
 * and each window's rows are shuffled. A buffer as large as the data gives one window: a permutation of everything.
 */
export function* windowsOf({ rows, buffer, shuffle }: Ordering): Generator<Window> {
  const keys = shuffle ? [shuffle.phase, shuffle.epoch] : []
  const random = (...path: readonly (string | number)[]) => shuffle && rng(shuffle.seed, ...path)
  const block = Math.max(1, Math.floor(Math.min(buffer, rows) / BLOCKS_PER_BUFFER))
  const spanOf = (at: number): Span => ({ from: at * block, to: Math.min(rows, (at + 1) * block) })
  const count = Math.ceil(rows / block)
  if (buffer >= rows) {
    const places = arrange(rows, random('order', ...keys))
    yield { spans: Array.from({ length: count }, (_, at) => spanOf(at)), places, rows: places }
    return
  }
  const blocks = arrange(count, random('blocks', ...keys))
  const windows = Math.ceil(count / Math.floor(buffer / block))
  // as equal as they can be: a last one of few blocks would be shuffled badly
  const first = (window: number) => Math.floor((window * count) / windows)
  for (let window = 0; window < windows; window++) {
    const spans = Array.from(blocks.subarray(first(window), first(window + 1)), spanOf)
    const within = rowsOf(spans)
    const places = arrange(within.length, random('order', ...keys, window))
    yield { spans, places, rows: places.map((place) => within[place] as number) }
  }
}

/** The rows of a whole epoch in the order in which they are visited, for data that is all there. */
export function orderOf(ordering: Ordering): Int32Array {
  const order = new Int32Array(ordering.rows)
  let at = 0
  for (const { rows } of windowsOf(ordering)) {
    if (rows.length === order.length) return rows
    order.set(rows, at)
    at += rows.length
  }
  return order
}

const arrange = (length: number, random: ReturnType<typeof rng> | undefined): Int32Array =>
  random ? permutation(length, random) : Int32Array.from({ length }, (_, i) => i)

/** The numbers of the rows of these spans. */
export function rowsOf(spans: readonly Span[]): Int32Array {
  const rows = new Int32Array(spans.reduce((sum, { from, to }) => sum + to - from, 0))
  let at = 0
  for (const { from, to } of spans) for (let row = from; row < to; row++) rows[at++] = row
  return rows
}
