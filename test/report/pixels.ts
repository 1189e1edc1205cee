import { convertIndexedToRgb, decode } from 'fast-png'
import { findAll, parseXml, type XmlElement } from './xml.js'

export interface Pixels {
  /** The `<image>` that shows them. */
  readonly element: XmlElement
  readonly width: number
  readonly height: number
  /** Red, green, blue (or grey), then alpha: the bytes of the pixel in column x, row y. */
  readonly at: (x: number, y: number) => number[]
}

/** The only picture embedded in a figure, decoded. */
export function readPixels(svg: string): Pixels {
  const images = findAll(parseXml(svg), 'image')
  const [element] = images
  if (!element || images.length > 1) throw new Error(`${images.length} images in the figure`)
  const base64 = element.attributes.href?.replace('data:image/png;base64,', '') ?? ''
  const png = decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)))
  const channels = png.palette ? (png.palette[0]?.length ?? 0) : png.channels
  const data = png.palette ? convertIndexedToRgb(png) : png.data
  const at = (x: number, y: number) => {
    const start = (y * png.width + x) * channels
    return [...data.subarray(start, start + channels)]
  }
  return { element, width: png.width, height: png.height, at }
}
