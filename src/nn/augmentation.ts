import { z } from 'zod'

const deviation = z.number().min(0).default(0)

/**
 * Images are moved a little before they are seen, anew in every epoch. All sizes are standard deviations of normal draws.
 */
export const augmentationSchema = z.strictObject({
  type: z.literal('affine'),
  /** Radians. */
  rotation: deviation,
  /** The logarithm of each side's scale. */
  stretch: deviation,
  /** By how many pixels a row is moved for each row that it is away from the middle. */
  shear: deviation,
  /** Pixels, down and across. */
  shift: deviation,
  /** Part of the samples that are moved; the others are seen as they are. */
  part: z.number().gt(0).max(1).default(1),
  /**
   * What is wanted back: the moved image, so that there are more images to learn; or the original, so that a code says what is
   * the same however an image is moved.
   */
  wanted: z.enum(['moved', 'original']).default('moved'),
})

export type AugmentationSpec = z.infer<typeof augmentationSchema>
export type AugmentationInput = z.input<typeof augmentationSchema>
