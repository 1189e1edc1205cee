import { byteSource } from '../../src/data/byte-source.js'
import { isTable, openData } from '../../src/data/read.js'
import { readRows } from '../../src/data/row-stream.js'

/** Rows that are read at a time. */
const BLOCK = 4096

/** Reads all that a data file holds, block by block, whatever its format. */
export async function readData(bytes: Uint8Array): Promise<unknown> {
  const data = await openData(byteSource(bytes, 'hostile'))
  for (let from = 0; from < Math.min(data.rows, 64 * BLOCK); from += BLOCK) {
    const to = Math.min(data.rows, from + BLOCK)
    if (isTable(data)) await data.read(from, to)
    else await readRows(data, from, to)
  }
  return data
}

const encoder = new TextEncoder()

/** Bytes from texts, byte lists and arrays, one after the other. */
export const bytesOf = (...parts: readonly (string | readonly number[] | Uint8Array)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? encoder.encode(part) : part)]))

/** Numbers as bytes. */
export const u16 = (value: number): number[] => [value & 255, (value >>> 8) & 255]
export const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)]
export const u32be = (value: number): number[] => u32(value).reverse()
export const u64 = (value: number): number[] => [...u32(value >>> 0), ...u32(Math.floor(value / 2 ** 32))]

/** The first so many bytes of a file, for every number in a list. */
export const cuts = (bytes: Uint8Array, lengths: readonly number[]) =>
  lengths.map((length) => ({ name: `cut after ${length} bytes`, bytes: bytes.slice(0, length) }))

/** A file with some of its bytes replaced. */
export function patched(bytes: Uint8Array, at: number, put: readonly number[]): Uint8Array {
  const out = Uint8Array.from(bytes)
  out.set(put, at)
  return out
}
