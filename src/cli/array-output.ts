import { writeArrayFile } from '../app/array-file.js'
import type { ArraySource } from '../app/array-formats.js'
import { note, writeJson } from './output.js'

/** What `--out` of such commands says. */
export const ARRAY_OUT = 'by its ending .npy, .csv, .parquet, or .tsv for the embedding projector'

/** Writes an array in the format that the name says, and says so. */
export async function writeArray(out: string, array: ArraySource, json: boolean | undefined): Promise<void> {
  const files = await writeArrayFile(out, array)
  const shape = [array.rows, ...array.shape]
  if (json) writeJson({ out, shape, dtype: 'float32', ...(files.length > 1 && { files }) })
  else for (const file of files) note(file === out ? `${out}: float32 [${shape.join(', ')}]` : `${file}: the classes`)
}
