import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { DiaboloError } from '../base/errors.js'
import type { DigitsOptions } from '../data/digits/index.js'
import { type Draw, digitsStream as streamOf } from '../data/digits/stream.js'
import type { RowStream } from '../data/row-stream.js'
import type { DrawRequest, DrawResponse } from './digits-worker.js'

/**
 * The same images as `digits`, drawn as they are needed on threads of their own: any number of them, in little memory.
 *
 * @throws E_OPTION when an option is not a whole number in its range
 */
export const digitsStream = (options: DigitsOptions): RowStream => streamOf(options, draw)

/** More than two would take from training what they give it. */
const MOST_THREADS = 2
/** Milliseconds without work after which a thread goes. */
const IDLE = 1000

/** One thread that draws, with what it was asked for and has not answered. */
class Drawer {
  readonly #worker: Worker
  readonly #open = new Map<number, { resolve(values: Uint8Array): void; reject(error: DiaboloError): void }>()
  #idle: NodeJS.Timeout | undefined
  #count = 0

  constructor(onEnd: (drawer: Drawer) => void) {
    // found through package.json, so that the same line serves the sources under test and the built package
    this.#worker = new Worker(createRequire(import.meta.url).resolve('#digits-worker'), {
      // flags of a program given as text (--input-type) are not for files
      execArgv: [],
    })
    this.#worker.on('message', ({ id, values }: DrawResponse) => {
      this.#open.get(id)?.resolve(values)
      this.#open.delete(id)
      if (this.#open.size > 0) return
      // a thread without work must not keep a finished program alive
      this.#worker.unref()
      this.#idle = setTimeout(() => {
        // first, so that nobody asks a thread that is on its way out
        onEnd(this)
        void this.#worker.terminate()
      }, IDLE).unref()
    })
    this.#worker.on('error', (error) => this.#fail(error.message))
    this.#worker.on('exit', () => {
      onEnd(this)
      this.#fail('the thread ended')
    })
  }

  /** Requests that wait for an answer. */
  get load(): number {
    return this.#open.size
  }

  draw(from: number, to: number, seed: number): Promise<Uint8Array> {
    clearTimeout(this.#idle)
    this.#worker.ref()
    const id = this.#count++
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject })
      this.#worker.postMessage({ id, from, to, seed } satisfies DrawRequest)
    })
  }

  #fail(reason: string): void {
    for (const { reject } of this.#open.values()) {
      reject(
        new DiaboloError('E_DATA', {
          at: 'digits',
          expected: 'a thread that draws them',
          found: reason,
          hint: 'try again; if it happens again, please report this with the command that led here',
        }),
      )
    }
    this.#open.clear()
  }
}

const drawers = new Set<Drawer>()

/** By the thread that has least to do. */
const draw: Draw = (from, to, seed) => {
  const [first] = [...drawers].sort((a, b) => a.load - b.load)
  if (first && (first.load === 0 || drawers.size >= Math.min(MOST_THREADS, availableParallelism()))) {
    return first.draw(from, to, seed)
  }
  const drawer = new Drawer((ended) => drawers.delete(ended))
  drawers.add(drawer)
  return drawer.draw(from, to, seed)
}
