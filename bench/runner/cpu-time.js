import { readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100

/**
 * Processor seconds that this machine has spent on anything at all, time stolen by its host included; `undefined` where
 * the system does not say.
 */
export function machineSeconds() {
  const line = read('/proc/stat')?.split('\n')[0]
  if (!line) return undefined
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(/\s+/).slice(1).map(Number)
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND
}

/**
 * Processor seconds that a process and its threads have spent.
 *
 * @param {number} pid
 */
export const processSeconds = (pid) => ticksOf(`${pid}`, 11, 13)

/** Processor seconds of this process and of those it started that have ended. */
export const ownSeconds = () => ticksOf('self', 11, 15)

/**
 * @param {string} process
 * @param {number} from  a field of /proc/PROCESS/stat, counted from the one after the name
 * @param {number} to
 */
function ticksOf(process, from, to) {
  // the name in parentheses may hold spaces
  const fields = read(`/proc/${process}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')
  return fields && fields.slice(from, to).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
