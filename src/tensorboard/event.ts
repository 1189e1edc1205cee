import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Histogram } from './histogram.js'
import { encodeRecord } from './record.js'

/** A picture in a PNG file. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** 1 (grey) or 3 (RGB). */
  readonly channels: number
  readonly png: Uint8Array
}

export type Summary = { readonly tag: string } & (
  | { readonly scalar: number }
  | { readonly picture: Picture }
  | { readonly histogram: Histogram }
)

/** What a line of an event file says: which format this is, that a process (again) begins, or what was seen at a step. */
export type Content = { readonly version: true } | { readonly start: true } | { readonly summaries: readonly Summary[] }

/**
 * A record of an event file. `start` at a step makes readers forget what they were told of that step and of later ones: a
 * process that goes on from a checkpoint says those again.
 *
 * The numbers of the fields are those of TensorFlow's `event.proto` and `summary.proto`.
 *
 * @param time  seconds since 1970
 */
export function encodeEvent(content: Content, step: number, time: number): Uint8Array {
  const event = new BinaryWriter()
  event.tag(1, WireType.Bit64).double(time)
  event.tag(2, WireType.Varint).int64(step)
  if ('version' in content) event.tag(3, WireType.LengthDelimited).string('brain.Event:2')
  if ('summaries' in content) {
    event.tag(5, WireType.LengthDelimited).fork()
    for (const summary of content.summaries) writeSummary(event, summary)
    event.join()
  }
  // status 1 is START
  if ('start' in content) event.tag(7, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(1).join()
  return encodeRecord(event.finish())
}

function writeSummary(writer: BinaryWriter, summary: Summary): void {
  writer.tag(1, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).string(summary.tag)
  if ('scalar' in summary) writer.tag(2, WireType.Bit32).float(summary.scalar)
  if ('picture' in summary) writePicture(writer, summary.picture)
  if ('histogram' in summary) writeHistogram(writer, summary.histogram)
  writer.join()
}

function writePicture(writer: BinaryWriter, { width, height, channels, png }: Picture): void {
  writer.tag(4, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.Varint).int32(height)
  writer.tag(2, WireType.Varint).int32(width)
  writer.tag(3, WireType.Varint).int32(channels)
  writer.tag(4, WireType.LengthDelimited).bytes(png)
  writer.join()
}

function writeHistogram(writer: BinaryWriter, histogram: Histogram): void {
  const { min, max, counts, limits, sum, sumOfSquares } = histogram
  const count = counts.reduce((total, each) => total + each, 0)
  writer.tag(5, WireType.LengthDelimited).fork()
  for (const [i, value] of [min, max, count, sum, sumOfSquares].entries())
    writer.tag(i + 1, WireType.Bit64).double(value)
  for (const [field, values] of [[6, limits] as const, [7, counts] as const]) {
    writer.tag(field, WireType.LengthDelimited).fork()
    for (const value of values) writer.double(value)
    writer.join()
  }
  writer.join()
}
