import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildNetwork, initialParameters } from '../../src/compile/network.js'
import { dataset } from '../../src/data/dataset.js'
import { readArtifact } from '../../src/model/artifact.js'
import { Autoencoder } from '../../src/model/autoencoder.js'
import { exportModel } from '../../src/model/export.js'
import { vanilla } from '../../src/model/recipes.js'
import { ModelProtoSchema } from '../../src/onnx/onnx_pb.js'
import { RECIPES, type Recipe } from '../../src/recipes/index.js'
import { openNodeRuntime } from '../../src/runtime/ort-node.js'
import type { Runtime } from '../../src/runtime/types.js'

let runtime: Runtime
beforeAll(async () => {
  runtime = await openNodeRuntime({ threads: 1 })
})
afterAll(() => runtime.close())

const PROVENANCE = {
  dataset: 'none',
  rows: 1,
  seed: 1,
  steps: 0,
  versions: { diabolo: '0', engine: 'none' },
  threads: 1,
}

test.each(Object.values(RECIPES) as unknown as Recipe[])('a model of $name passes its own inspection', (recipe) => {
  const network = buildNetwork(recipe.spec([28, 28, 1]))
  const parameters = initialParameters(network, 1)
  const stored = { dtype: 'uint8', scale: 1 / 255 } as const
  const bytes = exportModel({ network, parameters, stored, provenance: PROVENANCE }, 'autoencoder')
  const back = readArtifact(bytes)
  expect(back).toMatchObject({ stored, provenance: PROVENANCE })
  expect(Buffer.compare(exportModel(back, 'autoencoder'), bytes)).toBe(0)
})

describe('what comes from outside', () => {
  /** Samples as float32, which scale is 1. */
  const data = dataset(
    Float32Array.from({ length: 60 }, (_, i) => Math.sin(i)),
    { shape: [6] },
  )

  test('is never run: the graph is made again from the spec', async () => {
    const model = await vanilla({ hidden: 2, activation: 'tanh', output: 'linear' }).fit(data, {
      epochs: 2,
      batchSize: 5,
      runtime,
    })
    const proto = fromBinary(ModelProtoSchema, model.toBytes())
    // a graph of the right types that computes something else
    const activation = proto.graph?.node.find(({ opType }) => opType === 'Tanh')
    if (!activation) throw new Error('no activation to change')
    activation.opType = 'Sigmoid'
    const changed = toBinary(ModelProtoSchema, proto)
    expect(changed).not.toEqual(model.toBytes())

    const opened: Uint8Array[] = []
    const watched: Runtime = Object.create(runtime, {
      open: {
        value: (bytes: Uint8Array) => {
          opened.push(bytes)
          return runtime.open(bytes)
        },
      },
    })
    const back = Autoencoder.fromBytes(changed, { runtime: watched })
    expect(await back.encode(data)).toEqual(await model.encode(data))
    expect(opened).toHaveLength(1)
    const operators = fromBinary(ModelProtoSchema, opened[0] as Uint8Array).graph?.node.map(({ opType }) => opType)
    expect(operators).toContain('Tanh')
    expect(operators).not.toContain('Sigmoid')
  })

  test('a spec that asks for a network of terabytes costs nothing', async () => {
    const model = await vanilla({ hidden: 2 }).fit(data, { epochs: 1, batchSize: 5, runtime })
    const proto = fromBinary(ModelProtoSchema, model.toBytes())
    const spec = proto.metadataProps.find(({ key }) => key === 'diabolo.spec')
    if (!spec) throw new Error('no spec to change')
    const layers = [2e6, 6e6, 6e7].map((units) => ({ type: 'dense', units }))
    spec.value = JSON.stringify({ ...model.spec, encoder: layers })
    const bytes = toBinary(ModelProtoSchema, proto)
    const before = process.memoryUsage().rss
    expect(() => readArtifact(bytes)).toThrow(
      expect.objectContaining({ code: 'E_SPEC', expected: expect.stringContaining('numbers to learn') }),
    )
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 25)
    expect(() => vanilla({ hidden: 1e9 }).spec([6])).not.toThrow()
    await expect(vanilla({ hidden: 1e9 }).fit(data, { batchSize: 5, runtime })).rejects.toMatchObject({
      code: 'E_SPEC',
    })
  })
})
