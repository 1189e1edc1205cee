import { Draw, float32 } from '../../arrays.js'
import { type CasesOf, noteOf } from './case.js'

const draw = new Draw('softmax')

const cases = [
  ...[[1], [2], [5], [3, 4], [4, 1], [1, 6], [2, 3, 4], [2, 1, 3], [2, 3, 2, 2], [1, 1, 1, 5]].map((shape) =>
    draw.reals(...shape),
  ),
  float32([3, 2], [0, 0, -5, 5, 20, 20]),
].map((x) => ({ note: noteOf([x]), inputs: [x], attrs: { axis: -1 } }))

/** Where e^x alone would overflow, or vanish. */
const extreme = {
  note: 'far from 0',
  inputs: [float32([3, 3], [1000, 999, 998, -1000, -1001, -1002, 300, 0, -300])],
  attrs: { axis: 1 },
}

export const SOFTMAX: CasesOf<'Softmax' | 'LogSoftmax'> = {
  Softmax: [...cases, extreme],
  LogSoftmax: [...cases, extreme],
}
