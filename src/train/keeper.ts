import type { Checkpoint, Identity, Standing } from './checkpoint.js'
import { untilStopped } from './stopping.js'

/** Seconds between checkpoints, unless the caller says otherwise. */
const DEFAULT_SECONDS = 30

/** An epoch's end is a good moment for a checkpoint, but not more often than so many seconds. */
const EPOCH_SECONDS = 1

/** How long the last one waits for the data to be known. */
const LAST_SECONDS = 1

export interface KeeperOptions {
  /** Takes a checkpoint; the next one is not made before it is done. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>
  /** How often. */
  readonly checkpointSeconds?: number
}

/** Hands checkpoints to who keeps them, while training goes on. */
export class Keeper {
  readonly #sink: KeeperOptions['onCheckpoint']
  readonly #seconds: number
  readonly #identity: Promise<Identity> | undefined
  #last = performance.now()
  #underWay: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined

  /** @param identity  of the training, on its way; not needed where nobody wants checkpoints */
  constructor({ onCheckpoint, checkpointSeconds }: KeeperOptions, identity: Promise<Identity> | undefined) {
    this.#sink = onCheckpoint
    this.#seconds = checkpointSeconds ?? DEFAULT_SECONDS
    this.#identity = identity
  }

  /**
   * A moment at which a checkpoint may be made.
   *
   * @param take  says how far the training has come now
   * @throws what the one before this failed with
   */
  offer(moment: 'step' | 'epoch', take: () => Promise<Standing>): void {
    if (this.#failure) throw this.#failure.error
    const seconds = moment === 'epoch' ? Math.min(EPOCH_SECONDS, this.#seconds) : this.#seconds
    if (!this.#sink || this.#underWay || performance.now() - this.#last < seconds * 1000) return
    this.#last = performance.now()
    this.#underWay = this.#keep(take())
      .catch((error: unknown) => {
        this.#failure = { error }
      })
      .finally(() => {
        this.#underWay = undefined
      })
  }

  /** Keeps the last one, after the one that is under way. Data that cannot be read any more does not hold it up for long. */
  async end(standing: Standing): Promise<void> {
    await this.#underWay
    if (this.#failure) throw this.#failure.error
    await this.#keep(Promise.resolve(standing), AbortSignal.timeout(LAST_SECONDS * 1000))
  }

  async #keep(taken: Promise<Standing>, signal?: AbortSignal): Promise<void> {
    const standing = await taken
    const identity = this.#identity && (await untilStopped(this.#identity, signal))
    // weights that are no longer finite are not worth to go on from: the next step will say so
    if (identity && isWhole(standing)) await this.#sink?.({ identity, ...standing })
  }
}

const isWhole = ({ tensors }: Standing): boolean =>
  Object.values(tensors).every(({ data }) => data.every(Number.isFinite))
