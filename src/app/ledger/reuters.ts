import { documents } from '../../model/recipes.js'
import type { Figure } from '../../report/figure.js'
import { drawRetrievalCurve, type RetrievalLine } from '../../report/retrieval-curve.js'
import type { Runtime } from '../../runtime/types.js'
import { binarise, bytesPerCode, mediansOf } from '../../search/binary-codes.js'
import { hammingIndex } from '../../search/hamming-index.js'
import { precisionAt, precisionRecall } from '../../search/precision.js'
import { latentSemantics } from '../../text/latent-semantics.js'
import { rankRows } from '../retrieval/rank-rows.js'
import { openReuters, type ReutersTrial } from '../retrieval/reuters.js'
import { type LedgerContext, type LedgerPart, type LedgerRow, mean, timed } from './row.js'

const LENGTHS = [10, 32, 128] as const
/** The code that is rounded to bits, and how much precision that may cost. */
const HASHED = 128
const MOST_LOST = 0.05
/** Codes whose precision is drawn by recall. */
const DRAWN: readonly number[] = [10, 128]
const HITS = 10

const SOURCE = 'Hinton & Salakhutdinov (2006)'
const HASHING = 'Salakhutdinov & Hinton (2009)'

/** Codes of both parts of the collection, [stories, width]. */
interface Codes {
  readonly train: Float32Array
  readonly test: Float32Array
  readonly width: number
}

export const reuters: LedgerPart = {
  summary: 'documents found by codes of an autoencoder, by latent semantics and by their words; codes of bits',
  async measure(context) {
    const { folder, note } = context
    const trial = await openReuters(await folder('reuters21578'))
    const words: Codes = {
      train: trial.train.values as Float32Array,
      test: trial.test.values as Float32Array,
      width: trial.vocabulary.stems.length,
    }
    const plain = await judged(trial, words, context.runtime, 'TF-IDF')
    note(`TF-IDF: ${plain.precision.toFixed(3)}`)
    const found: Found[] = []
    for (const length of LENGTHS) found.push(await measureLength(context, trial, words, length))
    const lines = [...found.flatMap(({ lines }) => lines), plain.line]
    return {
      rows: [
        ...found.flatMap(({ rows }) => rows),
        {
          what: `Reuters-21578, cosine of ${words.width} weighted words: precision of the first ${HITS} hits`,
          source: SOURCE,
          published: 'a figure only',
          ours: plain.precision.toFixed(3),
          met: null,
          words:
            'precision is the part of the first 10 of 7,775 training stories that share a topic with a test story, on average over all 3,019 of the ModApte split that have one; all methods are given the same weighted stems, the 2,000 commonest of the training stories',
          command: commandOf(context),
          seconds: plain.seconds,
        },
      ],
      tables: [
        {
          title: `Reuters-21578: precision of the first ${HITS} hits, seed by seed`,
          head: ['code', 'seed', 'autoencoder', 'as bits', 'latent semantics'],
          lines: found.flatMap(({ table }) => table),
        },
      ],
      figures: [await draw(lines)],
    }
  },
}

const commandOf = ({ seeds }: LedgerContext) => `diabolo ledger reuters --seeds ${seeds.length}`

interface Found {
  readonly rows: readonly LedgerRow[]
  readonly table: readonly (readonly (string | number)[])[]
  readonly lines: readonly RetrievalLine[]
}

