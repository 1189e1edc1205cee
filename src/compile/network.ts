import { DiaboloError } from '../base/errors.js'
import { rng } from '../base/random.js'
import { MOST_VALUES, showShape, sizeOf } from '../base/shape.js'
import { type Tensor, tensor } from '../base/tensor.js'
import type { Value } from '../graph/types.js'
import { OUTPUTS, type OutputName } from '../nn/activations.js'
import { type Columns, emitColumnOutput } from '../nn/columns.js'
import { initialize } from '../nn/initializers.js'
import {
  activationAfter,
  activationOf,
  isTied,
  layerKind,
  mirrorOf,
  type ParameterSpec,
  takesMaps,
} from '../nn/layers/index.js'
import { emitPixelLogits, emitPixelProbabilities } from '../nn/pixels.js'
import { emitErrors, scoreParameters } from '../nn/scores.js'
import { reshape, sub, transpose } from '../ops/index.js'
import { columnsOf } from './columns.js'
import { type DescendSpec, type Spec, takesLabels } from './spec.js'
import { linearised, type Memory, outputShape, requirePools, run, type Stage, stages, type Values } from './stages.js'

/** Tensors by parameter name: `encoder.0.weight`. */
export type Parameters = Readonly<Record<string, Tensor<'float32'>>>

/** What a decoder makes of a code: float32 [batch, width]. */
export interface Decoded {
  /** The same logits where pixels have classes, as losses take them: float32 [height, width, batch, classes]. */
  readonly ofPixels?: Value

  /** Before the last nonlinearity. */
  readonly logits: Value
  /** Of a table's columns, numbers and probabilities; of pixels' classes, probabilities. */
  readonly output: Value
}

/** A sample's way through a network, up to its code and on from there. */
export interface Forward {
  readonly code: Value
  readonly decode: (code: Value) => Decoded
}

/** Layers of the encoder, `from` … `to − 1`, and those of the decoder that mirror them. */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * A spec with every shape worked out: what it learns, and the graph of each half. Samples are rows of values in the data's
 * own order (height, width, channels); between layers, feature maps are [channels, height, width].
 */
export interface Network {
  readonly spec: Spec
  /** Values per sample. */
  readonly width: number
  readonly codeShape: readonly number[]
  /** The nonlinearity after the logits. */
  readonly output: OutputName
  /** The columns of a sample, where it is a row of a table. */
  readonly columns: Columns | undefined
  /** Where it tells the class of every pixel of a sample: how many classes and pixels; logits are [batch, pixels × classes]. */
  readonly pixels: { readonly classes: number; readonly count: number } | undefined
  /** Whether a unit of the code says how active it is, from 0 to 1. */
  readonly codeIsActivity: boolean
  readonly parameters: readonly ParameterSpec[]
  /** x float32 [batch, width] → code float32 [batch, code] */
  readonly encode: (x: Value, parameters: Values) => Value
  /** code float32 [batch, code] → what is made of it; a decoder that unpools throws E_SPEC, as it needs the sample */
  readonly decode: (code: Value, parameters: Values) => Decoded
  /** x float32 [batch, width] → its code, and what the decoder makes of that, or of another code, and of what the encoder's poolings remember */
  readonly forward: (x: Value, parameters: Values) => Forward
  /** code float32 [batch, code] → class logits float32 [batch, classes], where there is a head */
  readonly classify?: (code: Value, parameters: Values) => Value
  /** Layers of the encoder. */
  readonly depth: number
  /** The shape of a sample after so many layers of the encoder. */
  readonly shapeAfter: (layers: number) => readonly number[]
  /** x float32 [batch, width] → what so many layers of the encoder make of it, float32 [batch, values] */
  readonly encodeUpTo: (layers: number, x: Value, parameters: Values) => Value
  /**
   * x float32 [batch, width] → what is missed of it, float32 [batch, members, values]: of the sample itself by one member, or,
   * where layers that do not learn stand first, of what those make of it.
   */
  readonly residuals: (x: Value, parameters: Values) => Value
  /** x float32 [batch, width] → what each value adds to the score, which is their mean: float32 [batch, values] */
  readonly errors: (x: Value, parameters: Values) => Value
}

