import { kebab } from '../../base/kebab.js'
import type { Autoencoder } from '../../model/autoencoder.js'
import { estimator } from '../../model/estimator.js'
import type { Recipe } from '../../recipes/index.js'
import type { Classifying } from '../classification.js'
import { openSource } from '../sources.js'
import { type LedgerContext, timed } from './row.js'

/** What one model is found to be good for, and the seconds it took to train. */
export type Judged<T> = T & { readonly seconds: number }

/** Trains on MNIST with the first seed, and judges the model. */
export async function learnMnist<T extends object>(
  { runtime, seeds: [seed = 1], note }: LedgerContext,
  recipe: Recipe,
  options: Readonly<Record<string, unknown>>,
  judge: (model: Autoencoder, how: Classifying) => Promise<T>,
): Promise<Judged<T>> {
  const source = await openSource('mnist', seed)
  const { train, validation } = source
  const { value: model, seconds } = await timed(
    (): Promise<Autoencoder> =>
      estimator(recipe)(options).fit(train, { seed, runtime, ...(validation && { validation }) }),
  )
  note(`${recipe.name} ${JSON.stringify(options)}: ${seconds.toFixed(0)} s`)
  try {
    return { ...(await judge(model, { source, runtime, seed })), seconds }
  } finally {
    await model.close()
  }
}

/** What a model leaves of a test image. */
export const squaredError = async (model: Autoencoder, { source }: Classifying): Promise<{ perImage: number }> => {
  const { perImage } = await model.evaluate(source.test)
  return { perImage }
}

/** Options as they are typed: `--rbm-epochs 0`. */
export const flagsOf = (options: Readonly<Record<string, string | number | readonly number[]>>): string =>
  Object.entries(options)
    .map(([name, value]) => `--${kebab(name)} ${value}`)
    .join(' ')
