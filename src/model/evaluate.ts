import type { Dataset } from '../data/dataset.js'
import type { Runtime } from '../runtime/types.js'
import { Gauge, type Pairs } from '../train/measure.js'
import { requireClassMaps, requireSameRows } from '../train/validate.js'
import type { Artifact } from './artifact.js'
import type { Evaluation } from './faces.js'
import { type ClassMaps, compareClassMaps } from './segmentation.js'

/**
 * How well what a model makes of samples agrees with what it should.
 *
 * @param segment  what it tells of their pixels, where it tells classes of pixels
 * @throws E_DATA when input and target differ in rows, or the target lacks the class maps that the model tells
 */
export async function evaluatePairs(
  runtime: Runtime,
  { network, parameters }: Artifact,
  { input, target: wanted }: Pairs,
  segment: (input: Dataset) => Promise<ClassMaps>,
): Promise<Evaluation> {
  requireSameRows(input, wanted)
  const { pixels, columns, width } = network
  const truth = pixels && requireClassMaps(wanted, pixels.classes)
  const gauge = await Gauge.open(runtime, network, parameters, { input, target: truth ?? wanted })
  try {
    const { mse, ...more } = await gauge.measure()
    const values = columns?.length ?? (pixels ? pixels.count * pixels.classes : width)
    const segmentation = truth && {
      segmentation: compareClassMaps((await segment(input)).data, truth.values, pixels?.classes ?? 0),
    }
    return { mse, perImage: mse * values, ...more, ...segmentation, rows: input.rows }
  } finally {
    await gauge.close()
  }
}
