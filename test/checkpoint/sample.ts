import { parseSpec } from '../../src/compile/spec.js'
import { vanilla } from '../../src/model/recipes.js'
import type { Checkpoint } from '../../src/train/checkpoint.js'

/** A small checkpoint, as if it came out of the middle of a training. */
export function aCheckpoint(step = 7): Checkpoint {
  const shape = [2, 3]
  const tensor = (start: number) =>
    ({ dtype: 'float32', shape, data: Float32Array.from({ length: 6 }, (_, i) => start + i / 7) }) as const
  return {
    identity: {
      spec: parseSpec(vanilla({ hidden: 3 }).spec([2])),
      seed: 4,
      data: { name: 'data', rows: 50, shape: [2], dtype: 'uint8', scale: 1 / 255, fingerprint: 'sha256:00' },
      buffer: 50,
      engine: 'onnxruntime-node 1.30.0',
      device: 'cpu',
      threads: 2,
    },
    position: {
      phase: 0,
      epoch: 2,
      step,
      seen: 20,
      sums: { loss: 0.1 + 0.2, activation: [1 / 3, 2e-17] },
      seconds: 1.5,
      best: { epoch: 1, error: 0.25 },
      before: { steps: 0, seconds: 0 },
    },
    history: [{ phase: 'train', epoch: 1, step: 5, loss: 0.5, validationMse: 0.25, learningRate: 1e-3, seconds: 1 }],
    tensors: { 'encoder.0.weight': tensor(step), 'adam.m/encoder.0.weight': tensor(-1) },
  }
}
