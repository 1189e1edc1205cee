/** What every workload on 28 × 28 images stored as bytes has in common. */
export const IMAGES = { width: 784, image: /** @type {const} */ ([28, 28]), scale: 1 / 255, batch: 100 }

/** Adam as everyone's papers and libraries have it. */
export const ADAM = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

/** Diabolo's options for a plain descent: the stored order is everyone's order, noise is drawn once for each sample. */
export const PLAIN = {
  optimizer: 'adam',
  learningRate: ADAM.learningRate,
  schedule: 'constant',
  warmup: 0,
  batchSize: IMAGES.batch,
  shuffle: false,
  fresh: false,
}
