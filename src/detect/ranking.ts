import { DiaboloError } from '../base/errors.js'

/** How well scores tell anomalies from ordinary samples, whatever threshold is chosen. */
export interface Ranking {
  /**
   * Area under the ROC curve: how likely an anomaly's score is above an ordinary sample's, ties counting half. 0.5 is chance, 1
   * is perfect.
   */
  readonly auroc: number
  /** Average precision Σ (recallₖ − recallₖ₋₁) precisionₖ, from large scores to small; chance is the part that are anomalies. */
  readonly averagePrecision: number
  /** Where samples with at least a score are called anomalies, one point for each score there is, the largest first. */
  readonly points: readonly RankingPoint[]
}

export interface RankingPoint {
  readonly score: number
  /** Part of the ordinary samples that are called anomalies: false alarms. */
  readonly falseAlarms: number
  /** Part of the anomalies that are found. */
  readonly recall: number
  /** Part of what is called an anomaly that is one. */
  readonly precision: number
}

/**
 * @param scores   one per sample, larger for what is less ordinary
 * @param anomaly  whether each sample is one
 * @throws E_DATA when there is no anomaly or no ordinary sample; E_VALUE when a score is not a number
 */
export function rank(scores: ArrayLike<number>, anomaly: ArrayLike<boolean>): Ranking {
  const order = Array.from({ length: scores.length }, (_, i) => i)
  const score = (i: number) => scores[i] as number
  requireNumbers(scores)
  order.sort((a, b) => score(b) - score(a))
  const anomalies = order.filter((i) => anomaly[i]).length
  const ordinary = order.length - anomalies
  requireBoth(anomalies, ordinary)

  const points: RankingPoint[] = []
  let [found, alarms, auroc, averagePrecision] = [0, 0, 0, 0]
  for (let first = 0, last = 0; first < order.length; first = last) {
    const [foundBefore, alarmsBefore] = [found, alarms]
    const tied = score(order[first] as number)
    for (last = first; last < order.length && score(order[last] as number) === tied; last++) {
      if (anomaly[order[last] as number]) found++
      else alarms++
    }
    const precision = found / (found + alarms)
    auroc += ((alarms - alarmsBefore) * (found + foundBefore)) / 2
    averagePrecision += (found - foundBefore) * precision
    points.push({ score: tied, falseAlarms: alarms / ordinary, recall: found / anomalies, precision })
  }
  return { auroc: auroc / anomalies / ordinary, averagePrecision: averagePrecision / anomalies, points }
}

/** What a threshold comes to: samples whose score is above it are called anomalies. */
export interface Verdict {
  readonly called: number
  readonly precision: number | null
  readonly recall: number
  readonly falseAlarms: number
}

/** @throws E_DATA when there is no anomaly or no ordinary sample */
export function judge(scores: ArrayLike<number>, anomaly: ArrayLike<boolean>, threshold: number): Verdict {
  let [called, found, anomalies] = [0, 0, 0]
  for (let i = 0; i < scores.length; i++) {
    const above = (scores[i] as number) > threshold
    called += +above
    anomalies += +(anomaly[i] === true)
    found += +(above && anomaly[i] === true)
  }
  requireBoth(anomalies, scores.length - anomalies)
  return {
    called,
    precision: called > 0 ? found / called : null,
    recall: found / anomalies,
    falseAlarms: (called - found) / (scores.length - anomalies),
  }
}

function requireBoth(anomalies: number, ordinary: number): void {
  if (anomalies > 0 && ordinary > 0) return
  throw new DiaboloError('E_DATA', {
    at: 'labels of anomalies',
    expected: 'anomalies and ordinary samples',
    found: `${anomalies} of the one and ${ordinary} of the other`,
    hint: 'say which label is the ordinary one, or leave the labels out',
  })
}

function requireNumbers(scores: ArrayLike<number>): void {
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isNaN(scores[i])) continue
    throw new DiaboloError('E_VALUE', {
      at: `score of sample ${i} (counted from 0)`,
      expected: 'a number',
      found: 'NaN',
      hint: 'a diverged model cannot tell anomalies',
    })
  }
}
