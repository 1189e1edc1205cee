import { EXIT } from './exit.js'

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
    const code = name === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
    if (interrupted !== undefined) process.exit(code)
    interrupted = code
    process.stderr.write('\nstopping after this moment; once more to stop at once\n')
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    const result = await task(controller.signal)
    return { result, ...(interrupted !== undefined && { interrupted }) }
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
