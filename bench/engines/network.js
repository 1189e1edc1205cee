/** @import { Layer, Workload } from '../types.js' */

/**
 * What the workload's network asks of a library; T is its array.
 *
 * @template T
 * @typedef {object} Operations
 * @property {(x: T) => T} images  [batch, values] as one image of one channel each, axes in the library's own order
 * @property {(x: T) => T} rows  the reverse
 * @property {(x: T, weight: T, bias: T, tied: boolean) => T} dense  x w + b, or x wᵀ + b where tied
 * @property {(x: T, weight: T, bias: T) => T} conv  'same' padding
 * @property {(x: T) => T} pool  2 × 2 maxima, a last odd row by itself
 * @property {(x: T, size: readonly [number, number]) => T} resize  output pixel i is input pixel ⌊i · from / to⌋
 * @property {(x: T) => T} sigmoid
 * @property {(x: T) => T} relu
 * @property {(y: T, t: T) => T} mse  mean over all values
 * @property {(z: T, t: T) => T} crossEntropy  the same, of logits z
 */

/**
 * The loss of a batch, both [batch, values].
 *
 * @template T
 * @param {Operations<T>} ops
 * @param {Workload} workload
 * @param {readonly T[]} parameters  of each layer in turn, weight before bias
 * @param {T} noisy
 * @param {T} clean
 */
export function lossOf(ops, { layers, loss }, parameters, noisy, clean) {
  const maps = layers[0]?.type === 'conv'
  const out = run(ops, layers, parameters, maps ? ops.images(noisy) : noisy)
  const logits = maps ? ops.rows(out) : out
  return loss === 'crossEntropy' ? ops.crossEntropy(logits, clean) : ops.mse(ops.sigmoid(logits), clean)
}

/**
 * The layers one after another.
 *
 * @template T
 * @param {Operations<T>} ops
 * @param {readonly Layer[]} layers
 * @param {readonly T[]} parameters
 * @param {T} x
 */
export function run(ops, layers, parameters, x) {
  const given = parameters.values()
  const next = () => /** @type {T} */ (given.next().value)
  /** @type {T[]} */
  const weights = []
  return layers.reduce((y, layer) => activate(ops, layer, apply(ops, layer, y, weights, next)), x)
}

/**
 * @template T
 * @param {Operations<T>} ops
 * @param {Layer} layer
 * @param {T} x
 * @param {T[]} weights  of the dense layers so far
 * @param {() => T} next  the next parameter
 */
function apply(ops, layer, x, weights, next) {
  switch (layer.type) {
    case 'dense': {
      const weight = layer.tied === undefined ? next() : /** @type {T} */ (weights[layer.tied])
      weights.push(weight)
      return ops.dense(x, weight, next(), layer.tied !== undefined)
    }
    case 'conv':
      return ops.conv(x, next(), next())
    case 'pool':
      return ops.pool(x)
    case 'resize':
      return ops.resize(x, layer.size)
  }
}

/**
 * @template T
 * @param {Operations<T>} ops
 * @param {Layer} layer
 * @param {T} x
 */
function activate(ops, layer, x) {
  if (!('activation' in layer) || layer.activation === 'linear') return x
  return ops[layer.activation](x)
}
