import { DiaboloError } from '../base/errors.js'
import { showShape, sizeOf } from '../base/shape.js'
import {
  compileAutoencoder,
  compileClasses,
  compileClassMaps,
  compileDecoder,
  type InferenceOutput,
} from '../compile/inference.js'
import type { Spec } from '../compile/spec.js'
import { type Dataset, dataset } from '../data/dataset.js'
import { formatSafetensors } from '../data/formats/safetensors.js'
import type { Table } from '../data/table.js'
import type { Runtime, Session } from '../runtime/types.js'
import { columnMeans } from '../table/column-means.js'
import { fromFeatures, toFeatures } from '../table/features.js'
import type { TableSpec } from '../table/spec.js'
import { rowsPerRun, runInBatches } from '../train/batches.js'
import { type Checkpoint, totalsOf } from '../train/checkpoint.js'
import { mostProbable } from '../train/class-gauge.js'
import { encodeDataset } from '../train/codes.js'
import type { EpochRecord } from '../train/events.js'
import type { FitResult } from '../train/run-phases.js'
import { requireWidth } from '../train/validate.js'
import { type Artifact, artifactOf, describeArtifact, readArtifact, type Threshold } from './artifact.js'
import { evaluatePairs } from './evaluate.js'
import { type ExplainedVariance, explainedVariance } from './explained-variance.js'
import { type ExportName, exportModel } from './export.js'
import type { Classified, DataLike, EncodeOptions, Evaluation, Rows } from './faces.js'
import { files, sharedRuntime } from './platform.js'
import type { ClassMaps } from './segmentation.js'
import { type ThresholdOptions, thresholdOf } from './threshold.js'
import { dataFeeds, exportFeeds, requireTrainedOn, type TrainingExport } from './training-export.js'
import { torchWeights } from './weights.js'

/** A fitted model. All that is fitted has this face, whatever recipe it comes from. */
export class Autoencoder {
  readonly #artifact: Artifact
  readonly #runtime: Runtime | undefined
  readonly #sessions = new Map<string, Promise<Session>>()
  /** How the fit went; absent from models that were loaded. */
  readonly training: Omit<FitResult, 'parameters'> | undefined

  constructor(artifact: Artifact, training?: Omit<FitResult, 'parameters'>, runtime?: Runtime) {
    this.#artifact = artifact
    this.#runtime = runtime
    this.training = training
  }

  /**
   * Reads a model that `toBytes` or `save` wrote.
   *
   * @throws E_FORMAT when the bytes are something else; E_UNSAFE when they hold more than such a model does
   */
  static fromBytes(bytes: Uint8Array, { at = 'model', runtime }: { at?: string; runtime?: Runtime } = {}): Autoencoder {
    return new Autoencoder(readArtifact(bytes, at), undefined, runtime)
  }

  /**
   * The model that a training had come to: with `patience`, the one that had validated best until then.
   *
   * @throws E_FORMAT when the checkpoint does not hold all that the model has
   */
  static fromCheckpoint(checkpoint: Checkpoint, { runtime }: { runtime?: Runtime } = {}): Autoencoder {
    const training = { history: checkpoint.history, ...totalsOf(checkpoint.position), stopped: 'aborted' } as const
    return new Autoencoder(artifactOf(checkpoint), training, runtime)
  }

  /** Reads `model.onnx`, or the one in a run folder. Needs a file system. */
  static async load(path: string): Promise<Autoencoder> {
    return Autoencoder.fromBytes(await files().readModel(path), { at: path })
  }

  get spec(): Spec {
    return this.#artifact.network.spec
  }

  get provenance() {
    return this.#artifact.provenance
  }

  /** Which scores are too large, where that was said. */
  get threshold(): Threshold | undefined {
    return this.#artifact.threshold
  }

  /**
   * How much of the variance of the rows that were learned from each principal component accounts for, the largest first; of
   * other models nothing.
   */
  get explainedVariance(): ExplainedVariance | undefined {
    const { explained } = this.#artifact
    return explained && explainedVariance(explained)
  }

