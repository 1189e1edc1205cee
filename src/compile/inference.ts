import { DiaboloError } from '../base/errors.js'
import { GraphBuilder } from '../graph/builder.js'
import { type Annotations, encode } from '../graph/encode.js'
import type { Graph, Value } from '../graph/types.js'
import { emitColumnErrors, emitFilled, emitMeanByColumn, emitMeanError, emitPresence } from '../nn/columns.js'
import { emitShares } from '../nn/losses.js'
import { byPixel, emitOneHot } from '../nn/pixels.js'
import { argMax, cast, greater, logSoftmax, mul, reduceMean, reshape, softmax, softplus, sub } from '../ops/index.js'
import { columnInputs, emitFeatures, emitRaw } from '../table/emit.js'
import type { TableSpec } from '../table/spec.js'
import { load, type StoredAs } from './epoch.js'
import { lower } from './lowering/index.js'
import type { Decoded, Network, Parameters } from './network.js'

/** Where an inference graph finds its parameters: written into it, or fed with every run. */
export type Given = Parameters | 'fed'

/** How samples come in: as they are stored, in one input, or as the columns of a table, in one input each. */
export type Intake = StoredAs | 'columns'

/** The two things that are measured against each other: what a network is given, and what it should make of it. */
export type Side = 'input' | 'target'

/**
 * The whole model, from samples as they come to everything that is asked of it.
 *
 * inputs:   input [batch, width], as stored; or every column of a table [batch, 1], under its own name: float64, NaN where a
 *           value is missing, or text, empty where one is missing
 * outputs:  code float32 [batch, code], reconstruction float32 [batch, width] in the model's units,
 *           errors float32 [batch, values]: the squared error of each value, or what else the spec's score says; of a
 *           table's row [batch, columns], each measured as its column's are, 0 where a value is missing,
 *           score float32 [batch]: the mean of the errors, of a table's row over the values that are there;
 *           where columns come in, `reconstruction/…` [batch, 1] of each in its own units;
 *           where there is a threshold, anomaly bool [batch]: score > threshold;
 *           with a head, probabilities float32 [batch, classes] and label int64 [batch], the most probable class;
 *           where pixels have classes, the reconstruction is their probabilities, float32 [batch, pixels × classes], and there
 *           is classMap int64 [batch, pixels], the most probable ones, in place of errors and score
 */
export function autoencoderGraph(network: Network, given: Given, intake: Intake, threshold?: number): Graph {
  const builder = new GraphBuilder()
  const { x, raw } = take(builder, network, intake)
  const parameters = place(builder, network, given)
  const { code, decode } = network.forward(x, parameters)
  const decoded = decode(code)
  const classes = network.classify && emitClasses(network.classify(code, parameters))
  if (network.pixels) {
    const classMap = emitClassMap(decoded.output, network.pixels.classes)
    return builder.build({ code, reconstruction: decoded.output, classMap, ...classes })
  }
  const { score, errors } = emitScore(network, { ...decoded, target: x, raw }, parameters)
  const own = intake === 'columns' ? emitRaw(tableOf(network), decoded.output) : []
  return builder.build({
    code,
    reconstruction: decoded.output,
    score,
    errors,
    ...(threshold !== undefined && { anomaly: greater(score, threshold) }),
    ...classes,
    ...Object.fromEntries(Array.from(own, ([name, value]) => [columnOutput(name), value])),
  })
}

/** float32 [batch, width] → what the whole network makes of it. */
function emitWhole(network: Network, x: Value, parameters: Readonly<Record<string, Value>>): Decoded {
  const { code, decode } = network.forward(x, parameters)
  return decode(code)
}

/** The output that holds the reconstruction of a column, in its own units. */
export const columnOutput = (column: string): string => `${OUTPUTS.reconstruction}/${column}`

/**
 * The input that takes a column: its own name, but for one that the graph needs for something else.
 *
 * @param parameters  the model's
 */
export function columnInput(column: string, parameters: readonly { readonly name: string }[]): string {
  const taken =
    column === '' || column in OUTPUTS || column.startsWith(columnOutput('')) || column.startsWith('column/')
  return taken || parameters.some(({ name }) => name === column) ? `column/${column}` : column
}

const OUTPUTS = {
  code: 'code',
  reconstruction: 'reconstruction',
  score: 'score',
  errors: 'errors',
  anomaly: 'anomaly',
  probabilities: 'probabilities',
  label: 'label',
  classMap: 'classMap',
}

export type InferenceOutput = keyof typeof OUTPUTS

