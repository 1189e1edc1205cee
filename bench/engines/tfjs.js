/** @import { Operations } from './network.js' */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { lossOf, run } from './network.js'
import { batchOf, codeWidth, encodeInPasses, scaledRuns, serve, trainInSteps } from './protocol.js'

/** @typedef {import('@tensorflow/tfjs')} TensorFlow */
/** @typedef {import('@tensorflow/tfjs').Tensor} Tensor */

const ROWS_PER_RUN = 1000

/** TensorFlow.js in plain Node: its WebAssembly or its JavaScript backend, autograd and its own Adam. */
await serve(async (materials, { backend = 'wasm' }) => {
  const tf = await import('@tensorflow/tfjs')
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/'))
  }
  await tf.setBackend(backend)
  await tf.ready()

  const { workload } = materials
  const { batch, width, adam } = workload
  const ops = operations(tf, workload.image)
  const initial = materials.parameters.map(({ shape, values }) => {
    const tensor = tf.tensor(values, /** @type {[number]} */ (shape))
    return shape.length === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor
  })
  const variables = initial.map((tensor) => tf.variable(tensor))
  /** @type {import('@tensorflow/tfjs').Optimizer} */
  let optimizer
  /** @param {number} step */
  const loss = (step) => {
    const [noisy, clean] = load(step)
    return /** @type {import('@tensorflow/tfjs').Scalar} */ (lossOf(ops, workload, variables, noisy, clean))
  }
  /** @param {number} step @returns {[Tensor, Tensor]} */
  const load = (step) => {
    const { noisy, clean } = batchOf(materials, step)
    const target = tf.tensor2d(clean, [batch, width])
    return [noisy === clean ? target : tf.tensor2d(noisy, [batch, width]), target]
  }

  return {
    version: tf.version.tfjs,
    train: trainInSteps({
      reset() {
        for (const [i, variable] of variables.entries()) variable.assign(/** @type {Tensor} */ (initial[i]))
        optimizer?.dispose()
        optimizer = tf.train.adam(adam.learningRate, adam.beta1, adam.beta2, adam.epsilon)
      },
      async advance(from, count) {
        const losses = Array.from({ length: count }, (_, i) =>
          tf.tidy(() => {
            return /** @type {Tensor} */ (optimizer.minimize(() => loss(from + i), true))
          }),
        )
        let sum = 0
        for (const value of losses) {
          sum += (await value.data())[0] ?? 0
          value.dispose()
        }
        return sum
      },
      finalLoss: async () => tf.tidy(() => loss(0).dataSync()[0] ?? 0),
    }),
    encode: encodeInPasses(async () => {
      const codes = new Float32Array(workload.rows * codeWidth(workload))
      for (const { at, values } of scaledRuns(materials, ROWS_PER_RUN)) {
        const x = tf.tensor2d(values, [values.length / width, width])
        const code = tf.tidy(() => run(ops, workload.layers, variables, /** @type {Tensor} */ (x)))
        codes.set(await code.data(), at * codeWidth(workload))
        tf.dispose([x, code])
      }
      return codes
    }),
  }
})

/**
 * @param {TensorFlow} tf
 * @param {readonly [number, number]} image
 * @returns {Operations<Tensor>}
 */
function operations(tf, [height, width]) {
  const maps = (/** @type {Tensor} */ x) => /** @type {import('@tensorflow/tfjs').Tensor4D} */ (x)
  const rows = (/** @type {Tensor} */ x) => /** @type {import('@tensorflow/tfjs').Tensor2D} */ (x)
  // the WebAssembly backend has no gradient of a convolution's weight, and one of its input that is eight times slower
  const conv = tf.customGrad((x, weight, save) => {
    const images = maps(/** @type {Tensor} */ (x))
    const filters = maps(/** @type {Tensor} */ (weight))
    const keep = /** @type {import('@tensorflow/tfjs').GradSaveFunc} */ (save)
    keep([images, filters])
    return { value: tf.conv2d(images, filters, 1, 'same'), gradFunc: convolutionGradients }
  })
  /**
   * dx = dy ∗ w turned round, inputs and filters exchanged; dw = x ∗ dy, channels and samples exchanged.
   *
   * @param {Tensor} dy
   * @param {Tensor[]} saved
   */
  function convolutionGradients(dy, saved) {
    const [x, weight] = /** @type {[Tensor, Tensor]} */ (saved)
    const half = ((weight.shape[0] ?? 1) - 1) / 2
    const turned = tf.transpose(tf.reverse(weight, [0, 1]), [0, 1, 3, 2])
    const around = tf.pad(
      x,
      [0, half, half, 0].map((pixels) => /** @type {[number, number]} */ ([pixels, pixels])),
    )
    const dw = tf.conv2d(maps(tf.transpose(around, [3, 1, 2, 0])), maps(tf.transpose(dy, [1, 2, 0, 3])), 1, 'valid')
    return [tf.conv2d(maps(dy), maps(turned), 1, 'same'), tf.transpose(dw, [1, 2, 0, 3])]
  }
  return {
    images: (x) => tf.reshape(x, [-1, height, width, 1]),
    rows: (x) => tf.reshape(x, [-1, height * width]),
    dense: (x, weight, bias, tied) => tf.add(tf.matMul(rows(x), rows(weight), false, tied), bias),
    conv: (x, weight, bias) => tf.add(conv(x, weight), bias),
    pool: (x) => tf.maxPool(maps(x), 2, 2, 'same'),
    resize: (x, size) => tf.image.resizeNearestNeighbor(maps(x), [...size]),
    sigmoid: (x) => tf.sigmoid(x),
    relu: (x) => tf.relu(x),
    mse: (y, t) => tf.mean(tf.squaredDifference(y, t)),
    crossEntropy: (z, t) => tf.mean(tf.sub(tf.softplus(z), tf.mul(t, z))),
  }
}
