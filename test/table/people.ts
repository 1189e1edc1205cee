import { rng } from '../../src/base/random.js'
import { type Table, table } from '../../src/data/table.js'

export interface People {
  readonly data: Table
  /** Which rows break the rules that all others keep. */
  readonly anomalous: readonly boolean[]
}

const JOBS = ['clerk', 'nurse', 'pilot', 'smith', 'tailor'] as const
const SIZES = ['S', 'M', 'L'] as const

/**
 * People whose income, height and job follow from two hidden numbers; in a few, one of the columns does not. A part of all
 * cells is missing.
 */
export function people(rows: number, { seed = 1, missing = 0.1, anomalies = 0.05 } = {}): People {
  const random = rng(seed, 'people')
  const columns = { age: new Float64Array(rows), income: new Float64Array(rows), height: new Float64Array(rows) }
  const weight = new Float64Array(rows)
  const zip = new Float64Array(rows)
  const [job, size]: [(string | undefined)[], (string | undefined)[]] = [[], []]
  const anomalous: boolean[] = []
  for (let row = 0; row < rows; row++) {
    const [a, b] = [random.normal(), random.normal()]
    const odd = random.uniform() < anomalies
    anomalous.push(odd)
    // an anomaly's columns are each as usual; what does not fit is that they follow from other people
    const [c, d] = odd ? [random.normal() * 2, random.normal() * 2] : [a, b]
    columns.age[row] = 40 + 12 * a + 0.5 * random.normal()
    columns.income[row] = Math.exp(10 + 0.5 * c + 0.02 * random.normal())
    columns.height[row] = 170 + 9 * d + 0.3 * random.normal()
    weight[row] = 70 + 8 * b - 4 * a + 0.4 * random.normal()
    zip[row] = 8000 + Math.min(3, Math.max(0, Math.floor(d + 2)))
    job.push(JOBS[Math.min(4, Math.max(0, Math.floor(1.2 * c + 2.5)))])
    size.push(SIZES[Math.min(2, Math.max(0, Math.floor(b + 1.5)))])
  }
  const hide = <T>(values: ArrayLike<T>, nothing: T): T[] =>
    Array.from(values, (value) => (random.uniform() < missing ? nothing : value))
  const number = (name: string, values: Float64Array) =>
    ({ name, type: 'number', values: Float64Array.from(hide(values, Number.NaN)) }) as const
  return {
    data: table(
      [
        { name: 'job', type: 'text', values: hide(job, undefined) },
        number('age', columns.age),
        number('income', columns.income),
        number('zip', zip),
        { name: 'size', type: 'text', values: hide(size, undefined) },
        number('height', columns.height),
        number('weight', weight),
        { name: 'id', type: 'text', values: Array.from({ length: rows }, (_, row) => `p${row}`) },
      ],
      'people',
    ),
    anomalous,
  }
}

export const OPTIONS = { exclude: ['id'], categorical: ['zip'], ordinal: { size: ['S', 'M', 'L'] } } as const

/** The part of pairs of one row of each kind in which the anomalous one has the larger score; ties count half. */
export function areaUnderCurve(scores: ArrayLike<number>, anomalous: readonly boolean[]): number {
  const [odd, usual] = [true, false].map((kind) => Array.from(scores).filter((_, row) => anomalous[row] === kind))
  let above = 0
  for (const a of odd ?? []) for (const b of usual ?? []) above += a > b ? 1 : a === b ? 0.5 : 0
  return above / ((odd?.length ?? 0) * (usual?.length ?? 0))
}
