import { DiaboloError } from '../../base/errors.js'
import { type ByteSource, readWhole } from '../byte-source.js'
import { type Kind, kindOf } from '../formats/kind.js'
import { type RowStream, rowStream } from '../row-stream.js'
import { type Picture, resize, toChannels } from './picture.js'

export interface ImageOptions {
  /** Height and width that all images get; those of the first one when left out, and the others must have them too. */
  readonly size?: readonly [height: number, width: number]
  /** 1 for grey, 3 for colour; those of the first image when left out. */
  readonly channels?: 1 | 3
  /** Reads what this library cannot by itself: JPEG and WebP. In Node it is there when `sharp` is installed. */
  readonly decodeImage?: (bytes: Uint8Array, at: string) => Promise<Picture>
}

export interface ImageFile {
  /** Called when the image is needed: there may be more of them than files that can be open. */
  readonly open: () => Promise<ByteSource>
  /** Of its class. */
  readonly label?: string
}

const MOST_BYTES = 2 ** 26
/** Pixels along one side of what a model is given. */
const MOST_SIDE = 4096
const IMAGES: readonly Kind[] = ['png', 'jpeg', 'webp']

/**
 * Images as samples [height, width, channels] of bytes, decoded when they are needed. Classes are numbered in the order of
 * their names.
 *
 * @throws E_DATA when there are none; E_OPTION when the size cannot be one; E_FORMAT, E_TRUNCATED, E_UNSAFE as the first image is;
 * and when rows are read, E_SHAPE for an image of another size where none was given
 */
export async function imageStream(
  files: readonly ImageFile[],
  options: ImageOptions & { readonly name?: string } = {},
): Promise<RowStream> {
  const [first] = files
  if (!first)
    throw new DiaboloError('E_DATA', {
      at: 'images',
      expected: 'at least one',
      found: 'none',
      hint: 'give PNG, JPEG or WebP files',
    })
  requireSize(options.size)
  const example = await decodeImage(await first.open(), options)
  const [height, width] = options.size ?? [example.height, example.width]
  const channels = options.channels ?? (example.channels > 2 ? 3 : 1)
  requireSize([height, width])
  const names = [...new Set(files.map(({ label }) => label))].sort()
  const labelled = names.every((name) => name !== undefined) && names.length > 1
  const places = new Map(names.map((name, i) => [name, i]))
  return rowStream({
    name: options.name ?? `${files.length} images`,
    rows: files.length,
    shape: [height, width, channels],
    dtype: 'uint8',
    ...(labelled && { labels: Int32Array.from(files, ({ label }) => places.get(label) as number), classes: names }),
    async read(from, to) {
      const size = height * width * channels
      const values = new Uint8Array((to - from) * size)
      // one after the other: a decoded image can be far larger than the sample that becomes of it
      for (const [i, { open }] of files.slice(from, to).entries()) {
        const source = await open()
        const picture = await decodeImage(source, options)
        if (!options.size && (picture.height !== height || picture.width !== width))
          throw uneven(source.name, picture, height, width)
        values.set(toChannels(resize(picture, { width, height }), channels).values, i * size)
      }
      return values
    },
  })
}

async function decodeImage(source: ByteSource, { decodeImage: decode }: ImageOptions): Promise<Picture> {
  const { name: at } = source
  const kind = await kindOf(source)
  if (!IMAGES.includes(kind)) {
    throw new DiaboloError('E_FORMAT', {
      at,
      expected: 'a PNG, JPEG or WebP image',
      found: `a ${kind} file`,
      hint: 'leave it out',
    })
  }
  const bytes = await readWhole(source, MOST_BYTES)
  // the reader of PNG is needed only where there are some
  if (kind === 'png') return (await import('../formats/png.js')).decodePng(bytes, at)
  if (decode) return decode(bytes, at)
  throw new DiaboloError('E_RUNTIME', {
    at,
    expected: 'something that reads JPEG and WebP: decodeImage',
    found: 'nothing',
    hint: 'give { decodeImage }, or convert the images to PNG',
  })
}

function requireSize(size?: readonly number[]): void {
  if (!size || (size.length === 2 && size.every((side) => Number.isInteger(side) && side >= 1 && side <= MOST_SIDE)))
    return
  throw new DiaboloError('E_OPTION', {
    at: 'size of images',
    expected: `height and width, whole numbers from 1 to ${MOST_SIDE}`,
    found: size.join(' × '),
    hint: 'for example 64 × 64',
  })
}

const uneven = (at: string, { height, width }: Picture, rows: number, columns: number) =>
  new DiaboloError('E_SHAPE', {
    at,
    expected: `${rows} × ${columns} pixels, as in the first image`,
    found: `${height} × ${width}`,
    hint: 'give the size that all should have: --data photos:64x64, or { size: [64, 64] }',
  })
