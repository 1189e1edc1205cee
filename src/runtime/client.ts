import { DiaboloError } from '../base/errors.js'
import type { CallName, Calls, Port, Request, Response } from './protocol.js'
import type { Runtime, RuntimeOptions, Session } from './types.js'

export interface Connection extends Port<Request, Response> {
  /** Called when the other side is gone; rejects whatever is still open. */
  onEnd(listener: (reason: string) => void): void
  end(): Promise<void>
}

interface Pending {
  readonly resolve: (value: never) => void
  readonly reject: (error: DiaboloError) => void
}

/** The caller's side of a runtime that lives on another thread. */
export async function connect(
  connection: Connection,
  { threads, profile }: RuntimeOptions & { readonly threads: number },
): Promise<Runtime> {
  const pending = new Map<number, Pending>()
  let count = 0
  let ended: string | undefined

  connection.onMessage((response) => {
    const waiting = pending.get(response.id)
    pending.delete(response.id)
    if ('error' in response) waiting?.reject(failure(response.error))
    else waiting?.resolve(response.value as never)
  })
  connection.onEnd((reason) => {
    ended = reason
    for (const { reject } of pending.values()) reject(failure(reason))
    pending.clear()
  })

  function call<K extends CallName>(name: K, request: Calls[K]['request']): Promise<Calls[K]['response']> {
    if (ended !== undefined) return Promise.reject(failure(ended))
    const id = count++
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject })
      connection.post({ id, call: name, ...request } as unknown as Request)
    })
  }

  const info = await call('start', { threads, profile })

  async function open(model: Uint8Array): Promise<Session> {
    const session = await call('open', { model })
    return {
      run: (feeds, keep = []) => call('run', { session, feeds, keep }),
      close: async () => void (await call('shut', { session })),
    }
  }

  return {
    info,
    open,
    put: (tensor) => call('put', { tensor }),
    get: (resident) => call('get', { resident }),
    release: (residents) => {
      const ids = Array.from(residents, ({ id }) => id)
      // nobody waits for the answer
      if (ids.length > 0 && ended === undefined) connection.post({ id: count++, call: 'release', ids })
    },
    eigen: (matrix) => call('eigen', { matrix }),
    close: () => connection.end(),
  }
}

const failure = (reason: string) =>
  new DiaboloError('E_RUNTIME', {
    at: 'ONNX Runtime',
    expected: 'a graph and feeds that it accepts',
    found: reason,
    hint: 'run "diabolo doctor"; if it finds nothing wrong, please report this with the command that led here',
  })
