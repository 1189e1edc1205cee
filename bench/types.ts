/** What is trained, as plain data: every engine gets this, and nothing else. */
export interface Workload {
  readonly name: string
  /** One line for people. */
  readonly summary: string
  /** Samples in the training set; a multiple of `batch`. */
  readonly rows: number
  /** Values per sample, stored as bytes. */
  readonly width: number
  /** What a byte is multiplied by before the network sees it. */
  readonly scale: number
  readonly batch: number
  readonly layers: readonly { readonly units: number; readonly activation: 'sigmoid' }[]
  readonly loss: 'mse'
  readonly adam: {
    readonly learningRate: number
    readonly beta1: number
    readonly beta2: number
    readonly epsilon: number
  }
  /** How Diabolo is asked for this training, through its public recipes. */
  readonly recipe: {
    readonly name: 'vanilla'
    readonly seed: number
    readonly options: Readonly<Record<string, unknown>>
  }
  /** Floating-point operations of one step's matrix products, and how they were counted. */
  readonly flops: { readonly perStep: number; readonly formula: string }
}

/** What an engine process is told when it starts. */
export interface Setting {
  readonly threads: number
  /** For engines that are one library with several: `wasm`, `cpu`, `inductor`. */
  readonly backend?: string | undefined
  /** The Diabolo build to measure. */
  readonly build: string
}

/** Train from the starting weights; the clock starts after `skip` steps. */
export interface TrainRequest {
  /** One of the engine's variants. */
  readonly variant: string
  readonly steps: number
  readonly skip: number
}

export interface Trained {
  /** Steps under the clock: about `steps − skip`. */
  readonly timedSteps: number
  readonly seconds: number
  /** Mean of the losses of all `steps` steps. */
  readonly meanLoss: number
  /** Loss of the first batch with the weights after the last step. */
  readonly finalLoss: number
}

/** A rate of matrix products, in 10⁹ floating-point operations a second. */
export interface MatmulRate {
  readonly shape: string
  readonly gflops: number
}

/** What an engine does inside its own process. */
export interface EngineHandlers {
  readonly version: string
  train(request: TrainRequest): Promise<Trained>
  matmul?(request: { readonly seconds: number }): Promise<readonly MatmulRate[]>
}

/** The files that every engine reads. */
export interface Materials {
  readonly workload: Workload
  /** Bytes, rows × width. */
  readonly data: Uint8Array
  /** Row numbers of one epoch, in the order in which they are visited. */
  readonly order: Int32Array
  /** Starting values: per layer the weight [in, units], row-major, then the bias [units]. */
  readonly parameters: readonly { readonly shape: readonly number[]; readonly values: Float32Array<ArrayBuffer> }[]
}

/** An engine that the bench can start. */
export interface Engine {
  readonly name: string
  readonly command: readonly string[]
  readonly backend?: string
  /** Ways to use it, all tried; the fastest is kept. */
  readonly variants: readonly string[]
  /** Whether it can use more than one thread. */
  readonly threaded: boolean
  /** Left out of quick runs: it takes too long to start. */
  readonly patient?: boolean
  readonly workloads: readonly string[]
  /** What to do when it is missing. */
  readonly install: string
}

/** One engine's result over all rounds. */
export interface Result {
  readonly version: string
  readonly variant: string
  readonly threads: number
  /** Median over the rounds. */
  readonly stepMs: number
  /** Quartiles over the rounds. */
  readonly spread: readonly [number, number]
  readonly rounds: number
  /** Those before the clock started included. */
  readonly stepsPerRound: number
  readonly fractionOfMatmulRate: number | null
  /** Every way that was tried before the rounds, in ms per step. */
  readonly tried: readonly { readonly variant: string; readonly threads: number; readonly stepMs: number }[]
}

/** A peer's result, with its time divided by Diabolo's: above 1, Diabolo is faster. */
export interface PeerResult extends Result {
  readonly ratio: number
  readonly ratioSpread: readonly [number, number]
}

/** The whole answer: the one JSON document. */
export interface BenchReport extends Result {
  readonly workload: string
  readonly mode: 'quick' | 'full'
  readonly peers: Readonly<Record<string, PeerResult>>
  /** Engines that could not take part, with the reason. */
  readonly absent: Readonly<Record<string, string>>
  readonly fastestPeer: string | null
  readonly ratioToFastestPeer: number | null
  readonly matmul: {
    readonly gflops: number
    readonly engine: string
    readonly shape: string
    readonly flopsPerStep: number
    readonly formula: string
    readonly rates: Readonly<Record<string, readonly MatmulRate[]>>
  } | null
  readonly agreement: Agreement
  readonly machine: Readonly<Record<string, unknown>>
  readonly seconds: number
}

/** Whether everyone computed the same thing. */
export interface Agreement {
  readonly agreed: boolean
  readonly checks: readonly AgreementCheck[]
}

export interface AgreementCheck {
  readonly agreed: boolean
  /** Steps from the same weights over the same samples. */
  readonly steps: number
  /** How far a loss may be from Diabolo's, relatively. */
  readonly tolerance: number
  /** Mean of the losses of those steps, and loss of the first batch after them. */
  readonly losses: Readonly<Record<string, { readonly meanLoss: number; readonly finalLoss: number }>>
}
