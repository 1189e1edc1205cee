/** A row that was found, and how near it is. */
export interface Hit {
  readonly row: number
  /** Cosine similarity, where more is nearer; or Hamming distance, where less is. */
  readonly score: number
}

/**
 * The `count` rows with the highest scores, the best first; of equal ones the earlier row.
 *
 * @param scores  one per row; no NaN
 */
export function highest(scores: Float32Array, count: number): Hit[] {
  const size = Math.min(count, scores.length)
  if (size <= 0) return []
  const hits: Hit[] = []
  let least = Number.NEGATIVE_INFINITY
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number
    if (hits.length === size && score <= least) continue
    if (hits.length === size) hits.pop()
    let at = hits.length
    while (at > 0 && (hits[at - 1] as Hit).score < score) at--
    hits.splice(at, 0, { row, score })
    least = (hits.at(-1) as Hit).score
  }
  return hits
}

/**
 * The `count` rows with the smallest distances, the nearest first; of equal ones the earlier row. Distances are counted, not
 * sorted: two passes, whatever `count` is.
 *
 * @param most  the largest that a distance can be
 */
export function nearestRows(distances: Uint16Array, count: number, most: number): Hit[] {
  const wanted = Math.min(count, distances.length)
  if (wanted <= 0) return []
  const having = new Uint32Array(most + 1)
  for (let row = 0; row < distances.length; row++) {
    const distance = distances[row] as number
    having[distance] = (having[distance] as number) + 1
  }
  // where in the answer the rows of each distance begin, and the largest distance that still has a place in it
  const next = new Uint32Array(most + 1)
  let limit = 0
  for (let distance = 1; distance <= most; distance++) {
    next[distance] = (next[distance - 1] as number) + (having[distance - 1] as number)
    if ((next[distance] as number) < wanted) limit = distance
  }
  const hits = new Array<Hit>(wanted)
  for (let row = 0; row < distances.length; row++) {
    const score = distances[row] as number
    if (score > limit) continue
    const at = next[score] as number
    next[score] = at + 1
    if (at < wanted) hits[at] = { row, score }
  }
  return hits
}
