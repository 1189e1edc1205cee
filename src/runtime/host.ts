import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common'
import type { DType } from '../base/shape.js'
import type { AnyTensor, Tensor } from '../base/tensor.js'
import { symmetricEigen } from './eigen.js'
import { fromOrt } from './from-ort.js'
import { type CallName, type Calls, memoryOf, type Port, type Request, type Response } from './protocol.js'
import { Sweep } from './sweep.js'
import { type Feeds, isResident, type Resident, type RunResult, type RuntimeInfo } from './types.js'
import { identityModel, Upload } from './upload.js'

/** What the host needs of an `onnxruntime-*` package. */
export interface Ort {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>
  }
  readonly Tensor: new (type: OrtTensor.Type, data: AnyTensor['data'], dims: readonly number[]) => OrtTensor
}

/** What was asked for when the runtime was opened. */
export type Wanted = Calls['start']['request']

export interface HostSetup {
  readonly ort: Ort
  readonly info: Omit<RuntimeInfo, 'threads'>
  readonly options: InferenceSession.SessionOptions
  /** Whether sessions leave their outputs on a device, and take them from there. */
  readonly onDevice: boolean
  /** Whether a run writes its outputs into tensors that it is given. */
  readonly writesInto: boolean
}

type Handlers = { readonly [K in CallName]: (request: Calls[K]['request']) => Promise<Calls[K]['response']> }

/**
 * The runtime's side: holds sessions and resident tensors, answers requests one after another.
 * `load` is called with the first request, so that a thread can be started before it is needed.
 */
export function serve(port: Port<Response, Request>, load: (wanted: Wanted) => Promise<HostSetup>): void {
  const sessions: (InferenceSession | undefined)[] = []
  const residents = new Map<number, OrtTensor>()
  const sweeps = new Map<number, Sweep>()
  let setup: HostSetup
  let count = 0

  const create = (model: Uint8Array) => setup.ort.InferenceSession.create(model, setup.options)
  const upload = new Upload(create)
  const toOrt = ({ dtype, data, shape }: AnyTensor) => new setup.ort.Tensor(dtype, data, shape)
  const reside = (tensor: OrtTensor): Resident => {
    const id = count++
    residents.set(id, tensor)
    return { id, dtype: tensor.type as DType, shape: tensor.dims }
  }
  const find = ({ id }: Resident): OrtTensor => {
    const tensor = residents.get(id)
    if (!tensor) throw new Error(`tensor ${id} was released`)
    return tensor
  }

  const toFeeds = (feeds: Feeds): Readonly<Record<string, OrtTensor>> =>
    Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, isResident(feed) ? find(feed) : toOrt(feed)]))
  const opened = (session: number): InferenceSession => {
    const native = sessions[session]
    if (!native) throw new Error(`session ${session} is closed`)
    return native
  }

  const handlers: Handlers = {
    async start(request) {
      setup = await load(request)
      // a device that cannot be used says so when a session first asks for it
      if (request.device !== 'cpu') await (await create(identityModel(0))).release()
      return { ...setup.info, threads: request.threads }
    },
    async open({ model }) {
      return sessions.push(await create(model)) - 1
    },
    async run({ session, feeds, keep }) {
      const outputs = await opened(session).run(toFeeds(feeds))
      const kept: Record<string, Resident> = {}
      const fetched: Record<string, Tensor> = {}
      for (const [name, tensor] of Object.entries(outputs)) {
        if (keep.includes(name)) kept[name] = reside(tensor)
        else {
          fetched[name] = await fromOrt(tensor)
          if (setup.onDevice) tensor.dispose()
        }
      }
      return { kept, fetched }
    },
    async sweep({ session, sweep: id, from, total, rows, rowsPerRun, feeds }) {
      const sweep = from === 0 ? new Sweep(setup, total) : sweeps.get(id)
      if (!sweep) throw new Error('a part of these rows has failed')
      sweeps.delete(id)
      await sweep.run(opened(session), toFeeds(feeds), rows, rowsPerRun)
      if (sweep.done) return { kept: {}, fetched: sweep.outputs }
      sweeps.set(id, sweep)
      return null
    },
    async drop({ sweep }) {
      sweeps.delete(sweep)
      return null
    },
    put: async ({ tensor }) => reside(setup.onDevice ? await upload.bring(toOrt(tensor)) : toOrt(tensor)),
    get: async ({ resident }) => fromOrt(find(resident)),
    async release({ ids }) {
      for (const id of ids) {
        if (setup.onDevice) residents.get(id)?.dispose()
        residents.delete(id)
      }
      return null
    },
    eigen: async ({ matrix }) => symmetricEigen(matrix),
    async shut({ session }) {
      await sessions[session]?.release()
      sessions[session] = undefined
      return null
    },
  }

  let last: Promise<void> = Promise.resolve()
  port.onMessage((request) => {
    last = last.then(() => answer(request))
  })
  async function answer(request: Request): Promise<void> {
    const { id, call } = request
    try {
      const value = await handlers[call](request as never)
      port.post({ id, value }, isRunResult(value) ? memoryOf(Object.values(value.fetched)) : [])
    } catch (error) {
      port.post({ id, error: error instanceof Error ? error.message : String(error) }, [])
    }
  }
}

/** What a run brings here is made for it and may be handed over; what is kept and looked at is copied on its way. */
const isRunResult = (value: Calls[CallName]['response']): value is RunResult =>
  typeof value === 'object' && value !== null && 'fetched' in value
