import { DiaboloError } from '../base/errors.js'
import type { Autoencoder } from '../model/autoencoder.js'
import { EXPORTS, type ExportName } from '../model/export.js'
import type { TrainingExport } from '../model/training-export.js'
import { requireNew, writeWhole } from '../node/files.js'
import { openTrainedRows } from './sources.js'

export { EXPORTS, type ExportName }

export const EXPORT_FORMATS = ['onnx', 'safetensors'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface ExportRequest extends TrainingExport {
  readonly what: ExportName
  readonly format: ExportFormat
  /** The file to write; by default what it holds, with the ending of the format. */
  readonly out?: string
  /** Of training: the data that the model was trained on, by name or path, to go along. */
  readonly data?: string
}

export interface ExportedFile {
  readonly path: string
  readonly bytes: number
}

/**
 * Writes a model, a part of it, or its training, for use elsewhere. Training is two files: the graph, and beside it, as
 * `.safetensors`, what that is fed with.
 *
 * @throws E_EXISTS when there is such a file; E_OPTION when what is asked for does not go together
 */
export async function exportFiles(model: Autoencoder, request: ExportRequest): Promise<readonly ExportedFile[]> {
  const { what, format, out = defaultName(request), phase, from, data } = request
  const isTraining = what === 'training' && format === 'onnx'
  for (const [flag, value] of Object.entries({ phase, from, data }))
    if (value !== undefined && !isTraining) throw onlyForTraining(request, `--${flag}`)
  const training = { ...(phase !== undefined && { phase }), ...(from && { from }) }
  const files: [string, () => Uint8Array | Promise<Uint8Array>][] =
    format === 'safetensors' ? [[out, () => weightsOf(model, what)]] : [[out, () => model.export(what, training)]]
  if (isTraining) {
    const feeds = async () => model.exportFeeds(training, data === undefined ? undefined : await trainedOn(model, data))
    files.push([`${out.replace(/\.onnx$/, '')}.safetensors`, feeds])
  }
  for (const [path] of files) await requireNew(path)
  const written: ExportedFile[] = []
  for (const [path, make] of files) {
    const bytes = await make()
    await writeWhole(path, bytes)
    written.push({ path, bytes: bytes.byteLength })
  }
  return written
}

const defaultName = ({ what, format }: ExportRequest) =>
  format === 'safetensors' ? 'weights.safetensors' : `${what}.onnx`

/** The rows that "diabolo train" trains on, of which it sets some aside by the seed. */
const trainedOn = (model: Autoencoder, data: string) => openTrainedRows(model, data, model.provenance.seed)

function weightsOf(model: Autoencoder, what: ExportName): Uint8Array {
  if (what === 'autoencoder') return model.exportWeights()
  throw new DiaboloError('E_OPTION', {
    at: '--what with --format safetensors',
    expected: 'autoencoder: the file holds the weights of encoder and decoder',
    found: what,
    hint: 'leave --what out; names begin with "encoder." and "decoder."',
  })
}

const onlyForTraining = ({ what, format }: ExportRequest, flag: string) =>
  new DiaboloError('E_OPTION', {
    at: flag,
    expected: '--what training beside it',
    found: `--what ${what} --format ${format}`,
    hint: `leave ${flag} out`,
  })
