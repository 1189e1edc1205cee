/** @import { Engine, MatmulRate, Measured, Request, Setting, Task } from '../types.js' */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** What a process says; see `engines/protocol.js`. */
/** @typedef {{ ready?: { version: string, calls: string[] }, absent?: string, result?: unknown, failed?: string }} Message */

/** The engine is not there, did not start, or stopped answering. */
export class EngineError extends Error {
  name = 'EngineError'
}

/** One engine in one setting, in a process of its own that sleeps until it is called. */
export class EngineProcess {
  /** @readonly */ engine
  /** @readonly */ threads
  version = ''
  /** @type {readonly string[]} */
  calls = []
  #task
  #child
  #messages
  #complaint = ''

  /**
   * @param {Engine} engine
   * @param {Setting} setting
   * @param {Task} task
   * @param {string} folder  the materials
   */
  constructor(engine, setting, task, folder) {
    this.engine = engine
    this.threads = setting.threads
    this.#task = task
    const [program = '', ...script] = engine.command
    this.#child = spawn(program, [...script, folder, JSON.stringify(setting)], {
      env: { ...process.env, ...threadLimits(setting.threads) },
    })
    this.#child.on('error', ({ message }) => {
      this.#complaint = message
    })
    this.#child.stdin.on('error', () => {}) // a process that is gone says so by its end
    this.#child.stderr.on('data', (text) => {
      this.#complaint = `${this.#complaint}${text}`.slice(-2000)
    })
    this.#messages = this.#listen()
  }

  get pid() {
    return this.#child.pid ?? 0
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /**
   * Waits until it has loaded everything.
   *
   * @param {number} seconds  to wait at most
   */
  async ready(seconds) {
    const { ready, absent } = await this.#next(seconds)
    if (!ready) throw new EngineError(`${absent ?? 'it does not speak the protocol'} (${this.engine.install})`)
    this.version = ready.version
    this.calls = ready.calls
  }

  /**
   * Does the workload's task.
   *
   * @param {Request} request
   * @param {number} seconds  to wait at most
   */
  async work(request, seconds) {
    return /** @type {Measured} */ (await this.#call(this.#task, request, seconds))
  }

  /** @param {number} seconds  to measure for */
  async matmul(seconds) {
    return /** @type {readonly MatmulRate[]} */ (await this.#call('matmul', { seconds }, 30 + 5 * seconds))
  }

  stop() {
    this.#child.kill('SIGKILL')
  }

  /**
   * @param {string} call
   * @param {object} request
   * @param {number} seconds
   */
  async #call(call, request, seconds) {
    this.#child.stdin.write(`${JSON.stringify({ call, ...request })}\n`)
    const { result, failed } = await this.#next(seconds)
    if (failed !== undefined) throw new EngineError(failed)
    return result
  }

  /**
   * @param {number} seconds
   * @returns {Promise<Message>}
   */
  async #next(seconds) {
    /** @type {NodeJS.Timeout | undefined} */
    let timer
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new EngineError(`no answer within ${seconds} s`)), 1000 * seconds)
    })
    try {
      const { value, done } = /** @type {IteratorResult<Message>} */ (await Promise.race([this.#messages.next(), late]))
      if (done) throw new EngineError(`the process ended: ${lastLine(this.#complaint)} (${this.engine.install})`)
      return value
    } catch (error) {
      this.stop()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** @returns {AsyncGenerator<Message, void>} */
  async *#listen() {
    for await (const line of createInterface({ input: this.#child.stdout })) {
      if (line.startsWith('{')) yield JSON.parse(line)
    }
  }
}

/**
 * Thread counts that libraries read from the environment.
 *
 * @param {number} threads
 */
const threadLimits = (threads) => ({ OMP_NUM_THREADS: `${threads}`, MKL_NUM_THREADS: `${threads}` })

/** @param {string} text */
const lastLine = (text) => text.trim().split('\n').at(-1) || 'without a word'
