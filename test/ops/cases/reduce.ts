import { Draw, shapesOf } from '../../arrays.js'
import { type AttrsOf, type Case, type CasesOf, noteOf } from './case.js'

type Attrs = AttrsOf<'ReduceSum'>

/** Shape, then axes. */
const FORMS = [
  '[] []',
  '[5] [0]',
  '[1] [-1]',
  '[3, 4] [0]',
  '[3, 4] [1]',
  '[3, 4] [0, 1]',
  '[3, 4] [-2]',
  '[2, 3, 4] [1]',
  '[2, 3, 4] [0, 2]',
  '[2, 3, 4] [-1, 0]',
  '[2, 1, 3] [0, 1, 2]',
  '[2, 3, 1, 2] [3, 1]',
]

function reductions(key: string): Case<Attrs>[] {
  const draw = new Draw(key)
  return FORMS.flatMap((form) =>
    [0, 1].map((keepdims) => {
      const [shape = [], axes = []] = shapesOf(form)
      const inputs = [draw.reals(...shape)]
      return { note: `${noteOf(inputs)} over [${axes}], keepdims ${keepdims}`, inputs, attrs: { axes, keepdims } }
    }),
  )
}

export const REDUCE: CasesOf<'ReduceSum' | 'ReduceMean' | 'ReduceSumSquare'> = {
  ReduceSum: reductions('ReduceSum'),
  ReduceMean: reductions('ReduceMean'),
  ReduceSumSquare: reductions('ReduceSumSquare'),
}
