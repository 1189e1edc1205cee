import type { Vocabulary } from './vocabulary.js'

/**
 * How often each stem of the vocabulary stands in each document.
 *
 * @param documents  each document's stems
 * @returns          [documents, stems], row-major
 */
export function countStems(documents: readonly (readonly string[])[], { stems }: Vocabulary): Float32Array {
  const columns = new Map(stems.map((stem, column) => [stem, column]))
  const counts = new Float32Array(documents.length * stems.length)
  documents.forEach((document, row) => {
    for (const stem of document) {
      const column = columns.get(stem)
      if (column === undefined) continue
      const at = row * stems.length + column
      counts[at] = (counts[at] as number) + 1
    }
  })
  return counts
}

/**
 * What documents are about: wⱼ = ln(1 + countⱼ) · idfⱼ with idfⱼ = 1 + ln((1 + N) / (1 + nⱼ)), each row scaled to `length`.
 * N documents were counted, nⱼ of them hold stem j. A document without any stem of the vocabulary is a row of zeros.
 *
 * @param counts  [documents, stems], as `countStems` gives them
 * @param length  Euclidean, of every row; 1 unless given
 * @returns       [documents, stems], row-major
 */
export function weightStems(counts: Float32Array, vocabulary: Vocabulary, length = 1): Float32Array {
  const { frequencies, documents } = vocabulary
  const idf = Float64Array.from(frequencies, (frequency) => 1 + Math.log((1 + documents) / (1 + frequency)))
  const width = idf.length
  const weights = new Float32Array(counts.length)
  for (let from = 0; from < counts.length; from += width) {
    let squares = 0
    for (let j = 0; j < width; j++) {
      const count = counts[from + j] as number
      if (count > 0) squares += (Math.log1p(count) * (idf[j] as number)) ** 2
    }
    const scale = squares > 0 ? length / Math.sqrt(squares) : 0
    for (let j = 0; j < width; j++) {
      const count = counts[from + j] as number
      if (count > 0) weights[from + j] = Math.log1p(count) * (idf[j] as number) * scale
    }
  }
  return weights
}
