/** One layer of a network. Between layers, feature maps; a dense layer takes and gives rows of numbers. */
export type Layer =
  | {
      readonly type: 'dense'
      readonly units: number
      readonly activation: Activation
      /** The layer whose weight it uses, transposed, counted over dense layers from 0; it then has a bias only. */
      readonly tied?: number
    }
  | { readonly type: 'conv'; readonly filters: number; readonly kernel: number; readonly activation: Activation }
  /** Maxima of 2 × 2 pixels; a last odd row or column by itself. */
  | { readonly type: 'pool' }
  /** Output pixel i is input pixel ⌊i · from / to⌋. */
  | { readonly type: 'resize'; readonly size: readonly [number, number] }

export type Activation = 'linear' | 'sigmoid' | 'relu'

/** What is computed, as plain data: every engine gets this, and nothing else. */
export interface Workload {
  readonly name: string
  /** What engines are called for: steps of training, or passes of encoding. */
  readonly task: Task
  /** One line for people. */
  readonly summary: string
  /** Samples; a multiple of `batch`. */
  readonly rows: number
  /** Values per sample, stored as bytes; an image of height and width, where a layer asks for one. */
  readonly width: number
  readonly image: readonly [number, number]
  /** What a byte is multiplied by before the network sees it. */
  readonly scale: number
  readonly batch: number
  /** After the last of them comes a sigmoid; before it are the logits. */
  readonly layers: readonly Layer[]
  /** Mean over all values, `crossEntropy` of the logits. */
  readonly loss: 'mse' | 'crossEntropy'
  /** What is done to a sample once and for all before it is encoded; the target stays clean. */
  readonly noise?: { readonly type: 'gaussian'; readonly sigma: number; readonly clip: true; readonly fresh: false }
  readonly adam: {
    readonly learningRate: number
    readonly beta1: number
    readonly beta2: number
    readonly epsilon: number
  }
  /** How Diabolo is asked for this, through its public recipes. */
  readonly recipe: {
    readonly name: 'vanilla' | 'denoising' | 'convolutional' | 'stacked'
    readonly seed: number
    readonly options: Readonly<Record<string, unknown>>
  }
  /** Floating-point operations of one step's matrix products, and how they were counted. */
  readonly flops: { readonly perStep: number; readonly formula: string }
}

export type Task = 'train' | 'encode'

/** What an engine process is told when it starts. */
export interface Setting {
  readonly threads: number
  /** For engines that are one library with several: `web`, `wasm`, `cpu`, `inductor`. */
  readonly backend?: string | undefined
  /** The Diabolo build to measure. */
  readonly build: string
}

/** Work from the start: training from the starting weights, or passes over all samples; the clock starts after `skip` steps. */
export interface Request {
  /** One of the engine's variants. */
  readonly variant: string
  readonly steps: number
  readonly skip: number
}

export interface Measured {
  /** Steps under the clock: about `steps − skip`. */
  readonly timedSteps: number
  readonly seconds: number
  /**
   * What everyone must agree on. Training: `meanLoss` of all steps, `finalLoss` of the first batch with the weights after the
   * last step. Encoding: `meanCode` and `meanSquare` of all values of all codes.
   */
  readonly figures: Figures
  /** Encoding: the peak of the process's resident memory, where the system says. */
  readonly peakBytes?: number | undefined
}

export type Figures = Readonly<Record<string, number>>

/** A rate of matrix products, in 10⁹ floating-point operations a second. */
export interface MatmulRate {
  readonly shape: string
  readonly gflops: number
}

/** What an engine does inside its own process. */
export interface EngineHandlers {
  readonly version: string
  train?(request: Request): Promise<Measured>
  encode?(request: Request): Promise<Measured>
  matmul?(request: { readonly seconds: number }): Promise<readonly MatmulRate[]>
}

/** The files that every engine reads. */
export interface Materials {
  readonly workload: Workload
  /** Bytes, rows × width. */
  readonly data: Uint8Array
  /** The same samples as a network that is trained with the workload's noise sees them, rows × width. */
  readonly noisy?: Float32Array<ArrayBuffer> | undefined
  /** Row numbers of one epoch, in the order in which they are visited. */
  readonly order: Int32Array
  /** Starting values: per layer the weight, [in, units] or [filters, channels, height, width], then the bias. */
  readonly parameters: readonly { readonly shape: readonly number[]; readonly values: Float32Array<ArrayBuffer> }[]
}