/** The part of a model that a phase trains: parameters that its loss does not depend on are left out. */
export function networkOf(spec: Spec, phase: DescendSpec): Network {
  const network = buildNetwork(spec, phase.layers, takesLabels(phase))
  const idle = takesLabels(phase) ? 'decoder.' : 'head.'
  return { ...network, parameters: network.parameters.filter(({ name, fixed }) => !fixed && !name.startsWith(idle)) }
}

/**
 * @param span    the part to build, for phases that train some layers only; the whole when left out
 * @param toCode  whether the part ends at the code, where the head stands, and not at the layers that mirror it
 * @throws E_SHAPE when the decoder does not give back as many values as a sample has, or a layer cannot take its input;
 *         E_SPEC when a span or a tied layer has no mirror, or the network is larger than any file could hold
 */
export function buildNetwork(spec: Spec, span: Span = { from: 0, to: spec.encoder.length }, toCode = false): Network {
  const { from, to } = span
  const whole = toCode || (from === 0 && to === spec.encoder.length)
  requireUntied(spec)
  if (!whole) requireMirror(spec, span)
  const [firstMirrored, endMirrored] = whole
    ? [0, spec.decoder.length]
    : [spec.decoder.length - to, spec.decoder.length - from]

  const [firstLayer] = spec.encoder
  const maps = firstLayer !== undefined && takesMaps(firstLayer)
  const sample = maps ? channelsFirst(spec.input) : spec.input
  const encoder = stages(spec.encoder, 'encoder', sample).slice(from, to)
  const shapes = spec.encoder.map((_, i) => outputShape(spec.encoder.slice(0, i), sample))
  shapes.push(outputShape(spec.encoder, sample))
  const input = shapes[from] as readonly number[]
  const codeShape = shapes[to] as readonly number[]
  const width = sizeOf(input)
  const { pixels } = spec
  const wanted = pixels && whole ? pixelsOf(spec.input) * pixels.classes : width
  const decoder = withOffset(
    stages(spec.decoder.slice(firstMirrored, endMirrored), 'decoder', codeShape),
    firstMirrored,
    spec,
    sample,
  )
  const reconstructed = outputShape(
    decoder.map(({ layer }) => layer),
    codeShape,
  )
  if (!toCode) requireSame(sizeOf(reconstructed), wanted, spec.recipe)
  requirePools(decoder, stages(spec.encoder, 'encoder', sample))
  const head = spec.head && to === spec.encoder.length ? headOn(codeShape, spec.head) : undefined
  requireModest([...encoder, ...decoder, ...(head ? [head] : [])], [codeShape, reconstructed])

  // inside the network, the last nonlinearity is the layer's own; towards the data it is the model's
  const last = decoder.at(-1)?.layer
  const outward = whole || from === 0
  const output = outward || !last ? spec.output : activationOf(last)
  const linear = outward ? decoder : decoder.map((stage, i) => (i === decoder.length - 1 ? linearised(stage) : stage))
  const columns = outward && spec.table ? columnsOf(spec.table) : undefined
  const first = spec.encoder[from]
  const enter = scoped('input', (x) => {
    if (from > 0) return unflatten(x, input)
    return first && takesMaps(first) ? toChannelsFirst(x, spec.input) : x
  })
  const leave = scoped('output', (x) => flatten(outward && maps ? toChannelsLast(x) : x))
  const toRows = scoped('code', flatten)
  const toShape = scoped('code', (code) => unflatten(code, codeShape))
  const complete = whole && !toCode
  const front = complete ? frontOf(spec) : 0
  const compared = shapes[from + front] as readonly number[]
  const [members, values] =
    spec.encoder[from + front - 1]?.type === 'copy' ? (compared as [number, number]) : [1, sizeOf(compared)]
  const score = spec.score ?? 'squared'
  const residuals = (x: Value, given: Values): Value => {
    const memory: Memory = new Map()
    const wanted = run(encoder.slice(0, front), enter(x), given)
    const code = run(encoder.slice(front), wanted, given, memory)
    const missed =
      front === 0
        ? sub(scoped('output', OUTPUTS[output])(leave(run(linear, code, given, memory))), x)
        : sub(run(decoder.slice(0, decoder.length - front), code, given), wanted)
    return reshape(missed, [x.shape[0] ?? 1, members, values])
  }
  const emitOutput = (z: Value): Value => {
    if (columns) return emitColumnOutput(z, columns)
    return pixels && outward ? emitPixelProbabilities(z, pixels.classes) : OUTPUTS[output](z)
  }
  const decoded = (code: Value, values: Values, memory?: Memory): Decoded => {
    const made = run(linear, toShape(code), values, memory)
    const logits = leave(made)
    const ofPixels = pixels && outward && scoped('output', emitPixelLogits)(made)
    return { ...(ofPixels && { ofPixels }), logits, output: scoped('output', emitOutput)(logits) }
  }
  const learned = [...encoder, ...decoder, ...(head ? [head] : [])].flatMap(({ layer, prefix, input }) =>
    layerKind(layer)
      .parameters(layer, input)
      .map((parameter) => ({ ...parameter, name: prefix + parameter.name })),
  )
  return {
    spec,
    width,
    codeShape,
    output,
    columns,
    pixels: pixels && outward ? { classes: pixels.classes, count: pixelsOf(spec.input) } : undefined,
    codeIsActivity: activationAfter(spec.encoder.slice(from, to)) === 'sigmoid',
    parameters: complete ? [...learned, ...scoreParameters(score, values)] : learned,
    residuals,
    errors: scoped('score', (x, given) => emitErrors(score, residuals(x, given), given)),
    ...(head && { classify: (code, values) => run([head], code, values) }),
    depth: to - from,
    shapeAfter: (layers) => shapes[from + layers] as readonly number[],
    encode: (x, values) => toRows(run(encoder, enter(x), values)),
    encodeUpTo: (layers, x, values) => toRows(run(encoder.slice(0, layers), enter(x), values)),
    decode: (code, values) => decoded(code, values),
    forward: (x, values) => {
      const memory: Memory = new Map()
      const code = toRows(run(encoder, enter(x), values, memory))
      return { code, decode: (code) => decoded(code, values, memory) }
    },
  }
}

