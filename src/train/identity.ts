import { DiaboloError } from '../base/errors.js'
import { sha256 } from '../base/sha256.js'
import { type Spec, type SteppedSpec, takesLabels } from '../compile/spec.js'
import { type Dataset, type Samples, widthOf } from '../data/dataset.js'
import { fingerprintOf } from '../data/fingerprint.js'
import type { RowStream } from '../data/row-stream.js'
import type { RuntimeInfo } from '../runtime/types.js'
import type { Checkpoint, DataIdentity, Identity, Position } from './checkpoint.js'

export interface Identified {
  readonly spec: Spec
  readonly seed: number
  readonly data: Dataset | RowStream
  /** Of the data, on its way. */
  readonly fingerprint: Promise<string | undefined>
  readonly validation?: Dataset | undefined
  readonly buffer: number
  readonly info: RuntimeInfo
}

/** What a training is known by. */
export async function identify(training: Identified): Promise<Identity> {
  const { spec, seed, data, fingerprint, validation, buffer, info } = training
  const { engine, version, device, threads } = info
  const told = { labelled: spec.phases.some(takesLabels), mapped: spec.pixels !== undefined }
  const own = await dataIdentity(data, await fingerprint, told)
  const other = validation && (await dataIdentity(validation, await fingerprintOf(validation), told))
  return {
    spec,
    seed,
    data: own,
    ...(other && { validation: other }),
    buffer,
    engine: `${engine} ${version}`,
    device,
    threads,
  }
}

/**
 * Makes sure that a training can go on from a checkpoint.
 *
 * @returns what may make last bits differ from those of a training that was never left
 * @throws E_RESUME when the checkpoint is of another training
 */
export function requireResumable({ identity, position }: Checkpoint, now: Identity): readonly string[] {
  const refuse = (what: string, expected: string, found: string, hint: string): never => {
    throw new DiaboloError('E_RESUME', { at: `${what} of the training to go on with`, expected, found, hint })
  }
  if (now.seed !== identity.seed)
    refuse('seed', `${identity.seed}, as in the checkpoint`, `${now.seed}`, 'leave the seed out')
  if (now.buffer !== identity.buffer)
    refuse('buffer', `${identity.buffer} rows, as in the checkpoint`, `${now.buffer}`, 'give the same buffer')
  if (!sameData(now.data, identity.data))
    refuse('data', describe(identity.data), describe(now.data), 'give the data that the training began with')
  const [had, has] = [identity.validation, now.validation]
  if (!(had && has ? sameData(had, has) : had === has))
    refuse('validation data', describe(had), describe(has), 'give the validation data that the training began with')
  requireSameSpec(identity.spec, now.spec, position, refuse)
  return (['engine', 'device', 'threads'] as const)
    .filter((name) => now[name] !== identity[name])
    .map((name) => `${name}: the checkpoint is from ${identity[name]}, this is ${now[name]}; last bits may differ`)
}

type Refuse = (what: string, expected: string, found: string, hint: string) => never

/** The last phase may be given another number of epochs, where what was done so far would have been the same with it. */
function requireSameSpec(before: Spec, now: Spec, position: Position, refuse: Refuse): void {
  const last = before.phases.length - 1
  const [had, has] = [before.phases[last], now.phases[last]]
  const path = firstDifference(before, now, 'spec')
  if (path === undefined) return
  const sameEpochs =
    had && has && had.kind !== 'solve' && has.kind !== 'solve' ? { ...has, epochs: had.epochs } : undefined
  const asBefore = { ...now, phases: now.phases.map((phase, i) => (i === last ? (sameEpochs ?? phase) : phase)) }
  const other = firstDifference(before, asBefore, 'spec')
  if (other !== undefined || !sameEpochs || !has || has.kind === 'solve') {
    const hint = 'train with the options that the training began with'
    refuse(other ?? path, 'what the checkpoint has', 'something else', hint)
  } else if (position.phase === last && position.step > 0) {
    requireSameRates(sameEpochs, has.epochs, position, (...what) => refuse(path, ...what))
  }
}

function requireSameRates(
  { schedule, epochs }: SteppedSpec,
  wanted: number,
  { epoch, seen }: Position,
  refuse: (expected: string, found: string, hint: string) => never,
): void {
  if (schedule.name !== 'constant' || schedule.warmup > 0) {
    const which = schedule.name === 'constant' ? 'a warm-up' : `the schedule "${schedule.name}"`
    const hint = 'its learning rates depend on how many epochs there are: train anew with as many as you want'
    refuse(`${epochs}, because of ${which}`, `${wanted}`, hint)
  }
  const begun = seen === 0 ? epoch - 1 : epoch
  if (wanted < begun) refuse(`at least ${begun}, which are done or under way`, `${wanted}`, 'ask for more epochs')
}

/** Where two JSON values differ, `spec.phases.0.epochs`; nothing when they are the same. */
function firstDifference(a: unknown, b: unknown, at: string): string | undefined {
  if (Object.is(a, b)) return undefined
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return at
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  const value = (of: object, key: string) => (of as Readonly<Record<string, unknown>>)[key]
  for (const key of keys) {
    const found = firstDifference(value(a, key), value(b, key), `${at}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

async function dataIdentity(
  data: Samples & Pick<Dataset, 'classMaps'>,
  fingerprint: string | undefined,
  { labelled, mapped }: { readonly labelled: boolean; readonly mapped: boolean },
): Promise<DataIdentity> {
  const { name, rows, shape, dtype, scale, missing, labels, classMaps } = data
  return {
    name,
    rows,
    shape,
    dtype,
    scale,
    ...(missing !== undefined && { missing }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(labelled && labels && { labels: await sha256(new Uint8Array(Int32Array.from(labels).buffer)) }),
    ...(mapped && classMaps && { classMaps: await sha256(classMaps) }),
  }
}

const sameData = (a: DataIdentity, b: DataIdentity): boolean =>
  a.fingerprint === b.fingerprint &&
  a.labels === b.labels &&
  a.classMaps === b.classMaps &&
  a.rows === b.rows &&
  a.dtype === b.dtype &&
  a.scale === b.scale &&
  widthOf(a) === widthOf(b)

const describe = (data: DataIdentity | undefined): string =>
  data ? `"${data.name}", ${data.rows} rows, ${data.dtype}, ${data.fingerprint?.slice(0, 24)}…` : 'none'
