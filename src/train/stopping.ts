/** What ends a fit before it is finished. */
export interface Stopping {
  readonly signal: AbortSignal
  /** Why it came to an end, if it did. */
  reason(): 'aborted' | 'time' | undefined
  /** To be called when nothing is left to stop. */
  close(): void
}

/** One signal for the caller's own and for a limit of time, whichever comes first. */
export function stopAfter(signal: AbortSignal | undefined, maxSeconds: number | undefined): Stopping {
  const controller = new AbortController()
  let reason: ReturnType<Stopping['reason']>
  const stop = (why: 'aborted' | 'time') => {
    reason ??= why
    controller.abort()
  }
  const onAbort = () => stop('aborted')
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  const timer = maxSeconds === undefined ? undefined : setTimeout(stop, maxSeconds * 1000, 'time')
  return {
    signal: controller.signal,
    reason: () => reason,
    close() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

/**
 * Waits until the work is done, or the signal says stop if that comes first. The work is then left to itself; whether it
 * fails is no longer of interest.
 *
 * @returns nothing when it was stopped
 */
export async function untilStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return work
  let stop = () => {}
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
