import { create, fromBinary, type MessageInitShape as Init, toBinary } from '@bufbuild/protobuf'
import type { StoredAs } from '../../src/compile/epoch.js'
import { buildNetwork, initialParameters } from '../../src/compile/network.js'
import { parseSpec } from '../../src/compile/spec.js'
import { readArtifact } from '../../src/model/artifact.js'
import { exportModel } from '../../src/model/export.js'
import {
  AttributeProto_AttributeType,
  type ModelProto,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation,
} from '../../src/onnx/onnx_pb.js'
import { bytesOf, cuts } from './data.js'
import type { HostileFormat, Malformed } from './format.js'

const SPEC = {
  format: 'diabolo/1',
  recipe: 'small',
  preset: 'default',
  input: [4],
  encoder: [{ type: 'dense', units: 2, activation: 'tanh' }],
  decoder: [{ type: 'dense', units: 4 }],
  output: 'sigmoid',
  phases: [{ kind: 'descend', epochs: 1, batchSize: 1, optimizer: { name: 'adam' }, loss: { type: 'mse' } }],
}

const MAPS = {
  ...SPEC,
  input: [4, 4],
  encoder: [{ type: 'conv2d', filters: 2 }, { type: 'maxPool2d' }],
  decoder: [
    { type: 'resize2d', size: [4, 4] },
    { type: 'conv2d', filters: 1 },
  ],
}

const PROVENANCE = {
  dataset: 'made up',
  rows: 3,
  fingerprint: 'sha256:00',
  seed: 1,
  steps: 3,
  versions: { diabolo: '0', engine: 'none' },
  threads: 1,
}

function modelOf(spec: unknown, stored: StoredAs = { dtype: 'uint8', scale: 1 / 255 }): Uint8Array {
  const network = buildNetwork(parseSpec(spec))
  const threshold = { value: 0.5, quantile: 0.99, dataset: 'made up', rows: 3 }
  const parameters = initialParameters(network, 1)
  return exportModel({ network, parameters, stored, provenance: PROVENANCE, threshold }, 'autoencoder')
}

const valid = modelOf(SPEC)
const { GRAPH, TENSOR, INT, INTS } = AttributeProto_AttributeType
const DOUBLE_BYTES = 8

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Graph = NonNullable<ModelProto['graph']>

/** The valid model after one thing was done to it. */
function tampered(name: string, change: (model: Mutable<ModelProto>, graph: Graph) => void): Malformed {
  const model = fromBinary(ModelProtoSchema, valid)
  change(model, model.graph as Graph)
  return { name, bytes: toBinary(ModelProtoSchema, model) }
}

const withMetadata = (name: string, key: string, value: string | undefined): Malformed =>
  tampered(name, (model) => {
    const entries = model.metadataProps.filter((entry) => entry.key !== `diabolo.${key}`)
    const added = create(ModelProtoSchema, {
      metadataProps: value === undefined ? [] : [{ key: `diabolo.${key}`, value }],
    })
    model.metadataProps = [...entries, ...added.metadataProps]
  })

const withSpec = (name: string, changed: object): Malformed =>
  withMetadata(name, 'spec', JSON.stringify({ ...SPEC, ...changed }))

const node = (init: Init<typeof NodeProtoSchema>) =>
  create(ModelProtoSchema, { graph: { node: [init] } }).graph?.node[0] as Graph['node'][number]

const withNode = (
  name: string,
  init: Init<typeof NodeProtoSchema>,
  constants: Readonly<Record<string, number[]>> = {},
) =>
  tampered(name, (_, graph) => {
    graph.node.push(node(init))
    for (const [constant, numbers] of Object.entries(constants)) graph.initializer.push(int64s(constant, numbers))
  })

const int64s = (name: string, numbers: readonly number[]) =>
  create(ModelProtoSchema, {
    graph: {
      initializer: [
        {
          name,
          dataType: 7,
          dims: [BigInt(numbers.length)],
          rawData: new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer),
        },
      ],
    },
  }).graph?.initializer[0] as Graph['initializer'][number]

