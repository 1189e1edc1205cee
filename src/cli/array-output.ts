import { formatNpy } from '../data/formats/npy.js'
import type { Rows } from '../model/autoencoder.js'
import { writeWhole } from '../node/files.js'
import { note, writeJson } from './output.js'

/** Writes an array as .npy and says so. */
export async function writeArray(out: string, { shape, data }: Rows, json: boolean | undefined): Promise<void> {
  await writeWhole(out, formatNpy(shape, data))
  if (json) writeJson({ out, shape, dtype: 'float32' })
  else note(`${out}: float32 [${shape.join(', ')}]`)
}
