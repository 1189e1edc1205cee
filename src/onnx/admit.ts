import { DiaboloError } from '../base/errors.js'
import { type ModelProto, TensorProto_DataLocation } from './onnx_pb.js'

/** Operators that no inference graph of ours has, and that could run for ever. */
const NEVER = new Set(['Loop', 'Scan', 'If'])

/**
 * Lets a model from outside pass only when it is as plain as one that Diabolo writes: known operators of the standard
 * domain, no functions, no bodies, no data outside the file. ONNX Runtime can be crashed or hung by models that are not.
 *
 * @param allowed  operator names
 * @throws E_UNSAFE naming what is not allowed
 */
export function admit(model: ModelProto, allowed: readonly string[], at: string): void {
  const refuse = (expected: string, found: string): never => {
    throw new DiaboloError('E_UNSAFE', {
      at,
      expected,
      found,
      hint: 'load only models that Diabolo saved; run others in an ONNX runtime of your own',
    })
  }
  const known = new Set(allowed)
  if (model.functions.length > 0) refuse('no local functions', `${model.functions.length}`)
  if (model.trainingInfo.length > 0) refuse('no training information', `${model.trainingInfo.length} entries`)
  for (const { domain } of model.opsetImport) {
    if (domain !== '' && domain !== 'ai.onnx') refuse('the standard operator domain', `"${domain}"`)
  }
  for (const { opType, domain, attribute } of model.graph?.node ?? []) {
    if (domain !== '' || NEVER.has(opType) || !known.has(opType))
      refuse("one of Diabolo's operators", `"${domain}${opType}"`)
    if (attribute.some(({ g, graphs }) => g || graphs.length > 0)) refuse('no nested graphs', `one in ${opType}`)
    if (
      attribute.some(
        ({ t, tensors, sparseTensor, sparseTensors }) => t || sparseTensor || tensors.length + sparseTensors.length,
      )
    )
      refuse('tensors as initializers', `one in ${opType}`)
  }
  for (const { name, externalData, dataLocation } of model.graph?.initializer ?? []) {
    if (externalData.length > 0 || dataLocation === TensorProto_DataLocation.EXTERNAL)
      refuse('data inside the file', `external data of "${name}"`)
  }
  if ((model.graph?.sparseInitializer.length ?? 0) > 0) refuse('dense tensors', 'sparse ones')
}
