import { parentPort } from 'node:worker_threads'
import { drawHere } from '../data/digits/stream.js'

/** Rows `from` … `to − 1` of a seed, please. */
export interface DrawRequest {
  readonly id: number
  readonly from: number
  readonly to: number
  readonly seed: number
}

export interface DrawResponse {
  readonly id: number
  readonly values: Uint8Array<ArrayBuffer>
}

parentPort?.on('message', async ({ id, from, to, seed }: DrawRequest) => {
  const values = (await drawHere(from, to, seed)) as Uint8Array<ArrayBuffer>
  parentPort?.postMessage({ id, values } satisfies DrawResponse, [values.buffer])
})
