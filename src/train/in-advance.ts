import type { Runtime } from '../runtime/types.js'
import { type Portion, residentsOf } from './feed.js'

/** The same portions, each loaded while the one before it is in use, and freed after its own. */
export async function* inAdvance(
  loaded: AsyncGenerator<Portion, void, void>,
  runtime: Runtime,
): AsyncGenerator<Portion, void, void> {
  const load = () => {
    const result = loaded.next()
    // it is waited for one portion later: until then nobody would be there to see it fail
    result.catch(() => {})
    return result
  }
  let next = load()
  try {
    for (;;) {
      const { value: portion } = await next
      if (!portion) return
      next = load()
      try {
        yield portion
      } finally {
        runtime.release(residentsOf(portion))
      }
    }
  } finally {
    // where the caller ended early, one more was loaded, or failed to be
    const [last] = await Promise.allSettled([next])
    if (last.status === 'fulfilled' && last.value.value) runtime.release(residentsOf(last.value.value))
    await loaded.return()
  }
}