  get history(): readonly EpochRecord[] {
    return this.training?.history ?? []
  }

  /** Values per code. */
  get codeWidth(): number {
    return sizeOf(this.#artifact.network.codeShape)
  }

  /** Whether each value of a code says how active a unit is, from 0 to 1. */
  get codeIsActivity(): boolean {
    return this.#artifact.network.codeIsActivity
  }

  /** Learned tensors by name, `encoder.0.weight` float32 [in, units]. */
  get parameters() {
    return this.#artifact.parameters
  }

  /** How many numbers were learned. */
  get parameterCount(): number {
    return Object.values(this.parameters).reduce((sum, { data }) => sum + data.length, 0)
  }

  /**
   * @returns float32 [rows, ...code]
   * @throws E_OPTION when the encoder does not have so many layers
   */
  async encode(data: DataLike, { layers }: EncodeOptions = {}): Promise<Rows> {
    const { network, parameters } = this.#artifact
    if (layers === undefined) return this.#shaped(await this.#run(data, 'code'), network.codeShape)
    requireLayers(layers, this.spec)
    const samples = this.samples(data)
    const codes = await encodeDataset(await this.#openRuntime(), network, parameters, samples, layers)
    return { shape: [codes.rows, ...codes.shape], data: codes.values as Float32Array }
  }

  /**
   * @returns float32 [rows, ...sample], in the model's units: 0 to 1 for images, of tables scaled numbers and probabilities; of
   *          a model that tells classes of pixels, their probabilities [rows, height, width, classes]
   */
  async reconstruct(data: DataLike): Promise<Rows> {
    const { input, pixels } = this.spec
    const shape = pixels ? [...input.slice(0, 2), pixels.classes] : input
    return this.#shaped(await this.#run(data, 'reconstruction'), shape)
  }

  /**
   * What the model makes of the rows of a table, in the columns' own units; of categories the likeliest.
   *
   * @throws E_DATA when the model was not trained on a table, or columns are not there
   */
  async reconstructTable(data: Table): Promise<Table> {
    const { data: features } = await this.reconstruct(data)
    return fromFeatures(this.#table(data), features, data.name)
  }

  /**
   * How unlike what it learned a model finds each sample: the mean squared error per value of its reconstruction, or what else
   * the spec's `score` says.
   *
   * @returns float32 [rows]
   */
  async score(data: DataLike): Promise<Float32Array> {
    return this.#run(data, 'score')
  }

  /**
   * What each value adds to its sample's score, which is their mean: its squared error, or what else the spec's `score` says.
   * Of a table's row, what each column adds, the mean being over those that are there: the squared error of a number, the
   * cross-entropy of a category, both as parts of what a constant guess gets in training.
   *
   * @returns float32 [rows, values], or [rows, columns] in the order of `columns`, 0 where a value is missing
   * @throws E_DATA when columns are not there
   */
  async errors(data: DataLike): Promise<Rows> {
    return this.#shaped(await this.#run(data, 'errors'), [this.columns.length || this.#artifact.network.width])
  }

  /**
   * How well each column of a table is reconstructed: the mean of its errors where it is there, of which a constant guess
   * has about 1; NaN where it never is.
   *
   * @throws E_DATA as `errors` does
   */
  async columnErrors(data: Table | Dataset): Promise<Readonly<Record<string, number>>> {
    const table = this.#table(data)
    const samples = this.samples(data)
    return columnMeans(table, samples, (await this.errors(samples)).data)
  }

  /** The columns of the tables that the model takes; none for models of anything else. */
  get columns(): readonly string[] {
    return this.spec.table?.columns.map(({ name }) => name) ?? []
  }

  /**
   * The class of each sample.
   *
   * @returns  labels int32 [rows], from 0; probabilities float32 [rows, classes]
   * @throws E_SPEC when the model has no head: `fineTune` gives it one
   */
  async classify(data: DataLike): Promise<Classified> {
    const { network, parameters } = this.#artifact
    const samples = this.samples(data)
    const { dtype, scale, missing } = samples
    const session = await this.#session(`classes ${dtype} ${scale} ${missing}`, () =>
      compileClasses(network, parameters, { dtype, scale, missing }),
    )
    const run = { session, inputs: { input: samples }, rowsPerRun: rowsPerRun(network) }
    const { probabilities } = await runInBatches(run, ['probabilities'])
    const classes = network.spec.head?.classes ?? 0
    return { labels: mostProbable(probabilities, classes), probabilities: this.#shaped(probabilities, [classes]) }
  }

  /**
   * The most probable class of every pixel.
   *
   * @returns  uint8 [rows, height, width], from 0
   * @throws E_SPEC when the model does not tell classes of pixels
   */
  async segment(data: DataLike): Promise<ClassMaps> {
    const { network, parameters } = this.#artifact
    const samples = this.samples(data)
    const { dtype, scale, missing } = samples
    const session = await this.#session(`class maps ${dtype} ${scale} ${missing}`, () =>
      compileClassMaps(network, parameters, { dtype, scale, missing }),
    )
    const run = { session, inputs: { input: samples }, rowsPerRun: rowsPerRun(network) }
    const { classMap } = await runInBatches(run, ['classMap'])
    return { shape: [samples.rows, ...this.spec.input.slice(0, 2)], data: Uint8Array.from(classMap) }
  }

  /**
   * @param codes  float32, rows × code values
   * @returns      float32 [rows, ...sample]
   * @throws E_SHAPE when the codes do not have the model's width; E_SPEC when the decoder needs the sample as well, to put
   *         values where its maxima were
   */
  async decode(codes: Rows | Float32Array): Promise<Rows> {
    const { network, parameters } = this.#artifact
    const values = codes instanceof Float32Array ? codes : codes.data
    const rows = this.#dataset(values, sizeOf(network.codeShape), 'codes')
    const session = await this.#session('decoder', () => compileDecoder(network, parameters))
    const run = { session, inputs: { code: rows }, rowsPerRun: rowsPerRun(network) }
    return this.#shaped((await runInBatches(run, ['reconstruction'])).reconstruction, this.spec.input)
  }

  /**
   * How well reconstructions agree with what they should be.
   *
   * @param data    what the model is given
   * @param target  what it should make of each sample: the samples themselves when left out, clean ones for noisy data
   * @throws E_DATA when data and target differ in rows, or samples lack the class maps that the model tells
   */
  async evaluate(data: DataLike, target: DataLike = data): Promise<Evaluation> {
    const pairs = { input: this.samples(data), target: this.samples(target) }
    return evaluatePairs(await this.#openRuntime(), this.#artifact, pairs, (input) => this.segment(input))
  }

  /**
   * Data as the model sees it: the rows of a table as features, NaN where a value is missing.
   *
   * @throws E_SHAPE when samples are of another width; E_DATA when a table lacks columns, or the model takes none
   */
  samples(data: DataLike): Dataset {
    const { width } = this.#artifact.network
    if ('columns' in data) return toFeatures(this.#table(data), data)
    const samples = 'rows' in data ? data : this.#dataset(data, width, 'values')
    requireWidth(samples, width, `input of "${this.spec.recipe}"`)
    return samples
  }

  /**
   * The same model, which also says what is an anomaly: a sample whose score is above those of nearly all samples of this data.
   *
   * @param data      samples that are as they should be, best those that the model was not trained on
   * @param quantile     the part of them that is not above the threshold, 0.99 when left out (nearest rank)
   * @param falseAlarms  in place of a quantile: the part of ordinary samples that may be above it, which then holds for samples
   *                     like those of `data`, none of which the model may have learned from (split-conformal)
   * @throws E_OPTION when one of them is out of range, or both are given; E_DATA when there are too few samples
   */
  async withThreshold(data: DataLike, { quantile, falseAlarms }: ThresholdOptions = {}): Promise<Autoencoder> {
    const samples = this.samples(data)
    const { rows, name: dataset } = samples
    const scores = await this.score(samples)
    const threshold = { ...thresholdOf(scores, { quantile, falseAlarms }), dataset, rows }
    return new Autoencoder({ ...this.#artifact, threshold }, this.training, this.#runtime)
  }

  /** The model as one ONNX file: input → code, reconstruction, score; and anomaly, where there is a threshold. */
  toBytes(): Uint8Array {
    return this.export('autoencoder')
  }

  /**
   * The model, a part of it, or its training, as an ONNX file for any runtime.
   *
   * @throws E_OPTION when its training cannot be exported as asked
   */
  export(what: ExportName, options?: TrainingExport): Uint8Array {
    return exportModel(this.#artifact, what, options)
  }

  /**
   * What the file of its training is fed with beside `trips` and `step`, as safetensors: where it starts, and lists with a row
   * for each step.
   *
   * @param data  what the model was trained on, to go into the file as well
   * @throws E_OPTION when its training cannot be exported as asked; E_CHECKSUM when the data is not what it was trained on
   */
  async exportFeeds(options: TrainingExport = {}, data?: Dataset): Promise<Uint8Array> {
    const feeds = exportFeeds(this.#artifact, options)
    if (data) await requireTrainedOn(data, this.provenance)
    return formatSafetensors(
      { ...feeds, ...(data && dataFeeds(this.#artifact, data)) },
      describeArtifact(this.#artifact),
    )
  }

  /** The weights as safetensors, by the names and in the layouts of PyTorch's layers: `encoder.0.weight` [out, in]. */
  exportWeights(): Uint8Array {
    return formatSafetensors(torchWeights(this.#artifact), { format: 'pt', ...describeArtifact(this.#artifact) })
  }

  /**
   * Writes `model.onnx` into a folder, which is made if need be. Needs a file system.
   *
   * @throws E_WRITE when it cannot be written
   */
  async save(folder: string): Promise<void> {
    await files().writeModel(folder, this.toBytes())
  }

  /** Frees the runtime's sessions; the model can still be used and opens new ones. */
  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()]
    this.#sessions.clear()
    for (const session of sessions) await (await session).close()
  }

  async #run(data: DataLike, output: InferenceOutput): Promise<Float32Array> {
    const { network, parameters } = this.#artifact
    const samples = this.samples(data)
    const { dtype, scale, missing } = samples
    const session = await this.#session(`${output} ${dtype} ${scale} ${missing}`, () =>
      compileAutoencoder(network, parameters, { dtype, scale, missing }, { only: [output] }),
    )
    const run = { session, inputs: { input: samples }, rowsPerRun: rowsPerRun(network) }
    return (await runInBatches(run, [output]))[output]
  }

  #table(data: Table | Dataset): TableSpec {
    const { table, recipe } = this.spec
    if (table) return table
    throw new DiaboloError('E_DATA', {
      at: `input of "${recipe}"`,
      expected: `samples of shape ${showShape(this.spec.input)}, as the model was trained on`,
      found: `${data.name}, a table`,
      hint: 'train a model on a table to use it on tables',
    })
  }

  #dataset(values: Float32Array | Uint8Array, width: number, name: string): Dataset {
    return dataset(values, { name, shape: [width] })
  }

  #shaped(data: Float32Array, sample: readonly number[]): Rows {
    return { shape: [data.length / sizeOf(sample), ...sample], data }
  }

  async #openRuntime(): Promise<Runtime> {
    return this.#runtime ?? sharedRuntime()
  }

  #session(key: string, compile: () => Uint8Array): Promise<Session> {
    const known = this.#sessions.get(key)
    if (known) return known
    const opened = this.#openRuntime().then((runtime) => runtime.open(compile()))
    this.#sessions.set(key, opened)
    return opened
  }
}

function requireLayers(layers: number, { encoder, recipe }: Spec): void {
  if (Number.isInteger(layers) && layers >= 1 && layers <= encoder.length) return
  throw new DiaboloError('E_OPTION', {
    at: `layers of encode, model "${recipe}"`,
    expected: `a whole number from 1 to ${encoder.length}, the layers of its encoder`,
    found: `${layers}`,
    hint: 'leave it out for the code',
  })
}