/** Samples as the network sees them, and before: NaN where a value of a table is missing. */
function take(builder: GraphBuilder, network: Network, intake: Intake): { readonly x: Value; readonly raw: Value } {
  if (intake === 'columns') {
    const raw = builder.within('table', () => {
      const inputs = columnInputs(builder, tableOf(network), (column) => columnInput(column, network.parameters))
      return emitFeatures(tableOf(network), inputs)
    })
    return { raw, x: emitFilled(raw) }
  }
  const raw = builder.input('input', { dtype: intake.dtype, shape: ['batch', network.width] })
  return { raw, x: load(raw, intake) }
}

function tableOf({ spec: { table, recipe } }: Network): TableSpec {
  if (table) return table
  throw new DiaboloError('E_SPEC', {
    at: `model "${recipe}"`,
    expected: 'a model of the rows of a table',
    found: 'a spec without a table',
    hint: 'feed its samples in one input',
  })
}

/** The most probable class of each pixel, int64 [batch, pixels], of probabilities float32 [batch, pixels × classes]. */
const emitClassMap = (probabilities: Value, classes: number): Value =>
  probabilities.builder.within('classes', () => argMax(byPixel(probabilities, classes)))

/** Of class logits, float32 [batch, classes]. */
function emitClasses(logits: Value): { readonly probabilities: Value; readonly label: Value } {
  return logits.builder.within('classes', () => {
    const probabilities = softmax(logits)
    return { probabilities, label: argMax(probabilities) }
  })
}

/**
 * input [batch, width] as stored → probabilities float32 [batch, classes].
 *
 * @param network  the whole, or a part that ends at the code
 * @throws E_SPEC when it has no head
 */
export function compileClasses(network: Network, given: Given, stored: StoredAs): Uint8Array {
  const builder = new GraphBuilder()
  const input = builder.input('input', { dtype: stored.dtype, shape: ['batch', network.width] })
  const parameters = place(builder, network, given)
  const logits = network.classify?.(network.encode(load(input, stored), parameters), parameters)
  if (!logits) throw withoutHead(network)
  const { probabilities } = emitClasses(logits)
  return encode(lower(builder.build({ probabilities })), 'classes')
}

/**
 * input [batch, width] as stored → classMap float32 [batch, pixels]: the most probable class of each pixel.
 *
 * @throws E_SPEC when the network does not tell classes of pixels
 */
export function compileClassMaps(network: Network, given: Given, stored: StoredAs): Uint8Array {
  if (!network.pixels) throw withoutPixels(network)
  const builder = new GraphBuilder()
  const input = builder.input('input', { dtype: stored.dtype, shape: ['batch', network.width] })
  const { output } = emitWhole(network, load(input, stored), place(builder, network, given))
  const classMap = cast(emitClassMap(output, network.pixels.classes), 'float32')
  return encode(lower(builder.build({ classMap })), 'classMaps')
}

const withoutPixels = ({ spec: { recipe } }: Network) =>
  new DiaboloError('E_SPEC', {
    at: `model "${recipe}"`,
    expected: 'a model that tells the class of every pixel',
    found: 'one that gives samples back',
    hint: 'train "segnet" on scenes and their class maps; "reconstruct" says what this model makes of samples',
  })

/**
 * What a network's errors are of, where it gives samples back.
 *
 * @throws E_SPEC when it tells classes of pixels
 */
function requireReconstruction({ pixels, spec: { recipe } }: Network): void {
  if (!pixels) return
  throw new DiaboloError('E_SPEC', {
    at: `model "${recipe}"`,
    expected: 'a model that gives samples back, to compare them with',
    found: 'one that tells the class of every pixel',
    hint: '"segment" gives its class maps, "evaluate" compares them with true ones',
  })
}

const withoutHead = ({ spec: { recipe } }: Network) =>
  new DiaboloError('E_SPEC', {
    at: `model "${recipe}"`,
    expected: 'a head that tells classes',
    found: 'none',
    hint: 'fine-tune the model on samples with labels first',
  })

/**
 * How well one thing is made of another: of noisy samples clean ones, of samples themselves.
 *
 * inputs:   input [batch, width] and target [batch, width], each as stored; where pixels have classes the target is class
 *           maps, uint8 [batch, pixels], and what is compared with the probabilities is 1 for the class of a pixel, else 0
 * outputs:  error float32 [batch]: the mean squared error per value, or as a table's score; crossEntropy float32 [batch], nats per value, where the model
 *           ends in a sigmoid, or per pixel, where those have classes
 */
export function measureGraph(network: Network, given: Given, stored: Readonly<Record<Side, StoredAs>>): Graph {
  const builder = new GraphBuilder()
  const { pixels, width } = network
  const placed = (side: Side, width: number) =>
    builder.input(side, { dtype: stored[side].dtype, shape: ['batch', width] })
  const input = load(placed('input', width), stored.input)
  const raw = placed('target', pixels?.count ?? width)
  const parameters = place(builder, network, given)
  const decoded = emitWhole(network, input, parameters)
  if (pixels) return builder.build(measureClasses(decoded, raw, pixels.classes))
  const target = load(raw, stored.target)
  const { score: error } = emitErrors(network, { ...decoded, target, raw })
  if (network.output !== 'sigmoid') return builder.build({ error })
  const { logits } = decoded
  const crossEntropy = reduceMean(sub(softplus(logits), mul(target, logits)), { axes: [1] })
  return builder.build({ error, crossEntropy })
}

