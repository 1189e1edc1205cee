/** Whether a row is what a query was after. */
export type Relevant = (query: number, row: number) => boolean

/** Mean over queries of the part of the first `count` hits that is relevant. */
export function precisionAt(rankings: readonly ArrayLike<number>[], relevant: Relevant, count: number): number {
  const sum = rankings.reduce((total, ranking, query) => {
    let right = 0
    for (let i = 0; i < count; i++) right += +(i < ranking.length && relevant(query, ranking[i] as number))
    return total + right / count
  }, 0)
  return sum / rankings.length
}

export interface PrecisionRecall {
  /** Hits that were looked at. */
  readonly count: number
  readonly precision: number
  readonly recall: number
}

/**
 * Precision and recall after 1, 3, 7, 15 … hits, averaged over the queries that have something to find, as in Hinton &
 * Salakhutdinov (2006), figure 4.
 *
 * @param rankings  every row for each query, the nearest first
 */
export function precisionRecall(rankings: readonly ArrayLike<number>[], relevant: Relevant): PrecisionRecall[] {
  const rows = rankings[0]?.length ?? 0
  const counts: number[] = []
  for (let count = 1; count < rows; count = 2 * count + 1) counts.push(count)
  if (rows > 0) counts.push(rows)
  const sums = counts.map(() => ({ precision: 0, recall: 0 }))
  let queries = 0
  rankings.forEach((ranking, query) => {
    const found = new Uint32Array(ranking.length + 1)
    for (let i = 0; i < ranking.length; i++) {
      found[i + 1] = (found[i] as number) + +relevant(query, ranking[i] as number)
    }
    const all = found.at(-1) as number
    if (all === 0) return
    queries++
    counts.forEach((count, i) => {
      const sum = sums[i] as { precision: number; recall: number }
      sum.precision += (found[count] as number) / count
      sum.recall += (found[count] as number) / all
    })
  })
  return counts.map((count, i) => {
    const { precision, recall } = sums[i] as { precision: number; recall: number }
    return { count, precision: precision / queries, recall: recall / queries }
  })
}
