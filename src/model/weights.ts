import type { Tensor } from '../base/tensor.js'
import type { LayerSpec } from '../nn/layers/index.js'
import type { Artifact } from './artifact.js'

/**
 * A model's weights by the names and in the layouts of PyTorch's layers: `encoder.0.weight` [out, in] of `Linear`,
 * [out, in, height, width] of `Conv2d`, [in, out, height, width] of `ConvTranspose2d`; `encoder.0.bias` [out]. A tied layer
 * has its weight too.
 *
 * Feature maps are [channels, height, width] on both sides; a model's input is [height, width, channels].
 */
export function torchWeights({ network: { spec }, parameters }: Artifact): Record<string, Tensor<'float32'>> {
  const { encoder, decoder } = spec
  const weights: Record<string, Tensor<'float32'>> = {}
  const take = (side: string, layer: LayerSpec, i: number) => {
    const { [`${side}.${i}.weight`]: weight, [`${side}.${i}.bias`]: bias } = parameters
    const mirror = parameters[`encoder.${encoder.length - 1 - i}.weight`]
    // Diabolo's [in, out] of the mirrored layer is PyTorch's [out, in] of this one
    if (layer.type === 'dense' && layer.tied && mirror) weights[`${side}.${i}.weight`] = mirror
    else if (weight) weights[`${side}.${i}.weight`] = layer.type === 'dense' ? transposed(weight) : weight
    if (bias) weights[`${side}.${i}.bias`] = bias
  }
  encoder.forEach((layer, i) => void take('encoder', layer, i))
  decoder.forEach((layer, i) => void take('decoder', layer, i))
  return weights
}

function transposed({ dtype, shape, data }: Tensor<'float32'>): Tensor<'float32'> {
  const [rows, columns] = shape as readonly [number, number]
  const out = new Float32Array(data.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c] as number
  return { dtype, shape: [columns, rows], data: out }
}
