/** What is the same in Node and in a browser. */
export { DiaboloError, ERROR_CODES, type ErrorCode } from './base/errors.js'
export { type CheckpointFiles, decodeCheckpoint, encodeCheckpoint } from './checkpoint/codec.js'
export { adjustedRand, mutualInformation, purity } from './codes/agreement.js'
export { type Clustering, type KMeansOptions, kMeans } from './codes/k-means.js'
export { type NeighbourOptions, type Neighbours, nearestNeighbours, vote } from './codes/neighbours.js'
export { parseSpec, type Spec, specJsonSchema } from './compile/spec.js'
export { type ByteSource, blobSource, byteSource } from './data/byte-source.js'
export { concatRows, concatTables } from './data/concat.js'
export { type Dataset, type DatasetOptions, dataset, type Samples, slice } from './data/dataset.js'
export { type DigitsOptions, digits } from './data/digits/index.js'
export { digitsStream } from './data/digits/stream.js'
export { type ImageFile, type ImageOptions, imageStream } from './data/images/image-stream.js'
export { numericRows } from './data/numeric-table.js'
export { openRows, openTable, type ReadOptions, readDataset, readTable } from './data/read.js'
export { bufferRows, type RowStream, type RowStreamOptions, rowStream } from './data/row-stream.js'
export { SCENE_CLASSES, type ScenesOptions, scenes } from './data/scenes/index.js'
export { holdOut, type Split } from './data/split.js'
export { type SplitOptions, splitRowStream, splitTableStream } from './data/split-data.js'
export { rowsOfLabel, type SplitRows, splitByGroup, splitByTime } from './data/split-rows.js'
export {
  type Column,
  type ColumnHead,
  type ColumnType,
  type NumberColumn,
  streamTable,
  type Table,
  type TableStream,
  type TextColumn,
  table,
} from './data/table.js'
export { judge, type Ranking, type RankingPoint, rank, type Verdict } from './detect/ranking.js'
export type { Provenance, Threshold } from './model/artifact.js'
export { Autoencoder } from './model/autoencoder.js'
export { type DreamOptions, dream, freeEnergy } from './model/boltzmann.js'
export { DiaboloClassifier, fitDiabolo } from './model/diabolo-classifier.js'
export {
  DivergedError,
  type Estimator,
  type EstimatorOptions,
  type FittingOptions,
  fitSpec,
  type Placement,
} from './model/estimator.js'
export type { ExplainedVariance } from './model/explained-variance.js'
export type { ExportName } from './model/export.js'
export type { Classified, DataLike, EncodeOptions, Evaluation, Rows } from './model/faces.js'
export { fineTune } from './model/fine-tune.js'
export {
  convolutional,
  deep,
  denoising,
  documents,
  ensemble,
  pca,
  rbm,
  segnet,
  sparse,
  stacked,
  vanilla,
} from './model/recipes.js'
export { type ClassMaps, compareClassMaps, type Segmentation } from './model/segmentation.js'
export type { TrainingData } from './model/training-data.js'
export type { TrainingExport } from './model/training-export.js'
export type { CorruptionInput } from './nn/corruption.js'
export type { ClassOptions } from './recipes/classes.js'
export type { Device, Runtime, RuntimeInfo, RuntimeOptions } from './runtime/types.js'
export { type BinaryCodes, binarise, mediansOf } from './search/binary-codes.js'
export { type CosineIndex, cosineIndex } from './search/cosine-index.js'
export { type HammingIndex, hammingIndex } from './search/hamming-index.js'
export { type HashTable, hashTable } from './search/hash-table.js'
export { type PrecisionRecall, precisionAt, precisionRecall, type Relevant } from './search/precision.js'
export type { Hit } from './search/top-rows.js'
export type { TableOptions } from './table/options.js'
export { countStems, weightStems } from './text/bag-of-words.js'
export { type LatentSemantics, type LatentSemanticsOptions, latentSemantics } from './text/latent-semantics.js'
export { parseReuters, type Story } from './text/reuters.js'
export { stemsOf } from './text/stems.js'
export { type Vocabulary, vocabularyOf } from './text/vocabulary.js'
export type { Activity } from './train/activity.js'
export type { Checkpoint } from './train/checkpoint.js'
export { type CorruptOptions, corrupt } from './train/corrupt.js'
export type { EpochRecord, FitEvent } from './train/events.js'
export type { FitOptions } from './train/run-phases.js'
