import { cellPlaces, type Dialect, quotedEnds, splitCells } from './csv-cells.js'

/** In this order where several would do: the ones that are rarely part of a value come first. */
const DELIMITERS = ['\t', ';', '|', ','].map((text) => text.charCodeAt(0))
const NEWLINE = 0x0a
const RETURN = 0x0d
/** Records that are looked at. */
const SAMPLE = 50

/**
 * How a file separates its cells: by what splits all of its first records into equally many, more than one.
 *
 * @param head   the beginning of the text
 * @param whole  whether it is all of the text
 */
export function sniffDialect(head: Uint8Array, whole: boolean): Dialect {
  const newline = head.includes(NEWLINE) || !head.includes(RETURN) ? NEWLINE : RETURN
  const found = DELIMITERS.map((delimiter) => ({
    delimiter,
    newline,
    ...agreement({ delimiter, newline }, head, whole),
  }))
  const agreed = found.filter(({ cells, agreed }) => agreed && cells > 1)
  const best = agreed[0] ?? found.sort((a, b) => b.cells - a.cells)[0]
  return { delimiter: best && best.cells > 1 ? best.delimiter : 0x2c, newline }
}

/** Cells of the first record, and whether all others have as many. */
function agreement(dialect: Dialect, head: Uint8Array, whole: boolean) {
  const ends = quotedEnds(dialect)
  const places = cellPlaces()
  let cells = 0
  let agreed = true
  for (let from = 0, count = 0; from < head.length && count < SAMPLE; count++) {
    const end = ends(head, from)
    // what is cut off says nothing
    if (end < 0 && !whole && count > 0) break
    const stop = end < 0 ? head.length : end
    const to = head[stop - 1] === RETURN && stop > from ? stop - 1 : stop
    if (to > from) {
      const found = splitCells(head, from, to, dialect.delimiter, places)
      if (cells === 0) cells = found
      if (found !== cells) agreed = false
    }
    from = stop + 1
  }
  return { cells, agreed }
}
