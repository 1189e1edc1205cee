import { DiaboloError } from '../base/errors.js'
import type { Dataset } from '../data/dataset.js'
import { fingerprintOf } from '../data/fingerprint.js'
import { readDataset } from '../data/read.js'
import { isStream, type RowStream } from '../data/row-stream.js'
import type { Autoencoder } from '../model/autoencoder.js'
import {
  DIGITS_ROWS,
  type Named,
  namedIn,
  openSource,
  openTrainingSource,
  type Source,
  withValidation,
} from './sources.js'

export interface SplitRequest {
  /** What is to be tested: no row that it was trained on may be among those to test on. */
  readonly model?: Autoencoder | undefined
  /** As it was asked for; the model's own when left out, and 1 where there is no model. */
  readonly seed?: number | undefined
}

export interface SplitSource {
  readonly source: Source
  /** By which rows were set aside. */
  readonly seed: number
}

/**
 * A data set in memory, of which no row to test on is one that the model was trained on: the model's own data is split as it
 * was for the model. Data sets with a name have rows to test on of their own.
 *
 * @throws E_OPTION when the seed, or the number of digits, would test on rows that the model was trained on; and what
 *         `openSource` throws
 */
export async function openSplit(nameOrPath: string, { model, seed: asked }: SplitRequest): Promise<SplitSource> {
  const seed = asked ?? model?.provenance.seed ?? 1
  if (!model) return { source: await openSource(nameOrPath, seed), seed }
  const named = namedIn(nameOrPath)
  if (named?.name === 'digits') requireUnseenDigits(model, seed, named)
  const own = named ? undefined : await ownSplit(nameOrPath, model)
  if (own && seed !== model.provenance.seed) throw otherSeed(nameOrPath, seed, model.provenance.seed)
  return { source: own ?? (await openSource(nameOrPath, seed)), seed }
}

/** The split of a file that a model was trained on; nothing when it was trained on something else. */
async function ownSplit(path: string, { provenance }: Autoencoder): Promise<Source | undefined> {
  const { seed, fingerprint } = provenance
  // what was streamed is known by some of its rows, and other rows of it were set aside
  const source = await openTrainingSource(path, seed, fingerprint?.startsWith('sha256-') ?? false)
  if ('columns' in source.train) return undefined
  const { train, test } = source as Source<Dataset | RowStream>
  const isOwn = async (data: Dataset | RowStream) =>
    fingerprint === undefined
      ? data.name === provenance.dataset && data.rows === provenance.rows
      : (await fingerprintOf(data)) === fingerprint
  const isValidated = async () =>
    train.rows > 1 && isOwn((await withValidation(source, seed)).train as Dataset | RowStream)
  if (!(await isOwn(train)) && !(await isValidated())) return undefined
  return { name: path, origin: path, train: isStream(train) ? await readDataset(train) : train, test }
}

/** The digits of a seed are one endless sequence: those to test on come a little after those to train on. */
function requireUnseenDigits({ provenance }: Autoencoder, seed: number, { rows = DIGITS_ROWS.train }: Named): void {
  const isSeen = provenance.rows > rows + DIGITS_ROWS.validation
  if (provenance.dataset !== 'digits' || provenance.seed !== seed || !isSeen) return
  throw new DiaboloError('E_OPTION', {
    at: `--data digits:${rows}`,
    expected: 'digits to test on that the model was not trained on',
    found: `some of the first ${provenance.rows} of seed ${seed}, on which it was`,
    hint: `give --data digits:${provenance.rows}, or another --seed`,
  })
}

const otherSeed = (data: string, asked: number, own: number) =>
  new DiaboloError('E_OPTION', {
    at: '--seed',
    expected: `${own}: the model was trained on a part of "${data}" that this seed chose`,
    found: `${asked}, which would test on rows that the model was trained on`,
    hint: 'leave --seed out, or give data that the model has not seen',
  })