const weight = (graph: Graph) =>
  graph.initializer.find(({ name }) => name === 'encoder.0.weight') as Graph['initializer'][0]
const body = { name: 'body', node: [{ opType: 'Relu', input: ['code'], output: ['again'] }] }

/** Functions that each call the next one twice: 2ⁿ calls of the last. */
const chain = (length: number) =>
  Array.from({ length }, (_, i) => ({
    name: `f${i}`,
    domain: 'local',
    input: ['x'],
    output: ['y'],
    node: [
      { opType: `f${i + 1}`, domain: 'local', input: ['x'], output: ['t'] },
      { opType: `f${i + 1}`, domain: 'local', input: ['t'], output: ['y'] },
    ],
  }))

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
function within(field: number, inner: Uint8Array): Uint8Array {
  const head = [...varint(field * 8 + 2), ...varint(inner.length)]
  const out = new Uint8Array(head.length + inner.length)
  out.set(head)
  out.set(inner, head.length)
  return out
}
const many = (count: number, ...part: number[]) =>
  Uint8Array.from({ length: count * part.length }, (_, i) => part[i % part.length] as number)

/** attribute.g.node.attribute.g …, so many times. */
function nested(times: number): Uint8Array {
  let bytes = new Uint8Array()
  for (let i = 0; i < times; i++) bytes = Uint8Array.from(within(1, within(5, within(6, bytes))))
  return within(7, bytes)
}

const spoilt: Malformed[] = [
  ...cuts(valid, [0, 1, 2, 7, 20, 100, Math.floor(valid.length / 2), valid.length - 40, valid.length - 1]),
  { name: 'text', bytes: bytesOf('P5 28 28 255 and so on, not a protobuf message at all') },
  { name: 'zeros', bytes: new Uint8Array(1000) },
  { name: 'a length beyond the end', bytes: bytesOf([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1]) },
  { name: 'a length of 64 bits', bytes: bytesOf([0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]) },
  { name: 'a number that does not end', bytes: bytesOf([8], [...new Uint8Array(40).fill(0xff)]) },
  { name: 'a group that is not closed', bytes: bytesOf([...many(2000, 0x0b)]) },
  { name: 'something after the model', bytes: bytesOf(valid, 'PK\u0003\u0004') },
  { name: 'messages nested two thousand deep', bytes: nested(2000) },
  { name: 'messages nested ten deep', bytes: nested(10) },
  { name: 'a million empty nodes', bytes: within(7, many(1_000_000, 0x0a, 0)) },
  { name: 'a million empty initializers', bytes: within(7, many(1_000_000, 0x2a, 0)) },
  { name: 'four million lengths of a tensor', bytes: within(7, within(5, within(1, many(4_000_000, 1)))) },
  { name: 'four million lengths, each by itself', bytes: within(7, within(5, many(4_000_000, 8, 1))) },
  { name: 'two million empty names of inputs', bytes: within(7, within(1, many(2_000_000, 0x0a, 0))) },
  { name: 'two million pairs of metadata', bytes: many(2_000_000, 0x72, 0) },
  withMetadata('twenty million characters of metadata', 'note', 'x'.repeat(20_000_000)),
]

