import type { Value } from '../graph/types.js'
import { cast, gather, logSoftmax, mul, reduceSum, reshape, softmax } from '../ops/index.js'

/** The class of a pixel as it lies in a data set: a byte. */
export const MOST_CLASSES = 256

/** float32 [batch, pixels × classes], logits of each pixel's classes side by side → their softmax */
export const emitPixelProbabilities = (logits: Value, classes: number): Value =>
  reshape(softmax(byPixel(logits, classes)), logits.shape)

/** uint8 [batch, pixels] → float32 [batch, pixels × classes], 1 for the class that a pixel has and 0 for the others */
export function emitOneHot(classMaps: Value, classes: number): Value {
  const [batch = 1, pixels] = classMaps.shape
  const identity = Float32Array.from({ length: classes ** 2 }, (_, i) => +(i % (classes + 1) === 0))
  const rows = classMaps.builder.constant({ dtype: 'float32', shape: [classes, classes], data: identity })
  return reshape(gather(rows, cast(classMaps, 'int32')), [batch, (pixels as number) * classes])
}

/**
 * Softmax cross-entropy, nats per pixel: −Σ ln softmax(z)[class] / n, over the n pixels of the batch.
 *
 * @param logits     float32 [batch, pixels × classes]
 * @param classMaps  uint8 [batch, pixels], from 0
 * @returns          float32 []
 */
export function emitPixelLoss(logits: Value, classMaps: Value, classes: number): Value {
  const [batch, pixels] = classMaps.shape as readonly [number, number]
  const wanted = byPixel(emitOneHot(classMaps, classes), classes)
  return mul(reduceSum(mul(logSoftmax(byPixel(logits, classes)), wanted)), -1 / (batch * pixels))
}

/** [batch, pixels × classes] as [batch, pixels, classes]. */
export function byPixel(logits: Value, classes: number): Value {
  const [batch = 1, width] = logits.shape
  return reshape(logits, [batch, (width as number) / classes, classes])
}
