import type { TensorType } from '../base/shape.js'
import type { AnyTensor, Tensor } from '../base/tensor.js'

/** A tensor that lives on the runtime's side: a data set, parameters, an optimizer's moments. */
export interface Resident extends TensorType {
  readonly shape: readonly number[]
  readonly id: number
}

export type Feeds = Readonly<Record<string, AnyTensor | Resident>>

export interface RunResult {
  /** Outputs that were left where they are. */
  readonly kept: Readonly<Record<string, Resident>>
  /** Outputs that were brought here. */
  readonly fetched: Readonly<Record<string, AnyTensor>>
}

export interface SweepOptions {
  readonly rowsPerRun: number
  /** Inputs that are the same for every run. */
  readonly feeds?: Feeds
  readonly signal?: AbortSignal
}

/** A compiled graph, ready to run. */
export interface Session {
  /**
   * Runs once; runs of one runtime happen one after another, in the order of the calls.
   *
   * @param keep  names of outputs to leave on the runtime's side; the others are brought here
   * @throws E_RUNTIME when the runtime refuses the feeds or fails
   */
  run(feeds: Feeds, keep?: readonly string[]): Promise<RunResult>
  /**
   * Runs over rows, so many at a time, without coming back here in between.
   *
   * @param rows  inputs [rows, …], as many rows each
   * @returns     every output, float32 [rows, …]
   * @throws E_RUNTIME as `run` does; the signal's reason when it aborts
   */
  sweep(rows: Readonly<Record<string, Tensor>>, options: SweepOptions): Promise<Readonly<Record<string, Tensor>>>
  close(): Promise<void>
}

/** Symmetric eigen-decomposition, eigenvalues from large to small. */
export interface Eigen {
  /** float32 [n] */
  readonly values: Tensor<'float32'>
  /** float32 [n, n], one eigenvector per column, in the values' order */
  readonly vectors: Tensor<'float32'>
}

export interface RuntimeInfo {
  /** `onnxruntime-node` or `onnxruntime-web`. */
  readonly engine: string
  readonly version: string
  readonly device: Device | 'wasm'
  readonly threads: number
  /** Whether many steps are best taken in one `Loop`; otherwise they are taken run by run, their state on the device. */
  readonly loops: boolean
}

/** Where operators can run. Operators that a device does not have run on the processor. */
export const DEVICES = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const

export type Device = (typeof DEVICES)[number]

/**
 * Where graphs run: a thread of its own, never the caller's.
 * ONNX has no eigen-decomposition, so the one that PCA needs is offered here, on the same thread.
 */
export interface Runtime {
  readonly info: RuntimeInfo
  /** @throws E_RUNTIME when the runtime does not accept the model */
  open(model: Uint8Array): Promise<Session>
  /** Copies a tensor to the runtime's side. */
  put(tensor: Tensor): Promise<Resident>
  /** Brings a tensor here. */
  get(resident: Resident): Promise<Tensor>
  /** Frees tensors on the runtime's side. */
  release(residents: Iterable<Resident>): void
  /** @param matrix  float32 [n, n], symmetric */
  eigen(matrix: Tensor<'float32'>): Promise<Eigen>
  close(): Promise<void>
}

export interface RuntimeOptions {
  /** By default the processor: natively in Node, as WebAssembly in a browser. */
  readonly device?: Device
  /** Threads for one operator; by default as many as the machine has cores. */
  readonly threads?: number
  /**
   * A folder in which every session, when it is closed, leaves how long each run of each operator took (`readProfile`
   * reads it). Native runtimes only; costs a few microseconds per operator.
   */
  readonly profile?: string
}

export const isResident = (value: AnyTensor | Resident): value is Resident => 'id' in value
