import { array, Draw, float32, shapesOf, text } from '../../arrays.js'
import { type Case, type CasesOf, noteOf, plain } from './case.js'

type Plain = Case<Record<never, never>>

/** Pairs of shapes that broadcast in every way there is: leading, inner, both at once, from a scalar. */
const PAIRS = [
  '[] []',
  '[5] [5]',
  '[2, 3] [2, 3]',
  '[3] [2, 3]',
  '[2, 3] [3]',
  '[2, 1] [1, 3]',
  '[] [2, 3]',
  '[2, 3] []',
  '[1] [4]',
  '[1, 1] [5]',
  '[4, 1, 3] [2, 1]',
  '[2, 3, 4] [3, 1]',
  '[1, 3, 1, 2] [2, 1, 4, 1]',
]

function pairs(key: string): Plain[] {
  const draw = new Draw(key)
  return plain(...PAIRS.map((pair) => shapesOf(pair).map((shape) => draw.reals(...shape))))
}

const integers = [array('int64', [2, 1], [3, -4]), array('int64', [3], [1, 2, -5])]

const ties = [float32([2, 3], [1, 2, 3, -1, 0, 5]), float32([3], [1, 3, 3])]

const tied: Plain = { note: `ties ${noteOf(ties)}`, inputs: ties, attrs: {}, kink: true }

const truths = [array('bool', [4], [0, 1, 0, 1]), array('bool', [4], [0, 0, 1, 1])]

/** The condition broadcasts like the other two. */
const TRIPLES = [
  '[] [] []',
  '[5] [5] [5]',
  '[2, 3] [2, 3] [2, 3]',
  '[2, 3] [] []',
  '[2, 3] [3] [2, 1]',
  '[] [2, 3] [2, 3]',
  '[3] [2, 3] []',
  '[2, 1] [3] [1, 3]',
  '[4, 2, 3] [2, 1] [3]',
  '[3] [4, 1, 3] [2, 1]',
  '[1, 1] [5] [1]',
]

function choices(): Plain[] {
  const draw = new Draw('Where')
  const rows = TRIPLES.map((triple) => {
    const [condition = [], ...values] = shapesOf(triple)
    return [draw.whole('bool', 2, ...condition), ...values.map((shape) => draw.reals(...shape))]
  })
  return plain(...rows, [array('bool', [2], [1, 0]), array('int64', [2], [1, 2]), array('int64', [], [7])])
}

const doubles = [array('float64', [2, 1], [0.1, 1e300]), array('float64', [3], [0.1, 0.2, 1e300])]

const texts = [
  [text([3, 1], ['red', '', 'blue']), text([1, 3], ['red', 'green', 'blue'])],
  [text([2], ['Zürich', 'a b']), text([2], ['Zurich', 'a b'])],
]

function gaps(): Plain[] {
  const draw = new Draw('IsNaN')
  const shapes = [[], [1], [5], [2, 3], [3, 1], [2, 1, 3], [2, 3, 2, 2]]
  const holed = shapes.map((shape) => {
    const x = draw.reals(...shape)
    return { ...x, data: x.data.map((value, i) => (i % 2 === 0 ? Number.NaN : value)) }
  })
  return plain(
    ...holed.map((x) => [x]),
    [draw.reals(4)],
    [float32([3], [Number.POSITIVE_INFINITY, Number.NaN, 0])],
    [array('float64', [3], [1e300, Number.NaN, -1e300])],
  )
}

export const BINARY: CasesOf<
  'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min' | 'Greater' | 'Less' | 'Equal' | 'IsNaN' | 'Where'
> = {
  Add: [...pairs('Add'), ...plain(integers)],
  Sub: [...pairs('Sub'), ...plain(integers)],
  Mul: [...pairs('Mul'), ...plain(integers)],
  Div: pairs('Div'),
  Max: [...pairs('Max'), ...plain(integers), tied],
  Min: [...pairs('Min'), ...plain(integers), tied],
  Greater: [
    ...pairs('Greater'),
    ...plain(integers, doubles),
    { note: `ties ${noteOf(ties)}`, inputs: ties, attrs: {} },
  ],
  Less: [...pairs('Less'), ...plain(integers, doubles), { note: `ties ${noteOf(ties)}`, inputs: ties, attrs: {} }],
  Equal: [
    ...pairs('Equal'),
    ...plain(integers, truths, ...texts),
    { note: `ties ${noteOf(ties)}`, inputs: ties, attrs: {} },
  ],
  IsNaN: gaps(),
  Where: choices(),
}
