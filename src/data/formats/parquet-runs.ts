/** A reason why a page cannot be what it says; the caller says where. */
export class Malformed extends Error {}

/** An unsigned number of seven bits a byte, and where it ends. */
export function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) throw new Malformed('a number that ends with its page')
    value += (byte & 127) * 2 ** (7 * i)
    if (byte < 128) return { value, end: at + i + 1 }
  }
  throw new Malformed('a number of more than 5 bytes')
}

/**
 * Goes through the runs of repeated and of packed values, without unpacking: a few bytes can say that one value is
 * repeated a billion times, which whoever decodes them believes.
 *
 * @param width  bits of a value
 * @returns how many of the values are 1, where they have one bit
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/ "RLE / bit-packing hybrid"
 */
export function checkRuns(bytes: Uint8Array, from: number, width: number, count: number): number {
  if (width > 32) throw new Malformed(`values of ${width} bits`)
  const step = Math.ceil(width / 8)
  let ones = 0
  let at = from
  for (let left = count; left > 0; ) {
    const { value: head, end } = readVarint(bytes, at)
    const length = Math.floor(head / 2)
    if (head % 2 === 0) {
      if (length > left) throw new Malformed(`a run of ${length} values where ${left} are left`)
      if (end + step > bytes.length) throw new Malformed('a run that ends with its page')
      if (bytes[end] === 1) ones += length
      left -= length
      at = end + step
      continue
    }
    // packed values come in eights, the last of them padded
    if (length * 8 > left + 512) throw new Malformed(`${length * 8} packed values where ${left} are left`)
    const taken = Math.min(left, length * 8)
    if (end + Math.ceil((taken * width) / 8) > bytes.length)
      throw new Malformed('packed values that end with their page')
    if (width === 1) {
      for (let i = 0; i < taken; i++) ones += ((bytes[end + (i >> 3)] as number) >> (i & 7)) & 1
    }
    left -= taken
    at = end + length * width
  }
  return ones
}

/** The head of values that are stored as differences: how many there are in a block, and in a part of it. */
export function checkDeltas(bytes: Uint8Array, from: number, count: number): void {
  const block = readVarint(bytes, from)
  const parts = readVarint(bytes, block.end)
  const total = readVarint(bytes, parts.end)
  const each = block.value / parts.value
  if (!(parts.value >= 1 && parts.value <= 512 && block.value <= 2 ** 20 && each % 8 === 0 && each >= 8)) {
    throw new Malformed(`blocks of ${block.value} differences in ${parts.value} parts`)
  }
  if (total.value !== count) throw new Malformed(`${total.value} differences for ${count} values`)
}
