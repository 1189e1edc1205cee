import type { LabelCurvePoint } from '../classification.js'
import { type LedgerRow, percent } from './row.js'

/** Labels, and points of test error that pretraining has to take off at so few. */
export const FEW = 1000
const GAIN = 2

/** @param point  of `FEW` labels; not a number falls short */
export function fewLabelsRow(
  what: string,
  point: LabelCurvePoint | undefined,
  measured: Pick<LedgerRow, 'command' | 'seconds'>,
): LedgerRow {
  const { pretrained, drawn } = point ?? { pretrained: Number.NaN, drawn: Number.NaN }
  return {
    what: `${what}, ${FEW} labels: test error that pretraining takes off`,
    source: 'Vincent et al. (2010), in kind',
    published: '-',
    bar: `${GAIN} points`,
    ours: `${(100 * (drawn - pretrained)).toFixed(2)} points`,
    met: drawn - pretrained >= GAIN / 100,
    words: `${percent(pretrained)} with, ${percent(drawn)} without`,
    ...measured,
  }
}
