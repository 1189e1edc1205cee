import type { Range } from '../../ops/index.js'

/** Where element k of each of so many windows is, along an axis of the padded image. */
export const tapRange = (axis: number, k: number, windows: number, stride: number): Required<Range> => ({
  axis,
  from: k,
  to: k + (windows - 1) * stride + 1,
  step: stride,
})
