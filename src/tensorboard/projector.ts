import { type Pictures, tilePictures } from './pictures.js'

/** Points for TensorBoard's projector, with what is known of each. */
export interface Projection {
  readonly name: string
  /** float32 [points, values] */
  readonly points: Float32Array
  readonly count: number
  /** A class for each, by number or name. */
  readonly labels?: readonly (number | string)[] | undefined
  /** A picture for each. */
  readonly pictures?: Pictures | undefined
}

/** Widest picture that the projector takes. */
const MOST_PIXELS = 8192

/** The projector's files, by name. */
export function projectorFiles({
  name,
  points,
  count,
  labels,
  pictures,
}: Projection): Record<string, string | Uint8Array> {
  const width = points.length / count
  const lines = Array.from({ length: count }, (_, i) => [...points.subarray(i * width, (i + 1) * width)].join('\t'))
  const columns = Math.ceil(Math.sqrt(count))
  const [high = 0, wide = 0] = pictures?.shape ?? []
  const sprite = pictures && columns * Math.max(high, wide) <= MOST_PIXELS ? tilePictures(pictures, columns) : undefined
  const config = [
    'embeddings {',
    `  tensor_name: ${JSON.stringify(name)}`,
    '  tensor_path: "tensors.tsv"',
    ...(labels ? ['  metadata_path: "metadata.tsv"'] : []),
    ...(sprite ? ['  sprite {', '    image_path: "sprite.png"', ...dimensions(wide, high), '  }'] : []),
    '}',
  ]
  return {
    'tensors.tsv': `${lines.join('\n')}\n`,
    // a single column has no head
    ...(labels && { 'metadata.tsv': `${labels.map(String).map(oneLine).join('\n')}\n` }),
    ...(sprite && { 'sprite.png': sprite.png }),
    'projector_config.pbtxt': `${config.join('\n')}\n`,
  }
}

const dimensions = (...of: readonly number[]) => of.map((length) => `    single_image_dim: ${length}`)

const oneLine = (text: string): string => text.replace(/[\t\r\n]+/g, ' ')