/** An engine that the bench can start. */
export interface Engine {
  readonly name: string
  readonly command: readonly string[]
  readonly backend?: string
  /** Ways to use it, all tried; the fastest is kept. */
  readonly variants: readonly Variant[]
  /** Whether it can use more than one thread. */
  readonly threaded: boolean
  /** Workloads for which it is left out of quick runs: it takes too long. */
  readonly patient?: readonly string[]
  /** Workloads that it has no part in, with the reason. */
  readonly cannot?: Readonly<Record<string, string>>
  /** What to do when it is missing. */
  readonly install: string
}

export interface Variant {
  readonly name: string
  /** Where it makes sense; everywhere when left out. */
  readonly workloads?: readonly string[]
  /** Left out of quick runs. */
  readonly patient?: boolean
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
  /** Encoding: samples per second. */
  readonly rowsPerSecond?: number
  /** Encoding: the peak of the process's resident memory, and what of it is not the samples' bytes; medians over the rounds. */
  readonly memory?: { readonly peakMb: number; readonly aboveDataMb: number }
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
  /** What was measured, in one line. */
  readonly summary: string
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
  /** How far a figure may be from Diabolo's, relatively. */
  readonly tolerance: number
  /** By engine. */
  readonly figures: Readonly<Record<string, Figures>>
}

/** Several workloads under one name; the ratio and the fraction are the least of theirs. */
export interface PartsReport {
  readonly workload: string
  readonly mode: 'quick' | 'full'
  readonly parts: Readonly<Record<string, BenchReport>>
  readonly ratioToFastestPeer: number | null
  readonly fractionOfMatmulRate: number | null
  readonly agreement: { readonly agreed: boolean }
}

/** A whole command, from its start to its end. */
export interface CommandResult {
  /** For all ten epochs. */
  readonly seconds: number
  /** Whether `seconds` is put together from shorter runs. */
  readonly extrapolated: boolean
  readonly secondsPerEpoch: number | null
  /** What is left for one run when its epochs are taken off. */
  readonly secondsBeforeEpochs: number | null
  readonly measured: readonly {
    readonly epochs: number
    readonly seconds: number
    readonly spread: readonly [number, number]
  }[]
  /** Mean training loss of the last epoch, and mean squared error on the test images, of the longest run. */
  readonly loss: number
  readonly testMse: number
}

export interface StartupReport extends CommandResult {
  readonly workload: 'startup'
  readonly mode: 'quick' | 'full'
  readonly summary: string
  readonly task: 'command'
  /** `ratio` is the peer's time ÷ Diabolo's. */
  readonly peers: Readonly<Record<string, CommandResult & { readonly ratio: number }>>
  readonly absent: Readonly<Record<string, string>>
  readonly fastestPeer: string | null
  readonly ratioToFastestPeer: number | null
  readonly fractionOfMatmulRate: null
  readonly fractionOfMatmulRateReason: string
  readonly agreement: {
    readonly agreed: boolean
    readonly tolerance: number
    readonly testMse: Readonly<Record<string, number>>
  }
  readonly machine: Readonly<Record<string, unknown>>
  /** That the bench took. */
  readonly benchSeconds: number
}

/** What an optional lowering pass is worth for a recipe: steps with and without it, in turn. */
export interface PassResult {
  readonly pass: string
  readonly recipe: string
  readonly preset: string
  /** Milliseconds of a step, medians over the turns. */
  readonly withMs: number
  readonly withoutMs: number
  /** Time without ÷ time with, of one turn: the median, and quartiles. */
  readonly ratio: number
  readonly spread: readonly [number, number]
  readonly turns: number
  /** Processors' worth of other work meanwhile; nothing where the system does not say. */
  readonly others?: number
}

export interface PassesReport {
  readonly passes: readonly PassResult[]
  readonly machine: Readonly<Record<string, unknown>>
}
