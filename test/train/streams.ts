/** Element i of a stream: MurmurHash3's final mixing of a counter. */
export function stream(number: number, length: number): Uint32Array {
  const first = Math.imul(0x9e3779b9, number)
  return Uint32Array.from({ length }, (_, i) => {
    let h = first + i
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return h ^ (h >>> 16)
  })
}

/** The golden files' data: sample r is prototype r mod 10 with noise, uint8 [rows, ...shape]. */
export function samples(rows: number, shape: readonly number[]): Uint8Array {
  const width = shape.reduce((product, dim) => product * dim, 1)
  const [prototypes, noise] = [stream(1, 10 * width), stream(2, rows * width)]
  return Uint8Array.from({ length: rows * width }, (_, k) => {
    const prototype = (prototypes[(Math.floor(k / width) % 10) * width + (k % width)] as number) % 256
    return Math.floor((3 * prototype + ((noise[k] as number) % 256)) / 4)
  })
}
