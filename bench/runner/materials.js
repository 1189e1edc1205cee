/** @import { Workload } from '../types.js' */
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** @typedef {typeof import('../../src/node.js')} Diabolo */

/**
 * Writes what every engine starts from into a fresh folder: the samples' bytes, the same samples with
 * their noise where the workload has any, the order in which they are visited, the starting weights, and the model that has them. Noise and weights are Diabolo's own for the workload's seed: the latter those of a fit that was
 * cancelled before its first step.
 *
 * The folder goes when this process ends.
 *
 * @param {Workload} workload
 * @param {string} build  the entry of the Diabolo build
 * @returns {Promise<{ folder: string, dataset: string }>}
 */
export async function writeMaterials(workload, build) {
  /** @type {Diabolo} */
  const diabolo = await import(pathToFileURL(build).href)
  const data = await images(diabolo, workload.rows)
  const { noise, recipe } = workload
  const untrained = await untrainedModel(diabolo, workload, diabolo.slice(data, 0, workload.batch))
  const parameters = Object.values(untrained.parameters)

  const folder = await mkdtemp(join(tmpdir(), 'diabolo-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const shapes = parameters.map(({ shape }) => shape)
  await writeFile(join(folder, 'workload.json'), JSON.stringify({ workload, shapes }))
  await writeFile(join(folder, 'data.u8'), data.values)
  await writeFile(join(folder, 'model.onnx'), untrained.toBytes())
  if (noise) {
    const noisy = diabolo.corrupt(data, noise, { seed: recipe.seed, stream: 'train' })
    await writeFile(join(folder, 'noisy.f32'), bytesOf(/** @type {Float32Array} */ (noisy.values)))
  }
  await writeFile(
    join(folder, 'order.i32'),
    Int32Array.from({ length: workload.rows }, (_, i) => i),
  )
  await writeFile(join(folder, 'parameters.f32'), Buffer.concat(parameters.map(({ data: values }) => bytesOf(values))))
  return { folder, dataset: data.name }
}

/**
 * @param {Diabolo} diabolo
 * @param {Workload} workload
 * @param {import('../../src/node.js').Dataset} samples
 */
const untrainedModel = (diabolo, { recipe: { name, options, seed } }, samples) =>
  diabolo[name](options).fit(samples, { seed, signal: AbortSignal.abort() })

/**
 * MNIST where it is at hand, drawn digits elsewhere.
 *
 * @param {Diabolo} diabolo
 * @param {number} rows
 */
async function images(diabolo, rows) {
  try {
    const { train, validation } = await diabolo.mnist({ download: false })
    if (train.rows >= rows) return diabolo.slice(train, 0, rows)
    const values = Buffer.concat([validation, train].map((part) => /** @type {Uint8Array} */ (part.values)))
    return diabolo.dataset(new Uint8Array(values), { name: train.name, shape: train.shape })
  } catch {
    // the built-in set needs no file
  }
  return diabolo.digits({ rows })
}

/** @param {Float32Array} values */
const bytesOf = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)
