import { DiaboloError } from '../base/errors.js'
import type { Picture } from '../data/images/picture.js'

/** As many as a PNG may have. */
const MOST_PIXELS = 2 ** 26

/**
 * The pixels of a JPEG or WebP image, turned as it says.
 *
 * @throws E_RUNTIME when the optional package `sharp` is missing; E_FORMAT when the file is damaged
 */
export async function decodeWithSharp(bytes: Uint8Array, at: string): Promise<Picture> {
  const { default: sharp } = await loadSharp(at)
  try {
    const image = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' }).rotate().toColourspace('srgb')
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    return { width, height, channels: channels as Picture['channels'], values: new Uint8Array(data) }
  } catch (cause) {
    throw new DiaboloError('E_FORMAT', {
      at,
      expected: `a whole image of at most ${MOST_PIXELS} pixels`,
      found: cause instanceof Error ? cause.message : String(cause),
      hint: 'copy or download the image again, or leave it out',
      cause,
    })
  }
}

async function loadSharp(at: string): Promise<typeof import('sharp')> {
  try {
    return await import('sharp')
  } catch (cause) {
    throw new DiaboloError('E_RUNTIME', {
      at,
      expected: 'the optional package sharp, which reads JPEG and WebP',
      found: 'none that loads on this machine',
      hint: 'run `npm install sharp`, or convert the images to PNG',
      cause,
    })
  }
}
