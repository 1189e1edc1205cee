import { DiaboloError } from '../../base/errors.js'
import { showShape } from '../../base/shape.js'
import { type ByteSource, headOf } from '../byte-source.js'
import type { Layout } from './layout.js'
import { isNpy, NPY_HEAD, npyLayout } from './npy.js'
import { openEntry, zipEntries } from './zip.js'

/** One array of an archive: where its values lie. */
export interface NpzArray {
  readonly name: string
  readonly source: ByteSource
  readonly layout: Layout
}

/** What samples are called where nobody says otherwise, and what labels are. */
const SAMPLES = ['X', 'x', 'data']
const LABELS = ['y', 'Y', 'labels', 'label']

/**
 * The samples of numpy's archive of arrays, and their labels.
 *
 * Samples are the array of that name; else `X`, `x` or `data`; else the only one with rows and columns. Labels are `y`, else
 * `labels` or `label`, where it is a list of whole numbers as long as the samples.
 *
 * @throws E_UNKNOWN when there is no array of that name; E_OPTION when nobody said which, and more than one could be meant
 */
export async function openNpz(source: ByteSource, wanted?: string): Promise<{ samples: NpzArray; labels?: NpzArray }> {
  const arrays: NpzArray[] = []
  const others: string[] = []
  for (const entry of await zipEntries(source)) {
    if (!entry.name.endsWith('.npy')) continue
    const name = entry.name.slice(0, -4)
    // an array that is not asked for may be of a type that cannot be read: text, objects
    if (wanted !== undefined && name !== wanted && !LABELS.includes(name)) {
      others.push(name)
      continue
    }
    const opened = await openEntry(source, entry)
    const head = await headOf(opened, NPY_HEAD)
    if (wanted === undefined && isNpy(head) && !SAMPLES.includes(name) && !isNumeric(head)) continue
    arrays.push({ name, source: opened, layout: npyLayout(head, opened.size, opened.name) })
  }
  const samples = choose(arrays, source.name, others, wanted)
  const fits = ({ layout: { shape } }: NpzArray) =>
    shape[0] === samples.layout.shape[0] && shape.slice(1).every((dim) => dim === 1)
  const [labels] = LABELS.flatMap((label) => arrays.filter((array) => array.name === label && fits(array)))
  return { samples, ...(labels && labels !== samples && { labels }) }
}

const isNumeric = (head: Uint8Array) =>
  /'descr'\s*:\s*'[<>|=][fiub]\d'/.test(new TextDecoder('latin1').decode(head.subarray(0, 256)))

/** @param others  names of arrays that were not opened */
function choose(arrays: readonly NpzArray[], at: string, others: readonly string[], wanted?: string): NpzArray {
  const named = (names: readonly string[]) => arrays.find(({ name }) => names.includes(name))
  const wide = arrays.filter(({ layout }) => layout.shape.length >= 2)
  const found =
    wanted === undefined
      ? (named(SAMPLES) ?? (wide.length === 1 ? wide[0] : arrays.length === 1 ? arrays[0] : undefined))
      : named([wanted])
  if (found) return found
  const listed = [...arrays.map(({ name, layout }) => `${name} ${showShape(layout.shape)}`), ...others].join(', ')
  throw new DiaboloError(wanted === undefined ? 'E_OPTION' : 'E_UNKNOWN', {
    at,
    expected:
      wanted === undefined ? 'an array called X, or only one with rows and columns' : `an array called "${wanted}"`,
    found: listed === '' ? 'no array of numbers' : listed,
    hint:
      listed === ''
        ? 'save the samples with numpy.savez(path, X=array)'
        : `name the array, for example ${at}:${arrays[0]?.name ?? others[0]}`,
  })
}