/** Starting values; each parameter's depend on the seed and its own name only. */
export function initialParameters({ parameters }: Network, seed: number): Parameters {
  const entries = parameters.map(({ name, shape, init, fan }) => {
    const values = initialize(init, shape, fan, rng(seed, 'init', name))
    return [name, tensor('float32', shape, values)]
  })
  return Object.fromEntries(entries)
}

const headOn = (input: readonly number[], { classes: units }: NonNullable<Spec['head']>): Stage => ({
  layer: { type: 'dense', units, activation: 'linear', init: { name: 'glorot' }, tied: false },
  prefix: 'head.',
  input,
})

/** The decoder's stages under the names that they have in the whole network, tied to their mirrors. */
function withOffset(decoder: readonly Stage[], offset: number, spec: Spec, sample: readonly number[]): Stage[] {
  return decoder.map((stage, i) => {
    const prefix = `decoder.${i + offset}.`
    if (!isTied(stage.layer)) return { ...stage, prefix }
    const mirror = spec.encoder.length - 1 - (i + offset)
    const twin = spec.encoder[mirror]
    const twinInput = outputShape(spec.encoder.slice(0, mirror), sample)
    const own = [outputShape([stage.layer], stage.input), stage.input].map(sizeOf)
    const fits =
      spec.encoder.length === spec.decoder.length &&
      twin?.type === mirrorOf(stage.layer) &&
      String([twinInput, outputShape([twin], twinInput)].map(sizeOf)) === String(own)
    if (!fits) {
      throw new DiaboloError('E_SPEC', {
        at: `spec.decoder.${i + offset}.tied`,
        expected: `a ${mirrorOf(stage.layer)} layer from ${own[0]} to ${own[1]} values at the mirrored place of the encoder`,
        found: twin ? `"${twin.type}"${twin.type === 'dense' ? ` with ${twin.units} units` : ''}` : 'nothing',
        hint: 'tie only layers whose encoder has the same sizes the other way round',
      })
    }
    return { ...stage, prefix, tied: `encoder.${mirror}.` }
  })
}

