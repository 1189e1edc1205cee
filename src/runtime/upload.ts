import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common'
import { encodeModel } from '../onnx/model.js'
import { TensorProto_DataType } from '../onnx/onnx_pb.js'

/** y = x, float32 of so many axes: a model whose output, left on the device, is its input brought there. */
export function identityModel(rank: number): Uint8Array {
  const dim = Array.from({ length: rank }, (_, axis) => ({
    value: { case: 'dimParam' as const, value: `axis${axis}` },
  }))
  const typed = (name: string) => ({
    name,
    type: { value: { case: 'tensorType' as const, value: { elemType: TensorProto_DataType.FLOAT, shape: { dim } } } },
  })
  const node = [{ opType: 'Identity', name: 'identity', input: ['x'], output: ['y'] }]
  return encodeModel({ name: 'identity', node, input: [typed('x')], output: [typed('y')] }, {})
}

/**
 * Brings tensors to the device on which sessions leave their outputs. Bytes stay: devices have no operators for them, so
 * they are gathered by the processor, batch by batch.
 */
export class Upload {
  readonly #create: (model: Uint8Array) => Promise<InferenceSession>
  readonly #sessions = new Map<number, Promise<InferenceSession>>()

  constructor(create: (model: Uint8Array) => Promise<InferenceSession>) {
    this.#create = create
  }

  async bring(tensor: OrtTensor): Promise<OrtTensor> {
    if (tensor.type !== 'float32' || tensor.size === 0) return tensor
    const rank = tensor.dims.length
    const session = this.#sessions.get(rank) ?? this.#create(identityModel(rank))
    this.#sessions.set(rank, session)
    const { y } = await (await session).run({ x: tensor })
    return y as OrtTensor
  }
}