const unsafe: Malformed[] = [
  tampered('a chain of functions', (model) => {
    model.functions = create(ModelProtoSchema, { functions: chain(100) }).functions
  }),
  tampered('training information', (model) => {
    model.trainingInfo = create(ModelProtoSchema, { trainingInfo: [{}] }).trainingInfo
  }),
  tampered('another operator set', (model) => {
    model.opsetImport = create(ModelProtoSchema, { opsetImport: [{ domain: 'com.microsoft' }] }).opsetImport
  }),
  withNode('an endless loop', { opType: 'Loop', input: ['', ''], attribute: [{ name: 'body', type: GRAPH, g: body }] }),
  withNode('a branch', { opType: 'If', attribute: [{ name: 'then_branch', type: GRAPH, g: body }] }),
  withNode('a scan', { opType: 'Scan', attribute: [{ name: 'body', type: GRAPH, g: body }] }),
  withNode('an operator of another domain', { opType: 'Relu', domain: 'evil', input: ['code'], output: ['x'] }),
  withNode('an operator that reads files', { opType: 'Constant', attribute: [{ name: 'value', type: TENSOR, t: {} }] }),
  withNode('a huge Expand', { opType: 'Expand', input: ['code', 'big'], output: ['x'] }, { big: [1e6, 1e6, 1, 2] }),
  withNode('a huge Pad', { opType: 'Pad', input: ['reconstruction', 'p'], output: ['x'] }, { p: [0, 1e9, 0, 1e9] }),
  withNode('a huge ConstantOfShape', { opType: 'ConstantOfShape', input: ['big'], output: ['x'] }, { big: [1e6, 1e6] }),
  withNode('a huge Tile', { opType: 'Tile', input: ['code', 'big'], output: ['x'] }, { big: [1e6, 1e6] }),
  withNode('a graph within an operator', {
    opType: 'Relu',
    input: ['code'],
    output: ['x'],
    attribute: [{ name: 'g', type: GRAPH, g: body }],
  }),
  tampered('weights outside the folder', (_, graph) => {
    const entry = create(ModelProtoSchema, {
      graph: { initializer: [{ externalData: [{ key: 'location', value: '../../../etc/passwd' }] }] },
    }).graph?.initializer[0]
    weight(graph).externalData = entry?.externalData ?? []
    weight(graph).dataLocation = TensorProto_DataLocation.EXTERNAL
  }),
  tampered('weights said to be elsewhere', (_, graph) => {
    weight(graph).dataLocation = TensorProto_DataLocation.EXTERNAL
  }),
  tampered('sparse weights', (_, graph) => {
    graph.sparseInitializer = create(ModelProtoSchema, { graph: { sparseInitializer: [{}] } }).graph
      ?.sparseInitializer as Graph['sparseInitializer']
  }),
]

const wrong: Malformed[] = [
  tampered('no graph', (model) => void delete (model as { graph?: unknown }).graph),
  tampered('no operator set', (model) => {
    model.opsetImport = []
  }),
  tampered('a parameter that is missing', (_, graph) => {
    graph.initializer = graph.initializer.filter(({ name }) => name !== 'encoder.0.weight')
  }),
  tampered('a parameter of another shape', (_, graph) => {
    weight(graph).dims = [2n, 4n]
  }),
  tampered('a parameter of another type', (_, graph) => {
    weight(graph).dataType = 11
    weight(graph).rawData = new Uint8Array(DOUBLE_BYTES * DOUBLE_BYTES)
  }),
  tampered('a parameter of no type', (_, graph) => {
    weight(graph).dataType = 99
  }),
  tampered('a parameter without values', (_, graph) => {
    weight(graph).rawData = new Uint8Array()
  }),
  tampered('a parameter with a length below 0', (_, graph) => {
    weight(graph).dims = [-4n, -2n]
  }),
  tampered('a parameter with lengths beyond numbers', (_, graph) => {
    weight(graph).dims = [2n ** 62n, 2n ** 62n]
  }),
  tampered('a parameter twice', (_, graph) => void graph.initializer.push(weight(graph))),
  tampered('a tensor of which nothing uses that claims a terabyte', (_, graph) => {
    graph.initializer.push({ ...int64s('unused', [1]), dims: [2n ** 40n] })
  }),
  tampered('a node that uses what is not there', (_, graph) => void graph.node[0]?.input.splice(0, 1, 'nowhere')),
  tampered('a node without inputs', (_, graph) => void graph.node.at(-1)?.input.splice(0)),
  tampered('a node that uses what comes later', (_, graph) => void graph.node.reverse()),
  tampered('two nodes that make the same', (_, graph) => void graph.node.push(graph.node[0] as Graph['node'][0])),
  tampered('a node of two outputs that has one', (_, graph) => void graph.node[0]?.output.push('more')),
  tampered('an output that nothing makes', (_, graph) => void graph.node.pop()),
  tampered('an input of no type', (_, graph) => {
    for (const input of graph.input) delete (input as { type?: unknown }).type
  }),
  withNode('a turn of a thousand axes', {
    opType: 'Transpose',
    input: ['code'],
    output: ['x'],
    attribute: [{ name: 'perm', type: INTS, ints: Array.from({ length: 1000 }, (_, i) => BigInt(i)) }],
  }),
  withNode('a gather along an axis that there is not', {
    opType: 'Gather',
    input: ['code', 'code'],
    output: ['x'],
    attribute: [{ name: 'axis', type: INT, i: 2n ** 60n }],
  }),
  withNode('an attribute too few', { opType: 'Transpose', input: ['code'], output: ['x'] }),
]

