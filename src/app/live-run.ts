import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DiaboloError } from '../base/errors.js'
import { type Loaded, loadCheckpoint, saveCheckpoint } from '../node/checkpoint-folder.js'
import { requireFresh, writeWhole } from '../node/files.js'
import { appendRecord, formatHistory, RUN_FILES } from '../node/run-folder.js'
import { lock } from '../node/run-lock.js'
import type { Checkpoint } from '../train/checkpoint.js'
import type { FitEvent } from '../train/events.js'
import { type RunPlan, readPlan, writePlan } from './run-plan.js'

/** A run that is being trained: its folder, in which nobody else works meanwhile, and what is kept there as it goes on. */
export class LiveRun {
  readonly folder: string
  readonly plan: RunPlan
  /** Where it is gone on from; nothing at the beginning. */
  readonly resumed: Loaded | undefined
  readonly #isNew: boolean
  readonly #release: () => void
  readonly #warn: (message: string) => void
  #begun = false
  #written: Promise<void> = Promise.resolve()

  private constructor(
    folder: string,
    plan: RunPlan,
    { resumed, isNew }: { readonly resumed?: Loaded | undefined; readonly isNew: boolean },
    release: () => void,
    warn: (message: string) => void,
  ) {
    this.folder = folder
    this.plan = plan
    this.resumed = resumed
    this.#isNew = isNew
    this.#release = release
    this.#warn = warn
  }

  /**
   * @param warn  is told what goes wrong and does not end the training
   * @throws E_EXISTS when there is something in the folder; E_LOCKED when another process trains there; E_WRITE
   */
  static async begin(folder: string, plan: RunPlan, warn: (message: string) => void): Promise<LiveRun> {
    await requireFresh(folder)
    const release = await lock(join(folder, RUN_FILES.lock))
    await writePlan(folder, plan)
    return new LiveRun(folder, plan, { isNew: true }, release, warn)
  }

  /**
   * Goes on with a run that was left, or begins it where it was left before its first checkpoint.
   *
   * @throws E_MISSING when the folder is not that of a run; E_LOCKED when another process trains there; E_CHECKSUM when
   * neither of its checkpoints is whole
   */
  static async reopen(folder: string, warn: (message: string) => void): Promise<LiveRun> {
    const plan = await readPlan(folder)
    const release = await lock(join(folder, RUN_FILES.lock))
    const resumed = await loadCheckpoint(join(folder, RUN_FILES.checkpoint))
    for (const { path, error } of resumed?.skipped ?? []) {
      warn(`${path} cannot be used (${error.message}); going on from ${resumed?.path}, the one before it`)
    }
    return new LiveRun(folder, plan, { resumed, isNew: false }, release, warn)
  }

  readonly onEvent = (event: FitEvent): void => {
    if (event.type === 'warning') this.#warn(event.message)
    if (event.type === 'phase') this.#begin()
    if (event.type !== 'epoch') return
    const { type, ...record } = event
    this.#then(() => appendRecord(this.folder, record))
  }

  readonly onCheckpoint = (checkpoint: Checkpoint): Promise<void> => {
    this.#begin()
    return this.#unlessFull(() => saveCheckpoint(join(this.folder, RUN_FILES.checkpoint), checkpoint))
  }

  /** Waits for what is being written. */
  settled(): Promise<void> {
    return this.#written
  }

  /** Lets others in. */
  async close(): Promise<void> {
    await this.settled()
    this.#release()
  }

  /** Lets others in, and leaves nothing of a run in which training never began. */
  async abandon(): Promise<void> {
    await this.close()
    if (this.#begun || !this.#isNew) return
    await rm(join(this.folder, RUN_FILES.plan), { force: true })
    if ((await readdir(this.folder)).length === 0) await rmdir(this.folder)
  }

  /** Brings the folder to where the checkpoint is, now that training has found nothing wrong with it. */
  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#then(async () => {
      for (const { path } of this.resumed?.skipped ?? []) await rm(path, { recursive: true })
      // it told how the run had ended
      await rm(join(this.folder, RUN_FILES.summary), { force: true })
      // epochs after the checkpoint are run again
      const history = formatHistory(this.resumed?.checkpoint.history ?? [])
      await writeWhole(join(this.folder, RUN_FILES.history), history)
    })
  }

  #then(write: () => Promise<void>): void {
    this.#written = this.#written.then(() => this.#unlessFull(write))
  }

  /** A disk that is full is no reason to throw away what is in memory: the next time there may be room. */
  async #unlessFull(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (!(error instanceof DiaboloError)) throw error
      this.#warn(`${error.message}; ${error.hint}`)
    }
  }
}
