import type { Network, Parameters } from '../compile/network.js'
import type { Dataset } from '../data/dataset.js'
import { bufferRows, isStream, type RowStream } from '../data/row-stream.js'
import type { Runtime } from '../runtime/types.js'
import { alteredFeed } from './altered-feed.js'
import type { Alter } from './augment.js'
import { codeStream } from './code-stream.js'
import { encodeDataset } from './codes.js'
import type { Feed } from './feed.js'
import { residentFeed } from './resident-feed.js'
import { streamFeed } from './stream-feed.js'

export interface FeedOptions {
  /** Rows that are shuffled with one another. */
  readonly buffer?: number
  readonly signal?: AbortSignal
  /** What becomes of samples, anew in every epoch; they are seen as they are when left out. */
  readonly alter?: Alter | undefined
  /** Whether they are brought beside as they were before. */
  readonly keepsOriginals?: boolean | undefined
}

/** Samples as they are, or altered. */
export function openFeed(runtime: Runtime, data: Dataset | RowStream, options: FeedOptions): Feed {
  const buffer = bufferOf(data, options)
  const { signal, alter, keepsOriginals } = options
  if (isStream(data)) return streamFeed(runtime, data, buffer, { signal, alter, keepsOriginals })
  return alter
    ? alteredFeed(runtime, data, { buffer, signal, alter, keepsOriginals })
    : residentFeed(runtime, data, buffer)
}

/** Rows that are shuffled with one another: where nothing else is said, all in memory, what fits 32 MiB of a stream. */
export const bufferOf = (data: Dataset | RowStream, { buffer }: FeedOptions): number =>
  Math.min(buffer ?? (isStream(data) ? bufferRows(data) : data.rows), data.rows)

export interface Encoding {
  readonly runtime: Runtime
  readonly whole: Network
  readonly parameters: Parameters
  readonly data: Dataset | RowStream
  /** How many layers of the encoder. */
  readonly layers: number
}

/** What the first layers of a network make of samples: computed once for data in memory, as it is read for a stream. */
export async function openCodes(
  { runtime, whole, parameters, data, layers }: Encoding,
  options: FeedOptions,
): Promise<Feed> {
  if (!isStream(data)) {
    return openFeed(runtime, await encodeDataset(runtime, whole, parameters, data, layers, options.signal), options)
  }
  const codes = await codeStream(runtime, whole, parameters, data, layers)
  const feed = openFeed(runtime, codes, options)
  return {
    ...feed,
    async close() {
      await feed.close()
      await codes.close()
    },
  }
}