const strange: Malformed[] = [
  withMetadata('no spec', 'spec', undefined),
  withMetadata('no provenance', 'provenance', undefined),
  withMetadata('a spec that is not JSON', 'spec', '{'),
  withMetadata('a spec that is a list', 'spec', '[]'),
  withMetadata('a spec that is null', 'spec', 'null'),
  withMetadata('a spec nested a hundred thousand deep', 'spec', '['.repeat(100_000) + ']'.repeat(100_000)),
  withMetadata(
    'a spec of eight million characters',
    'spec',
    JSON.stringify({ ...SPEC, recipe: 'x'.repeat(8_000_000) }),
  ),
  withMetadata(
    'a spec with __proto__',
    'spec',
    JSON.stringify(SPEC).replace('{', '{"__proto__": {"output": "tanh"}, '),
  ),
  withMetadata(
    'a layer with __proto__',
    'spec',
    JSON.stringify(SPEC).replace('"units":2', '"units":2,"__proto__":{"tied":true}'),
  ),
  withMetadata('a scale that is text', 'stored', '{"dtype": "uint8", "scale": "1"}'),
  withMetadata('values of no type', 'stored', '{"dtype": "__proto__", "scale": 1}'),
  withMetadata('a threshold that is no number', 'threshold', '{"value": null}'),
  withMetadata('provenance of rows below 0', 'provenance', JSON.stringify({ ...PROVENANCE, rows: -1 })),
  withSpec('a spec of another format', { format: 'diabolo/9' }),
  withSpec('a layer of a trillion units', { encoder: [{ type: 'dense', units: 1e12 }] }),
  withSpec('a layer of half a unit', { encoder: [{ type: 'dense', units: 0.5 }] }),
  withSpec('a layer of no kind', { encoder: [{ type: 'toString' }] }),
  withSpec('a sample of a quintillion values', { input: [1e9, 1e9] }),
  withSpec('a hundred thousand layers', {
    encoder: Array.from({ length: 100_000 }, () => ({ type: 'dense', units: 1 })),
  }),
  withSpec('an image grown to a trillion pixels', {
    input: [4, 4],
    encoder: [
      { type: 'conv2d', filters: 1 },
      { type: 'resize2d', size: [1e6, 1e6] },
      { type: 'resize2d', size: [4, 4] },
    ],
    decoder: [{ type: 'conv2d', filters: 1 }],
  }),
  withSpec('a window of a billion pixels', { input: [4, 4], encoder: [{ type: 'maxPool2d', size: 1e9 }] }),
]

/** `model.onnx`: what a fitted model is loaded from. */
export const ONNX_MODEL: HostileFormat = {
  format: 'model.onnx',
  seeds: [valid, modelOf(MAPS), modelOf(SPEC, { dtype: 'float32', scale: 1 })],
  read: async (bytes) => readArtifact(bytes, 'hostile'),
  malformed: [...spoilt, ...unsafe, ...wrong, ...strange],
}
