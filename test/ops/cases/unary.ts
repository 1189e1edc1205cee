import type { Array64 } from '../../../src/graph/types.js'
import { Draw, float32 } from '../../arrays.js'
import { type Case, type CasesOf, plain } from './case.js'

type Plain = Case<Record<never, never>>

/** Many shapes of numbers in [low, high). */
function shapes(key: string, low: number, high: number): Array64[] {
  const draw = new Draw(key)
  const all = [[], [1], [5], [6, 1], [1, 6], [3, 4], [2, 1, 3], [2, 3, 4], [2, 3, 2, 2], [1, 1, 1, 1, 2]]
  return all.map((shape) => draw.within(low, high, ...shape))
}

const everywhere = (key: string, low: number, high: number, ...extra: Array64[]): Plain[] =>
  plain(...[...shapes(key, low, high), ...extra].map((x) => [x]))

/** For functions with a kink at 0: both sides of it in many shapes, and the kink itself. */
function aroundZero(key: string): Plain[] {
  const draw = new Draw(key)
  const all = [[], [1], [5], [6, 1], [3, 4], [2, 1, 3], [2, 3, 4], [2, 3, 2, 2]]
  return [
    ...plain(...all.map((shape) => [draw.reals(...shape)])),
    ...plain([draw.within(0.1, 9, 2, 5)], [draw.within(-9, -0.1, 2, 5)], [float32([4], [-1e-3, 1e-3, -40, 40])]),
    { note: 'at 0', inputs: [float32([3], [0, -0, 1])], attrs: {}, kink: true },
  ]
}

const wide = float32([7], [-20, -8, -3, 0, 0.5, 8, 20])

export const UNARY: CasesOf<
  | 'Neg'
  | 'Abs'
  | 'Sign'
  | 'Floor'
  | 'Sqrt'
  | 'Exp'
  | 'Log'
  | 'Sinh'
  | 'Asinh'
  | 'Tanh'
  | 'Sigmoid'
  | 'Softplus'
  | 'Relu'
  | 'Elu'
> = {
  Neg: everywhere('Neg', -3, 3, wide),
  Abs: aroundZero('Abs'),
  Sign: aroundZero('Sign'),
  Floor: everywhere('Floor', -3, 3, float32([6], [-2, -1.5, -0.25, 0, 0.75, 2])),
  Sqrt: everywhere('Sqrt', 0.05, 4, float32([4], [0.05, 1, 100, 1e4])),
  Exp: everywhere('Exp', -3, 3, float32([4], [-20, -1, 0, 5])),
  Log: everywhere('Log', 0.05, 4, float32([4], [0.05, 1, 100, 1e4])),
  Sinh: everywhere('Sinh', -3, 3, float32([4], [-8, -1e-3, 0, 5])),
  Asinh: everywhere('Asinh', -3, 3, float32([6], [-1e4, -20, -1e-3, 0, 5, 1e3])),
  Tanh: everywhere('Tanh', -2, 2, wide),
  Sigmoid: everywhere('Sigmoid', -3, 3, wide),
  Softplus: everywhere('Softplus', -3, 3, wide),
  Relu: aroundZero('Relu'),
  Elu: aroundZero('Elu'),
}