async function measureLength(
  context: LedgerContext,
  trial: ReutersTrial,
  words: Codes,
  length: number,
): Promise<Found> {
  const { runtime, seeds, note } = context
  const latent = await timed(async () => latentSemantics(words.train, words.width, length))
  const [train, test] = [latent.value.encode(words.train), latent.value.encode(words.test)]
  const lsa = await judged(trial, { train, test, width: length }, runtime, `latent semantics, ${length}`)
  note(`latent semantics, ${length}: ${lsa.precision.toFixed(3)} (${latent.seconds.toFixed(0)} s)`)
  const own: { readonly precision: number; readonly bits: number; readonly seconds: number }[] = []
  const lines: RetrievalLine[] = []
  for (const seed of seeds) {
    const learned = await timed(() => learn(trial, { units: [length] }, seed, runtime))
    const { precision, line } = await judged(trial, learned.value, runtime, `autoencoder, ${length}`)
    const bits = judgeBits(trial, learned.value)
    own.push({ precision, bits, seconds: learned.seconds })
    if (lines.length === 0) lines.push(line)
    note(
      `autoencoder, ${length}, seed ${seed}: ${precision.toFixed(3)}, as bits ${bits.toFixed(3)} (${learned.seconds.toFixed(0)} s)`,
    )
  }
  const precision = mean(own.map((each) => each.precision))
  const bits = mean(own.map((each) => each.bits))
  const seconds = mean(own.map((each) => each.seconds))
  const row: LedgerRow = {
    what: `Reuters-21578, code of ${length}: precision of the first ${HITS} hits`,
    source: SOURCE,
    published: 'better than latent semantics, a figure only',
    bar: `above ${lsa.precision.toFixed(3)}`,
    ours: precision.toFixed(3),
    met: precision > lsa.precision,
    command: commandOf(context),
    seconds,
  }
  const hashed: LedgerRow = {
    what: `Reuters-21578, code of ${length} bits, by Hamming distance: the same`,
    source: HASHING,
    published: 'nearly as good as real values, a figure only',
    bar: `at least ${(precision - MOST_LOST).toFixed(3)}`,
    ours: bits.toFixed(3),
    met: bits >= precision - MOST_LOST,
    words: 'the same models; a bit says whether a value is above its median over the training stories',
    command: commandOf(context),
    seconds,
  }
  return {
    rows: length === HASHED ? [row, hashed, await measureBinary(context, trial, precision)] : [row],
    table: own.map((each, i) => [length, seeds[i] ?? 0, each.precision, each.bits, lsa.precision]),
    lines: DRAWN.includes(length) ? [...lines, lsa.line] : [],
  }
}

type Options = NonNullable<Parameters<typeof documents>[0]>

async function learn({ train, test }: ReutersTrial, options: Options, seed: number, runtime: Runtime): Promise<Codes> {
  const model = await documents(options).fit(train, { seed, runtime })
  const width = model.codeWidth
  const codes = { train: (await model.encode(train)).data, test: (await model.encode(test)).data, width }
  await model.close()
  return codes
}

/** A code that was trained to be rounded, beside one of numbers. */
async function measureBinary(context: LedgerContext, trial: ReutersTrial, real: number): Promise<LedgerRow> {
  const {
    runtime,
    seeds: [seed = 1],
    note,
  } = context
  const { value: codes, seconds } = await timed(() =>
    learn(trial, { units: [HASHED], binary: true, learningRate: BINARY_RATE }, seed, runtime),
  )
  const bits = judgeBits(trial, codes)
  note(`binary code, ${HASHED}, seed ${seed}: as bits ${bits.toFixed(3)} (${seconds.toFixed(0)} s)`)
  return {
    what: `Reuters-21578, ${HASHED} bits of a code that noise made binary: precision of the first ${HITS} hits`,
    source: HASHING,
    published: 'nearly as good as real values, a figure only',
    bar: `at least ${(real - MOST_LOST).toFixed(3)}`,
    ours: bits.toFixed(3),
    met: bits >= real - MOST_LOST,
    words: 'the first seed only; the bar is that of the code of numbers',
    command: commandOf(context),
    seconds,
  }
}

/** The noise leaves less to learn from, and needs longer steps. */
const BINARY_RATE = 0.005

/** Precision of the first hits, and of all that come after. */
async function judged({ relevant }: ReutersTrial, codes: Codes, runtime: Runtime, name: string) {
  const { value: rankings, seconds } = await timed(() =>
    rankRows({ queries: codes.test, rows: codes.train, width: codes.width }, runtime),
  )
  const points = precisionRecall(rankings, relevant).map(({ recall, precision }) => [recall, precision] as const)
  return { precision: precisionAt(rankings, relevant, HITS), line: { name, points }, seconds }
}

function judgeBits({ relevant }: ReutersTrial, { train, test, width }: Codes): number {
  const thresholds = mediansOf(train, width)
  const index = hammingIndex(binarise(train, thresholds))
  const { rows, bytes } = binarise(test, thresholds)
  const step = bytesPerCode(width)
  const rankings = Array.from({ length: rows }, (_, query) =>
    index.search(bytes.subarray(query * step, (query + 1) * step), HITS).map(({ row }) => row),
  )
  return precisionAt(rankings, relevant, HITS)
}

const draw = (lines: readonly RetrievalLine[]): Promise<Figure> =>
  drawRetrievalCurve({
    id: 'reuters-precision',
    title: 'Stories of Reuters-21578 that share a topic',
    caption:
      'After 1, 3, 7, 15 … hits among 7,775 training stories, averaged over 3,019 test stories; all are given the same weighted words. One seed.',
    lines,
  })