function scoped<A extends readonly unknown[]>(scope: string, emit: (x: Value, ...more: A) => Value) {
  return (x: Value, ...more: A): Value => x.builder.within(scope, () => emit(x, ...more))
}

/** Layers that stand before all that learns: how samples are compared, and for how many members. */
function frontOf({ encoder, decoder }: Spec): number {
  const learned = encoder.findIndex(({ type }) => type !== 'squash' && type !== 'copy')
  return encoder.length === decoder.length ? Math.max(0, learned) : 0
}

const unflatten = (x: Value, shape: readonly number[]) => reshape(x, [x.shape[0] ?? 1, ...shape])

const flatten = (x: Value) => reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1) as readonly number[])])

/** How many pixels samples [height, width, channels] or [height, width] have. */
const pixelsOf = ([height = 1, width = 1]: readonly number[]): number => height * width

/** [height, width, channels] or [height, width] as [channels, height, width]. */
function channelsFirst(input: readonly number[]): readonly number[] {
  const [height, width, channels = 1] = input
  if ((input.length === 2 || input.length === 3) && height !== undefined && width !== undefined)
    return [channels, height, width]
  throw new DiaboloError('E_SHAPE', {
    at: 'first layer of the encoder',
    expected: 'images, samples of shape [height, width] or [height, width, channels]',
    found: `samples of shape ${showShape(input)}`,
    hint: 'use a recipe of dense layers for rows of numbers, or give the shape of the images',
  })
}

function toChannelsFirst(x: Value, sample: readonly number[]): Value {
  const [channels, ...size] = channelsFirst(sample)
  if (channels === 1) return unflatten(x, [1, ...size])
  return transpose(unflatten(x, [...size, channels as number]), [0, 3, 1, 2])
}

const toChannelsLast = (x: Value): Value => (x.shape.length === 4 && x.shape[1] !== 1 ? transpose(x, [0, 2, 3, 1]) : x)

function requireUntied({ encoder }: Spec): void {
  const tied = encoder.findIndex((layer) => layer.type === 'dense' && layer.tied)
  if (tied < 0) return
  throw new DiaboloError('E_SPEC', {
    at: `spec.encoder.${tied}.tied`,
    expected: 'tied layers in the decoder only',
    found: 'one in the encoder',
    hint: 'the encoder owns the weight; set "tied" on the mirrored layer of the decoder',
  })
}

function requireMirror({ encoder, decoder }: Spec, { from, to }: Span): void {
  if (encoder.length === decoder.length && from < to && to <= encoder.length) return
  throw new DiaboloError('E_SPEC', {
    at: 'spec.phases, "layers"',
    expected: `layers within 0 … ${encoder.length}, and a decoder of as many layers as the encoder`,
    found: `layers ${from} … ${to}, ${decoder.length} layers in the decoder`,
    hint: 'each layer that is trained by itself needs the layer that undoes it',
  })
}

/** What ONNX's files can hold is 2 GiB: so many numbers, and some room. */
const MOST_LEARNED = 2 ** 29 - 2 ** 20

/** Before anything is allocated: a number of units may come from a typing error, and a spec from anywhere. */
function requireModest(stages: readonly Stage[], ends: readonly (readonly number[])[]): void {
  const refuse = (expected: string, found: number): never => {
    throw new DiaboloError('E_SPEC', {
      at: 'spec.encoder and spec.decoder',
      expected,
      found: `${found}`,
      hint: 'make the layers smaller',
    })
  }
  const widest = Math.max(...[...stages.map(({ input }) => input), ...ends].map(sizeOf))
  if (!(widest <= MOST_VALUES)) refuse(`layers of at most ${MOST_VALUES} values`, widest)
  const learned = stages.flatMap(({ layer, input }) => layerKind(layer).parameters(layer, input))
  const count = learned.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  if (!(count <= MOST_LEARNED)) refuse(`at most ${MOST_LEARNED} numbers to learn`, count)
}

function requireSame(reconstructed: number, width: number, recipe: string): void {
  if (reconstructed === width) return
  throw new DiaboloError('E_SHAPE', {
    at: `decoder of "${recipe}"`,
    expected: `${width} values per sample`,
    found: `${reconstructed}`,
    hint: 'give the last layer of the decoder as many units as a sample has values',
  })
}
