/**
 * Looks for codes near a query among those that lie one after another in a memory; all places are byte addresses.
 *
 * @param found  where the address of each code that was found goes, and its distance, two int32
 * @param limit  bits that may differ, at most
 * @returns      where the last of these ends
 */
export type HammingScan = (codes: number, end: number, found: number, query: number, limit: number) => number

/** Bytes of what is said of a code that was found. */
export const FOUND_BYTES = 8

/** One of WebAssembly's instructions, as the specification numbers them. */
const OP = {
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  brIf: 0x0d,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i64Load: 0x29,
  i32Store: 0x36,
  i32Const: 0x41,
  i32LtU: 0x49,
  i32LeU: 0x4d,
  i32Add: 0x6a,
  i64Popcnt: 0x7b,
  i64Add: 0x7c,
  i64Xor: 0x85,
  i32WrapI64: 0xa7,
} as const

const TYPE = { i32: 0x7f, i64: 0x7e, function: 0x60, nothing: 0x40 } as const

/** Parameters of the function, by their numbers; after them come the distance and the words of the query. */
const [CODES, END, FOUND, QUERY, LIMIT, DISTANCE, WORD] = [0, 1, 2, 3, 4, 5, 6]

/**
 * Counts differing bits: distance = Σ popcount(code ⊕ query) over words of 64 bits. Only what is near enough is written
 * down: nearly all codes are read once, and that is all.
 *
 * JavaScript has no instruction that counts bits; WebAssembly has one that is one of the processor's. The function is
 * assembled for a number of words, so that the query stays in registers and nothing is left to loop over within a code.
 *
 * @param words   of 64 bits, in each code
 * @param memory  holds codes, query and what is found
 */
export function hammingScan(words: number, memory: WebAssembly.Memory): HammingScan {
  const body = [
    // locals: two groups, the distance and the words of the query
    ...[2, 1, TYPE.i32, words, TYPE.i64],
    ...each(words, (word) => [OP.localGet, QUERY, ...load(word), OP.localSet, WORD + word]),
    ...[OP.loop, TYPE.nothing],
    ...each(words, (word) => [
      ...[OP.localGet, CODES, ...load(word), OP.localGet, WORD + word, OP.i64Xor, OP.i64Popcnt],
      ...(word > 0 ? [OP.i64Add] : []),
    ]),
    ...[OP.i32WrapI64, OP.localTee, DISTANCE, OP.localGet, LIMIT, OP.i32LeU, OP.if, TYPE.nothing],
    ...[OP.localGet, FOUND, OP.localGet, CODES, OP.i32Store, 2, 0],
    ...[OP.localGet, FOUND, OP.localGet, DISTANCE, OP.i32Store, 2, 4],
    ...[OP.localGet, FOUND, OP.i32Const, FOUND_BYTES, OP.i32Add, OP.localSet, FOUND, OP.end],
    ...[OP.localGet, CODES, OP.i32Const, ...signed(8 * words), OP.i32Add, OP.localTee, CODES],
    ...[OP.localGet, END, OP.i32LtU, OP.brIf, 0],
    ...[OP.end, OP.localGet, FOUND, OP.end],
  ]
  const module = new WebAssembly.Module(
    Uint8Array.from([
      ...[0x00, ...name('asm').slice(1), 1, 0, 0, 0],
      ...section(1, [TYPE.function, 5, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, 1, TYPE.i32]),
      ...section(2, [...name('host'), ...name('memory'), 0x02, 0x00, 1]),
      ...section(3, [0]),
      ...section(7, [...name('scan'), 0x00, 0]),
      ...section(10, [...unsigned(body.length), ...body]),
    ]),
  )
  const { exports } = new WebAssembly.Instance(module, { host: { memory } })
  return exports.scan as HammingScan
}

/** Pushes a word of what the address on the stack points at; aligned to 2³ bytes. */
const load = (word: number) => [OP.i64Load, 3, ...unsigned(8 * word)]

const each = (count: number, emit: (i: number) => number[]) => Array.from({ length: count }, (_, i) => emit(i)).flat()

/** A section with one entry. */
const section = (id: number, entry: readonly number[]) => [id, ...unsigned(entry.length + 1), 1, ...entry]

const name = (text: string) => [text.length, ...Array.from(text, (letter) => letter.charCodeAt(0))]

/** LEB128: seven bits a byte, the lowest first, the highest bit where more follow. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** The same for numbers with a sign, of which the last byte's bit 6 is. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]
}
