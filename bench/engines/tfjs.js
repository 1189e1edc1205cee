import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { batchOf, serve, trainInSteps } from './protocol.js'

/** TensorFlow.js in plain Node: its WebAssembly or its JavaScript backend, autograd and its own Adam. */
await serve(async (materials, { backend = 'wasm' }) => {
  const tf = await import('@tensorflow/tfjs')
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/'))
  }
  await tf.setBackend(backend)
  await tf.ready()

  const { batch, width, adam } = materials.workload
  const variables = materials.parameters.map(({ shape, values }) =>
    tf.variable(tf.tensor(values, /** @type {[number]} */ (shape))),
  )
  /** @type {import('@tensorflow/tfjs').Optimizer} */
  let optimizer
  /** @param {import('@tensorflow/tfjs').Tensor2D} x */
  const lossOf = (x) => {
    /** @type {import('@tensorflow/tfjs').Tensor} */
    let y = x
    for (let i = 0; i < variables.length; i += 2) {
      y = tf.sigmoid(
        tf.add(tf.matMul(y, /** @type {typeof y} */ (variables[i])), /** @type {typeof y} */ (variables[i + 1])),
      )
    }
    return /** @type {import('@tensorflow/tfjs').Scalar} */ (tf.mean(tf.squaredDifference(y, x)))
  }
  /** @param {number} step */
  const load = (step) => tf.tensor2d(batchOf(materials, step), [batch, width])

  return {
    version: tf.version.tfjs,
    train: trainInSteps({
      reset() {
        variables.forEach((variable, i) => {
          const { shape, values } = /** @type {(typeof materials.parameters)[number]} */ (materials.parameters[i])
          tf.tidy(() => variable.assign(tf.tensor(values, /** @type {[number]} */ (shape))))
        })
        optimizer?.dispose()
        optimizer = tf.train.adam(adam.learningRate, adam.beta1, adam.beta2, adam.epsilon)
      },
      async advance(from, count) {
        const losses = Array.from({ length: count }, (_, i) =>
          tf.tidy(() => {
            const x = load(from + i)
            return /** @type {import('@tensorflow/tfjs').Scalar} */ (optimizer.minimize(() => lossOf(x), true))
          }),
        )
        let sum = 0
        for (const loss of losses) {
          sum += (await loss.data())[0] ?? 0
          loss.dispose()
        }
        return sum
      },
      finalLoss: async () => tf.tidy(() => lossOf(load(0)).dataSync()[0] ?? 0),
    }),
  }
})
