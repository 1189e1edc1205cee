import { buildNetwork } from '../compile/network.js'
import type { Dataset } from '../data/dataset.js'
import type { RowStream } from '../data/row-stream.js'
import { type ClassOptions, withClasses } from '../recipes/classes.js'
import { requireLabels } from '../train/validate.js'
import type { Autoencoder } from './autoencoder.js'
import { type FittingOptions, fitNetwork, splitOptions } from './estimator.js'
import { samplesOf } from './training-data.js'

/**
 * Teaches a model classes: a head is put on its code, and both learn from samples with labels, beginning with what the model
 * knows. The decoder is left as it is, and where the encoder learns it no longer fits it.
 *
 * @param data     with a label for each sample, from 0
 * @param options  how to learn; `frozen` layers of the encoder stay as they are, and with all of them this is a linear probe:
 *                 softmax regression on codes
 * @returns        another model, whose file also gives `probabilities` and `label`
 * @throws E_DATA when a sample has no label; E_OPTION naming the first option that is wrong; and what `fit` throws
 * @see Vincent et al. (2010)
 */
export async function fineTune(
  model: Autoencoder,
  data: Dataset | RowStream,
  options: ClassOptions & FittingOptions = {},
): Promise<Autoencoder> {
  const { fit, more } = splitOptions(options)
  const samples = await samplesOf(data, fit, model.spec)
  const classes = classesIn(data)
  const network = buildNetwork(withClasses(model.spec, classes, more))
  const { head } = model.spec
  const known = Object.entries(model.parameters).filter(
    ([name]) => head?.classes === classes || !name.startsWith('head.'),
  )
  return fitNetwork(network, samples, fit, { phase: model.spec.phases.length, parameters: Object.fromEntries(known) })
}

/**
 * How many classes there are: as many as have names, or one more than the largest label.
 *
 * @throws E_DATA when samples have no labels
 */
export function classesIn(data: Dataset | RowStream): number {
  requireLabels(data, Number.POSITIVE_INFINITY)
  let classes = Math.max(2, data.classes?.length ?? 0)
  for (const label of data.labels ?? []) classes = Math.max(classes, label + 1)
  return classes
}
