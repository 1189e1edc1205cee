/** @import { Layer } from '../types.js' */

/**
 * Floating-point operations of one training step's matrix products: each layer with weights multiplies three times, for
 * its output, its weight's gradient and its input's gradient, which the first layer does not need. A convolution counts as
 * the product of its im2col shape, over the image that it is given, as large as the network's text has it.
 *
 * @param {readonly Layer[]} layers
 * @param {{ readonly width: number, readonly image: readonly [number, number], readonly batch: number }} input
 * @returns {{ perStep: number, formula: string }}
 */
export function stepFlops(layers, { width, image, batch }) {
  const products = productsOf(layers, width, image)
  const terms = products.map(({ rows, depth, columns }, i) => ({
    times: i === 0 ? 2 : 3,
    product: `${batch * rows}×${depth}×${columns}`,
    flops: 2 * batch * rows * depth * columns,
  }))
  return {
    perStep: terms.reduce((sum, { times, flops }) => sum + times * flops, 0),
    formula: `2 × (${terms.map(({ times, product }) => `${times} × ${product}`).join(' + ')}); nothing else is counted`,
  }
}

/**
 * The product of each layer with weights, for one sample: [rows, depth] × [depth, columns].
 *
 * @param {readonly Layer[]} layers
 * @param {number} width
 * @param {readonly [number, number]} image
 */
function productsOf(layers, width, image) {
  let [values, channels, size] = [width, 1, image]
  const products = []
  for (const layer of layers) {
    if (layer.type === 'dense') {
      products.push({ rows: 1, depth: values, columns: layer.units })
      values = layer.units
    } else if (layer.type === 'conv') {
      products.push({ rows: size[0] * size[1], depth: channels * layer.kernel ** 2, columns: layer.filters })
      channels = layer.filters
    } else {
      size = layer.type === 'resize' ? layer.size : [Math.ceil(size[0] / 2), Math.ceil(size[1] / 2)]
    }
  }
  return products
}
