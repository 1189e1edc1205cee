/** How well class maps agree with true ones, over all pixels of all samples. */
export interface Segmentation {
  /** The part of the pixels whose class is right. */
  readonly pixelAccuracy: number
  /**
   * Of each class, the pixels that have it and are told to, as a part of those that have it or are told to: intersection over
   * union. Null where no pixel has it or is told to.
   */
  readonly iou: readonly (number | null)[]
  /** The mean of those that are there. */
  readonly meanIou: number
}

/** The most probable class of every pixel: [rows, height, width]. */
export interface ClassMaps {
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

/**
 * @param found   classes of pixels, from 0
 * @param wanted  as many
 */
export function compareClassMaps(found: ArrayLike<number>, wanted: ArrayLike<number>, classes: number): Segmentation {
  const [right, told, had] = [0, 1, 2].map(() => new Float64Array(classes)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  for (let i = 0; i < wanted.length; i++) {
    const [guess, truth] = [found[i] as number, wanted[i] as number]
    told[guess] = (told[guess] as number) + 1
    had[truth] = (had[truth] as number) + 1
    if (guess === truth) right[truth] = (right[truth] as number) + 1
  }
  const iou = Array.from(right, (both, k) => {
    const either = (told[k] as number) + (had[k] as number) - both
    return either === 0 ? null : both / either
  })
  const there = iou.filter((value) => value !== null)
  return {
    pixelAccuracy: right.reduce((sum, count) => sum + count, 0) / wanted.length,
    iou,
    meanIou: there.reduce((sum, value) => sum + value, 0) / there.length,
  }
}
