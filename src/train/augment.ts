import { type Rng, rng } from '../base/random.js'
import type { Affine, ImageShape } from '../data/images/warp.js'
import { warp } from '../data/images/warp.js'
import type { AugmentationSpec } from '../nn/augmentation.js'

/** What decides how an image is moved, beside its own number. */
export interface Augmenting {
  readonly augmentation: AugmentationSpec
  readonly seed: number
  readonly phase: string
}

/** Values of rows, one after another, and the rows' numbers in the whole set. */
export type Alter = (values: Uint8Array | Float32Array, samples: ArrayLike<number>, epoch: number) => void

/**
 * Moves images in place. How depends on the seed, the phase, the epoch and the sample's number only, so it does not matter
 * in which order samples come, or where a resumed training begins.
 *
 * @param shape  of one sample: [height, width] or [height, width, channels]
 */
export function augmenter({ augmentation, seed, phase }: Augmenting, shape: readonly number[]): Alter {
  const [height = 1, width = 1, channels = 1] = shape
  const image: ImageShape = [height, width, channels]
  const size = height * width * channels
  return (values, samples, epoch) => {
    const before = values.slice(0, size)
    for (let i = 0; i < samples.length; i++) {
      const random = rng(seed, 'augment', phase, epoch, samples[i] as number)
      if (random.uniform() >= augmentation.part) continue
      before.set(values.subarray(i * size, (i + 1) * size))
      warp(before, values, { source: 0, target: i * size }, image, drawAffine(augmentation, random))
    }
  }
}

/** Rows that are altered at a time: so few that those who wait for something else do not notice. */
const AT_A_TIME = 512

/** Alters rows a few at a time, in between of which others come to their turn; ends early when the caller aborts. */
export async function alterAll(
  alter: Alter,
  values: Uint8Array | Float32Array,
  samples: Int32Array,
  {
    epoch,
    width,
    signal,
  }: { readonly epoch: number; readonly width: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (let from = 0; from < samples.length && !signal?.aborted; from += AT_A_TIME) {
    const to = Math.min(samples.length, from + AT_A_TIME)
    alter(values.subarray(from * width, to * width), samples.subarray(from, to), epoch)
    await new Promise((resolve) => setTimeout(resolve))
  }
}

/** Shear, then scale, then rotate: where a place of the moved image was before. */
function drawAffine({ rotation, stretch, shear, shift }: AugmentationSpec, random: Rng): Affine {
  const angle = rotation * random.normal()
  const [wide, high] = [Math.exp(stretch * random.normal()), Math.exp(stretch * random.normal())]
  const slant = shear * random.normal()
  const [x0, y0] = [shift * random.normal(), shift * random.normal()]
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return {
    xx: wide * (cos + slant * sin),
    xy: wide * (slant * cos - sin),
    yx: high * sin,
    yy: high * cos,
    x0,
    y0,
  }
}
