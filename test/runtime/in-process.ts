import { type Connection, connect } from '../../src/runtime/client.js'
import { type HostSetup, serve, type Wanted } from '../../src/runtime/host.js'
import type { Request, Response } from '../../src/runtime/protocol.js'
import type { Runtime } from '../../src/runtime/types.js'

/** A channel whose two ends live on this thread. What is sent is copied or handed over, and arrives later, as between threads. */
export interface Channel extends Connection {
  /** What was sent so far. */
  readonly requests: readonly Request[]
}

export function channelTo(load: (wanted: Wanted) => Promise<HostSetup>): Channel {
  const requests: Request[] = []
  let toHost = (_: Request) => {}
  let toClient = (_: Response) => {}
  let onEnd = (_: string) => {}
  serve(
    {
      post: (response, handed) => {
        const moved = structuredClone(response, { transfer: [...handed] })
        setImmediate(() => toClient(moved))
      },
      onMessage: (listener) => {
        toHost = listener
      },
    },
    load,
  )
  return {
    requests,
    post: (request, handed) => {
      requests.push(structuredClone(request))
      const copy = structuredClone(request, { transfer: [...handed] })
      setImmediate(() => toHost(copy))
    },
    onMessage: (listener) => {
      toClient = listener
    },
    onEnd: (listener) => {
      onEnd = listener
    },
    end: async () => {
      toHost = () => {}
      toClient = () => {}
      onEnd('the runtime was closed')
    },
  }
}

/** A runtime on this thread. */
export const openInProcess = (load: (wanted: Wanted) => Promise<HostSetup>): Promise<Runtime> =>
  connect(channelTo(load), { threads: 1 })
