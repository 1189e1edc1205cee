import type { Value } from '../graph/types.js'
import { cast, gather, logSoftmax, mul, reduceSum, reshape, softmax, transpose } from '../ops/index.js'

/** The class of a pixel as it lies in a data set: a byte. */
export const MOST_CLASSES = 256

/** float32 [batch, pixels × classes], logits of each pixel's classes side by side → their softmax */
export const emitPixelProbabilities = (logits: Value, classes: number): Value =>
  reshape(softmax(byPixel(logits, classes)), logits.shape)

/** uint8 [...pixels] → float32 [...pixels, classes], 1 for the class that a pixel has and 0 for the others */
export function emitOneHot(classMaps: Value, classes: number): Value {
  const identity = Float32Array.from({ length: classes ** 2 }, (_, i) => +(i % (classes + 1) === 0))
  const rows = classMaps.builder.constant({ dtype: 'float32', shape: [classes, classes], data: identity })
  return gather(rows, cast(classMaps, 'int32'))
}

/** Feature maps [batch, classes, height, width] as [height, width, batch, classes]: of a batch that lies innermost, one axis moves. */
export const emitPixelLogits = (maps: Value): Value => transpose(maps, [2, 3, 0, 1])

/**
 * Softmax cross-entropy, nats per pixel: −Σ ln softmax(z)[class] / n, over the n pixels of the batch.
 *
 * @param logits     float32 [height, width, batch, classes]
 * @param classMaps  uint8 [batch, pixels], from 0
 * @returns          float32 []
 */
export function emitPixelLoss(logits: Value, classMaps: Value): Value {
  const [height, width, batch, classes] = logits.shape as readonly [number, number, number, number]
  const inOrder = transpose(reshape(classMaps, [batch, height, width]), [1, 2, 0])
  const count = height * width * batch
  // as a matrix: ONNX Runtime would move the turn behind the softmax, which is slow along any axis but the last
  const rows = reshape(logits, [count, classes])
  const wanted = emitOneHot(reshape(inOrder, [count]), classes)
  return mul(reduceSum(mul(logSoftmax(rows), wanted)), -1 / count)
}

/** [batch, pixels × classes] as [batch, pixels, classes]. */
export function byPixel(logits: Value, classes: number): Value {
  const [batch = 1, width] = logits.shape
  return reshape(logits, [batch, (width as number) / classes, classes])
}
