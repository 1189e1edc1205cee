import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { machineSeconds, processSeconds } from './cpu-time.js'
import { median } from './statistics.js'

/** Processors' worth of work by others above which timings are not to be trusted. */
export const BUSY = 0.1

/** What the machine is, and what it was doing before the bench began. */
export function describeMachine() {
  const [load = 0] = loadavg()
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    loadAverageAtStart: round(load),
  }
}

/**
 * Watches, while one process is at work, how busy the machine is with anything else: other programs, the host's other
 * guests (stolen time), engines that do not sleep when it is not their turn.
 */
export class OthersWatch {
  /** @type {number[]} */
  #samples = []

  /**
   * @template T
   * @param {number} pid
   * @param {() => Promise<T>} work
   * @returns {Promise<{ result: T, disturbed: boolean }>}
   */
  async during(pid, work) {
    const [all, own, before] = [machineSeconds(), processSeconds(pid), performance.now()]
    const result = await work()
    const [allAfter, ownAfter, after] = [machineSeconds(), processSeconds(pid), performance.now()]
    if (all === undefined || own === undefined || allAfter === undefined || ownAfter === undefined)
      return { result, disturbed: false }
    const others = Math.max(0, (allAfter - all - (ownAfter - own)) / ((after - before) / 1000))
    this.#samples.push(others)
    return { result, disturbed: others > BUSY }
  }

  /** Processors' worth of other work, over all that was watched; nothing where the system does not say. */
  summary() {
    if (this.#samples.length === 0) return { busy: describeMachine().loadAverageAtStart > availableParallelism() / 2 }
    const others = median(this.#samples)
    return {
      busy: others > BUSY,
      othersMedian: round(others),
      othersMax: round(Math.max(...this.#samples)),
    }
  }
}

/** @param {number} value */
const round = (value) => Math.round(value * 100) / 100
