/** What is trained: 784 values through `depth` layers of `units` units, and back. */
export interface Point {
  readonly units: number
  /** Layers of the encoder; the decoder has as many. */
  readonly depth: number
  readonly batch: number
  readonly rows: number
  /** Drawn while training, one epoch; otherwise in memory. */
  readonly streamed: boolean
}

export interface Measured extends Point {
  readonly parameters: number
  /** Of a stream: from the call to the model. In memory: in steps, the first epoch left out. */
  readonly seconds: number
  readonly microsecondsPerSample: number
  /** Peak of resident memory before there was any data: Node, this package and the runtime. */
  readonly idleBytes: number
  readonly peakBytes: number
  /** What the process used, all its threads together, from its start to its end. */
  readonly processorSeconds: number
  /** Processors' worth of other work meanwhile; nothing where the system does not say. */
  readonly others?: number
  readonly loss: number
}

/** seconds = start + perRow × rows, by least squares. */
export interface Line {
  readonly start: number
  readonly perRow: number
  /** The part of the variance that the line explains. */
  readonly r2: number
}

/** The whole answer: the one JSON document. */
export interface ScalingReport {
  readonly workload: 'scaling'
  readonly mode: 'quick' | 'full'
  readonly units: readonly Measured[]
  readonly depth: readonly Measured[]
  readonly batch: readonly Measured[]
  readonly rows: readonly Measured[]
  /** Through the points of `rows`. */
  readonly line: Line
  /** Peak memory with the most rows ÷ with `from` rows. */
  readonly memory: { readonly from: number; readonly to: number; readonly ratio: number }
  /** Whether time is linear (R² ≥ 0.99) and memory flat (within 10%). */
  readonly checks: { readonly linear: boolean; readonly flat: boolean }
  readonly machine: Readonly<Record<string, unknown>>
  readonly seconds: number
}
