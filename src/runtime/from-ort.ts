import type { Tensor as OrtTensor } from 'onnxruntime-common'
import type { Tensor } from '../base/tensor.js'

/** A tensor's numbers, from the device where they are there. */
export async function fromOrt(tensor: OrtTensor): Promise<Tensor> {
  const data = tensor.location === 'gpu-buffer' ? await tensor.getData() : tensor.data
  return { dtype: tensor.type, shape: tensor.dims, data } as unknown as Tensor
}
