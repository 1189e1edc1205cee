import { DiaboloError } from '../base/errors.js'
import { type AnyTensor, copyOf, rowsOf, type Tensor } from '../base/tensor.js'
import { type CallName, type Calls, memoryOf, type Port, type Request, type Response } from './protocol.js'
import {
  type Device,
  type Feeds,
  isResident,
  type Resident,
  type Runtime,
  type RuntimeOptions,
  type Session,
  type SweepOptions,
} from './types.js'

export interface Connection extends Port<Request, Response> {
  /** Called when the other side is gone; rejects whatever is still open. */
  onEnd(listener: (reason: string) => void): void
  end(): Promise<void>
}

/** Runs of a sweep that go to the other side together, at most: going there once for each costs as much as a small batch. */
const RUNS_PER_PART = 8

/** How long they should take together: until then a sweep cannot be stopped. */
const PART_SECONDS = 0.2

/** The rows of the next part are copied while one is computed. */
const UNDER_WAY = 2

interface Pending {
  readonly resolve: (value: never) => void
  readonly reject: (error: DiaboloError) => void
}

/** The caller's side of a runtime that lives on another thread. */
export async function connect(
  connection: Connection,
  { device = 'cpu', threads, profile }: RuntimeOptions & { readonly threads: number },
): Promise<Runtime> {
  const pending = new Map<number, Pending>()
  let count = 0
  let sweeps = 0
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

  function call<K extends CallName>(
    name: K,
    request: Calls[K]['request'],
    handed: readonly ArrayBuffer[] = [],
  ): Promise<Calls[K]['response']> {
    if (ended !== undefined) return Promise.reject(failure(ended))
    const id = count++
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject })
      connection.post({ id, call: name, ...request } as unknown as Request, handed)
    })
  }

  /** Nobody waits for the answer. */
  function tell(
    request: { readonly call: 'release' | 'drop' } & (Calls['release']['request'] | Calls['drop']['request']),
  ) {
    if (ended === undefined) connection.post({ id: count++, ...request } as Request, [])
  }

  // a message that is simply posted carries the whole memory behind a view; a copy that is handed over carries the view
  function handedOver<T extends Feeds>(given: T): { readonly copies: T; readonly memory: readonly ArrayBuffer[] } {
    const entries = Object.entries(given).map(([name, feed]): [string, AnyTensor | Resident] => [
      name,
      isResident(feed) ? feed : copyOf(feed),
    ])
    const tensors = entries.flatMap(([, feed]) => (isResident(feed) ? [] : [feed]))
    return { copies: Object.fromEntries(entries) as T, memory: memoryOf(tensors) }
  }

  function run(session: number, given: Feeds, keep: readonly string[]) {
    const { copies, memory } = handedOver(given)
    return call('run', { session, feeds: copies, keep }, memory)
  }

  async function sweep(
    session: number,
    rows: Readonly<Record<string, Tensor>>,
    { rowsPerRun, feeds = {}, signal }: SweepOptions,
  ) {
    const total = Object.values(rows)[0]?.shape[0] ?? 0
    const id = sweeps++
    let outputs: Readonly<Record<string, Tensor>> = {}
    let runs = 1
    let next = 0
    const lane = async () => {
      while (next < total) {
        signal?.throwIfAborted()
        const [from, to] = [next, Math.min(next + runs * rowsPerRun, total)]
        next = to
        const part = Object.entries(rows).map(([name, tensor]) => [name, rowsOf(tensor, from, to)])
        const [own, shared] = [
          handedOver<Readonly<Record<string, Tensor>>>(Object.fromEntries(part)),
          handedOver(feeds),
        ]
        const request = { session, sweep: id, from, total, rows: own.copies, rowsPerRun, feeds: shared.copies }
        const before = performance.now()
        const answer = await call('sweep', request, [...own.memory, ...shared.memory])
        const secondsPerRun = (performance.now() - before) / 1000 / ((to - from) / rowsPerRun)
        runs = Math.max(1, Math.min(RUNS_PER_PART, 2 * runs, Math.floor(PART_SECONDS / secondsPerRun)))
        outputs = answer?.fetched ?? outputs
      }
    }
    try {
      await Promise.all(Array.from({ length: UNDER_WAY }, lane))
    } catch (error) {
      // no more parts are begun, and what was made of the others is let go
      next = total
      tell({ call: 'drop', sweep: id })
      throw error
    }
    return outputs
  }

  function put(given: Tensor) {
    const tensor = copyOf(given)
    return call('put', { tensor }, memoryOf([tensor]))
  }

  const info = await call('start', { device, threads, profile }).catch(async (error: DiaboloError) => {
    await connection.end()
    throw device === 'cpu' ? error : absent(device, error.found)
  })

  async function open(bytes: Uint8Array): Promise<Session> {
    const model = new Uint8Array(bytes)
    const session = await call('open', { model }, [model.buffer])
    return {
      run: (feeds, keep = []) => run(session, feeds, keep),
      sweep: (rows, options) => sweep(session, rows, options),
      close: async () => void (await call('shut', { session })),
    }
  }

  return {
    info,
    open,
    put,
    get: (resident) => call('get', { resident }),
    release: (residents) => {
      const ids = Array.from(residents, ({ id }) => id)
      if (ids.length > 0) tell({ call: 'release', ids })
    },
    eigen: (matrix) => call('eigen', { matrix }),
    close: () => connection.end(),
  }
}

const absent = (device: Exclude<Device, 'cpu'>, found: string) =>
  new DiaboloError('E_DEVICE', {
    at: `device "${device}"`,
    expected: 'a device that ONNX Runtime can use here',
    found: found.trim(),
    hint: `it needs ${NEEDS[device]}; leave it out to run on the processor`,
  })

/** What ONNX Runtime says that its devices need. */
const NEEDS: Readonly<Record<Exclude<Device, 'cpu'>, string>> = {
  webgpu: 'a GPU with a Vulkan, Metal or Direct3D 12 driver; in a browser, WebGPU switched on',
  cuda: 'Linux x64, an NVIDIA GPU, CUDA 12, cuDNN 9, and "npm rebuild onnxruntime-node --ignore-scripts=false"',
  coreml: 'macOS',
  dml: 'Windows with a DirectX 12 GPU',
}

const failure = (reason: string) =>
  new DiaboloError('E_RUNTIME', {
    at: 'ONNX Runtime',
    expected: 'a graph and feeds that it accepts',
    found: reason,
    hint: 'run "diabolo doctor"; if it finds nothing wrong, please report this with the command that led here',
  })
