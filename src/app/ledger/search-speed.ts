import { rng } from '../../base/random.js'
import type { Tensor } from '../../base/tensor.js'
import { compileCosines } from '../../compile/cosines.js'
import type { Resident, Session } from '../../runtime/types.js'
import { binarise } from '../../search/binary-codes.js'
import { hammingIndex } from '../../search/hamming-index.js'
import { hashTable } from '../../search/hash-table.js'
import { unit } from '../retrieval/rank-rows.js'
import { median } from '../timed-steps.js'
import type { LedgerPart } from './row.js'

const ITEMS = 1_000_000
const BITS = 128
const ADDRESS_BITS = 20
const HITS = 10
/** Queries, each asked of all in turn, so that what else the machine does slows all of them alike. */
const QUERIES = 15
const BAR = 10

export const searchSpeed: LedgerPart = {
  summary: `a million codes: ${BITS} bits by Hamming distance beside as many numbers by cosine`,
  async measure({ runtime, seeds: [seed = 1], note }) {
    const before = performance.now()
    const random = rng(seed, 'search speed')
    const codes = unit(
      Float32Array.from({ length: ITEMS * BITS }, () => random.uniform() - 0.5),
      BITS,
    )
    const bits = binarise(codes, new Float32Array(BITS))
    const scan = hammingIndex(bits)
    const table = hashTable(shortened(codes, ADDRESS_BITS))
    const session = await runtime.open(compileCosines(ITEMS, BITS, HITS))
    const rows = await runtime.put({ dtype: 'float32', shape: [ITEMS, BITS], data: codes })
    const times = { hamming: [] as number[], cosine: [] as number[], address: [] as number[] }
    try {
      for (let query = -1; query < QUERIES; query++) {
        const at = random.int(ITEMS)
        const code = codes.slice(at * BITS, (at + 1) * BITS)
        const packed = binarise(code, new Float32Array(BITS)).bytes
        const address = shortened(code, ADDRESS_BITS).bytes
        const cosine = await timeOf(() => askCosine(session, rows, code))
        const hamming = await timeOf(() => scan.search(packed, HITS)[0]?.row)
        const near = await timeOf(() => table.search(address, HITS).length)
        requireFound(at, [cosine.value, hamming.value])
        // the first one warms up
        if (query < 0) continue
        times.cosine.push(cosine.ms)
        times.hamming.push(hamming.ms)
        times.address.push(near.ms)
      }
    } finally {
      runtime.release([rows])
      await session.close()
    }
    const [cosine, hamming, address] = [median(times.cosine), median(times.hamming), median(times.address)]
    const ratio = cosine / hamming
    const seconds = (performance.now() - before) / 1000
    note(`cosine ${cosine.toFixed(1)} ms, Hamming ${hamming.toFixed(2)} ms, by address ${address.toFixed(3)} ms`)
    const command = 'diabolo ledger search-speed'
    return {
      rows: [
        {
          what: `${ITEMS.toLocaleString('en')} codes of ${BITS} bits, the ${HITS} nearest: cosine's time by Hamming's`,
          source: 'Salakhutdinov & Hinton (2009)',
          published: 'much faster',
          bar: `${BAR}×`,
          ours: `${ratio.toFixed(1)}× (${hamming.toFixed(1)} ms, ${cosine.toFixed(1)} ms)`,
          met: ratio >= BAR,
          words: `medians of ${QUERIES} queries, asked of both in turn; cosine is one product and TopK in ONNX Runtime (threads: ${runtime.info.threads}), over float32 that stays on its side; Hamming is one thread; each finds the query itself first`,
          command,
          seconds,
        },
        {
          what: `the same by address, ${ADDRESS_BITS} bits of each code, in a Hamming ball that grows`,
          source: 'Salakhutdinov & Hinton (2009)',
          published: 'independent of the number of documents',
          ours: `${address.toFixed(3)} ms`,
          met: null,
          command,
          seconds,
        },
      ],
      tables: [
        {
          title: 'Milliseconds of each query',
          head: ['', ...times.cosine.map((_, i) => `${i + 1}`)],
          lines: Object.entries(times).map(([name, values]) => [name, ...values.map((ms) => ms.toFixed(2))]),
        },
      ],
    }
  },
}

/** The bits of the first values of each code. */
function shortened(codes: Float32Array, bits: number) {
  const rows = codes.length / BITS
  const first = new Float32Array(rows * bits)
  for (let row = 0; row < rows; row++) first.set(codes.subarray(row * BITS, row * BITS + bits), row * bits)
  return binarise(first, new Float32Array(bits))
}

async function askCosine(session: Session, rows: Resident, code: Float32Array): Promise<number> {
  const query: Tensor = { dtype: 'float32', shape: [BITS, 1], data: code }
  const { fetched } = await session.run({ query, rows })
  return Number((fetched.row as Tensor<'int64'>).data[0])
}

async function timeOf<T>(run: () => T | Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const before = performance.now()
  const value = await run()
  return { value, ms: performance.now() - before }
}

/** What is searched for is in the index: whoever does not find it first does not search. */
function requireFound(at: number, found: readonly (number | undefined)[]): void {
  if (found.every((row) => row === at)) return
  throw new Error(`row ${at} was searched for, and ${found.join(', ')} found`)
}
