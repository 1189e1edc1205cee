import type { AnyTensor, Tensor } from '../base/tensor.js'
import type { Device, Eigen, Resident, RuntimeInfo } from './types.js'

/** What the caller's side may ask of the host's, with what it answers. */
export interface Calls {
  start: {
    readonly request: { readonly device: Device; readonly threads: number; readonly profile: string | undefined }
    readonly response: RuntimeInfo
  }
  open: { readonly request: { readonly model: Uint8Array }; readonly response: number }
  run: {
    readonly request: {
      readonly session: number
      readonly feeds: Readonly<Record<string, AnyTensor | Resident>>
      readonly keep: readonly string[]
    }
    readonly response: {
      readonly kept: Readonly<Record<string, Resident>>
      readonly fetched: Readonly<Record<string, AnyTensor>>
    }
  }
  /** One part of the rows; the answer to the last one holds the outputs for all. */
  sweep: {
    readonly request: {
      readonly session: number
      /** Which parts belong together. */
      readonly sweep: number
      /** Where this part begins. */
      readonly from: number
      /** Rows of all parts. */
      readonly total: number
      readonly rows: Readonly<Record<string, AnyTensor>>
      readonly rowsPerRun: number
      readonly feeds: Readonly<Record<string, AnyTensor | Resident>>
    }
    readonly response: {
      readonly kept: Readonly<Record<string, never>>
      readonly fetched: Readonly<Record<string, Tensor>>
    } | null
  }
  /** Lets go of a sweep that is not gone on with. */
  drop: { readonly request: { readonly sweep: number }; readonly response: null }
  put: { readonly request: { readonly tensor: Tensor }; readonly response: Resident }
  get: { readonly request: { readonly resident: Resident }; readonly response: Tensor }
  release: { readonly request: { readonly ids: readonly number[] }; readonly response: null }
  eigen: { readonly request: { readonly matrix: Tensor<'float32'> }; readonly response: Eigen }
  shut: { readonly request: { readonly session: number }; readonly response: null }
}

export type CallName = keyof Calls

export type Request = {
  readonly [K in CallName]: { readonly id: number; readonly call: K } & Calls[K]['request']
}[CallName]

export type Response =
  | { readonly id: number; readonly value: Calls[CallName]['response'] }
  | { readonly id: number; readonly error: string }

/** The memory of tensors that belong to nobody else, to be handed over with a message. */
export const memoryOf = (tensors: Iterable<AnyTensor>): ArrayBuffer[] =>
  Array.from(tensors).flatMap(({ data }) => ('buffer' in data ? [data.buffer as ArrayBuffer] : []))

/** One end of a channel between two threads: a worker of Node or of a browser, or the parent's port. */
export interface Port<Sent, Received> {
  /** @param handed  memory in the message that the sender gives away; all else is copied */
  post(message: Sent, handed: readonly ArrayBuffer[]): void
  onMessage(listener: (message: Received) => void): void
}
