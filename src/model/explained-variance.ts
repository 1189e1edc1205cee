import type { Explained } from '../train/solve/index.js'

/** What the components of a model account for, one number for each. */
export interface ExplainedVariance {
  /** In squared units of the data; divided by rows − 1. */
  readonly variance: readonly number[]
  /** As parts of the variance of all values together. */
  readonly ratio: readonly number[]
  /** Of this component and all before it. */
  readonly cumulative: readonly number[]
}

export function explainedVariance({ variance, total }: Explained): ExplainedVariance {
  const ratio = variance.map((each) => (total > 0 ? each / total : 0))
  let sum = 0
  const cumulative = ratio.map((part) => {
    sum += part
    return sum
  })
  return { variance, ratio, cumulative }
}
