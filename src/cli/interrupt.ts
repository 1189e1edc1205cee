import { EXIT } from './exit.js'

const codeOf = (name: NodeJS.Signals) => (name === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted)

/**
 * Runs a task that a person can stop: the first SIGINT or SIGTERM aborts the signal, so that what was done so far is
 * kept; a second one ends the process at once.
 *
 * @returns the task's result, and the exit code of the signal that came, if one did
 */
export async function interruptible<T>(
  task: (signal: AbortSignal) => Promise<T>,
): Promise<{ result: T; interrupted?: number }> {
  const controller = new AbortController()
  let interrupted: number | undefined
  const stop = (name: NodeJS.Signals) => {
    if (interrupted !== undefined) process.exit(codeOf(name))
    interrupted = codeOf(name)
    process.stderr.write('\nstopping after this moment; once more to stop at once\n')
    controller.abort()
  }
  const result = await listening(stop, () => task(controller.signal))
  return { result, ...(interrupted !== undefined && { interrupted }) }
}

/**
 * Runs a task in which nothing can be lost: SIGINT and SIGTERM end the process at once, with the code that shells expect
 * and with what is to be done at its end.
 */
export const expendable = <T>(task: () => Promise<T>): Promise<T> =>
  listening((name) => process.exit(codeOf(name)), task)

type Listener = (name: NodeJS.Signals) => void

/** What is to be done when a signal comes: what the innermost task says. */
let listener: Listener | undefined
const listen: Listener = (name) => listener?.(name)

async function listening<T>(inner: Listener, task: () => Promise<T>): Promise<T> {
  const outer = listener
  if (!outer) for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, listen)
  listener = inner
  try {
    return await task()
  } finally {
    listener = outer
    if (!outer) for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, listen)
  }
}
