import { DiaboloError } from '../base/errors.js'
import { formatNpy } from '../data/formats/npy.js'
import type { Rows } from '../model/autoencoder.js'
import { exists, writeWhole } from '../node/files.js'
import { note, writeJson } from './output.js'

/** Refuses to write over a file that is there. */
export async function requireNew(path: string): Promise<void> {
  if (!(await exists(path))) return
  throw new DiaboloError('E_EXISTS', {
    at: path,
    expected: 'a file that is not there yet',
    found: 'one that is',
    hint: 'choose another --out, or remove the file if you no longer need it',
  })
}

/** Writes an array as .npy and says so. */
export async function writeArray(out: string, { shape, data }: Rows, json: boolean | undefined): Promise<void> {
  await writeWhole(out, formatNpy(shape, data))
  if (json) writeJson({ out, shape, dtype: 'float32' })
  else note(`${out}: float32 [${shape.join(', ')}]`)
}