function measureClasses({ logits, output }: Decoded, classMaps: Value, classes: number) {
  const wanted = emitOneHot(classMaps, classes)
  const error = sub(output, reshape(wanted, output.shape))
  const told = mul(logSoftmax(byPixel(logits, classes)), wanted)
  return {
    error: reduceMean(mul(error, error), { axes: [1] }),
    crossEntropy: mul(reduceMean(reshape(told, error.shape), { axes: [1] }), -classes),
  }
}

interface Compared {
  readonly logits: Value
  readonly output: Value
  readonly target: Value
  /** The target as it was given: NaN where a value of a table is missing. */
  readonly raw: Value
}

/** What each value misses, or each column of a table's row, and what that comes to for a sample. */
function emitErrors(network: Network, { logits, output, target, raw }: Compared) {
  const { columns } = network
  if (columns) {
    const present = emitPresence(raw, columns)
    const errors = emitColumnErrors({ logits, target, present }, columns)
    return { errors, score: emitMeanError(errors, present, [1]) }
  }
  const error = sub(output, network.output === 'softmax' ? emitShares(target) : target)
  const errors = mul(error, error)
  return { errors, score: reduceMean(errors, { axes: [1] }) }
}

/** The same by the spec's own score, where it has one. */
function emitScore(network: Network, compared: Compared, parameters: Readonly<Record<string, Value>>) {
  if (!network.spec.score) return emitErrors(network, compared)
  const { columns } = network
  const errors = network.errors(compared.target, parameters)
  if (!columns) return { errors, score: reduceMean(errors, { axes: [1] }) }
  const present = emitPresence(compared.raw, columns)
  const ofColumns = mul(emitMeanByColumn(errors, columns), present)
  return { errors: ofColumns, score: emitMeanError(ofColumns, present, [1]) }
}

export const compileMeasure = (network: Network, given: Given, stored: Readonly<Record<Side, StoredAs>>): Uint8Array =>
  encode(lower(measureGraph(network, given, stored)), 'measure')

/** Samples as they come → code float32 [batch, values]: what so many layers of the encoder make of them. */
export function compileEncoder(network: Network, given: Given, intake: Intake, layers: number): Uint8Array {
  const builder = new GraphBuilder()
  const { x } = take(builder, network, intake)
  const code = network.encodeUpTo(layers, x, place(builder, network, given))
  return encode(lower(builder.build({ code })), 'encoder')
}

/** Input: code float32 [batch, code]. Output: reconstruction float32 [batch, width]. */
export function decoderGraph(network: Network, given: Given): Graph {
  const builder = new GraphBuilder()
  const width = network.codeShape.reduce((size, dim) => size * dim, 1)
  const code = builder.input('code', { dtype: 'float32', shape: ['batch', width] })
  const { output } = network.decode(code, place(builder, network, given))
  return builder.build({ reconstruction: output })
}

export interface InferenceOptions extends Annotations {
  /** The outputs to compute; when left out, all of them but for the errors of plain models. */
  readonly only?: readonly InferenceOutput[] | undefined
  /** A sample with a larger score is an anomaly. */
  readonly threshold?: number | undefined
  /** The graph's name. */
  readonly name?: string
}

export function compileAutoencoder(
  network: Network,
  given: Given,
  intake: Intake,
  { only, threshold, name = 'autoencoder', ...annotations }: InferenceOptions = {},
): Uint8Array {
  if (only?.some((name) => name === 'score' || name === 'errors')) requireReconstruction(network)
  const graph = autoencoderGraph(network, given, intake, threshold)
  // what plain models miss of each value is easily had from their reconstruction
  const plain = !network.spec.score && !network.columns
  const wanted = (name: string) => only?.includes(name as InferenceOutput) ?? !(plain && name === 'errors')
  const outputs = graph.outputs.filter(({ name }) => wanted(name))
  return encode(lower({ ...graph, outputs }), name, annotations)
}

export const compileDecoder = (network: Network, given: Given, annotations?: Annotations): Uint8Array =>
  encode(lower(decoderGraph(network, given)), 'decoder', annotations)

export function place(builder: GraphBuilder, network: Network, given: Given): Record<string, Value> {
  const values = network.parameters.map(({ name, shape }) => {
    const known = given === 'fed' ? undefined : given[name]
    return [name, known ? builder.constant(known, name) : builder.input(name, { dtype: 'float32', shape })]
  })
  return Object.fromEntries(values)
}
