import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common'
import { type AnyTensor, rowsOf, type Tensor } from '../base/tensor.js'
import { fromOrt } from './from-ort.js'
import type { HostSetup } from './host.js'
import { runsOf } from './runs.js'

/** The outputs of a session that is run over rows, part by part: made once for all of them, float32. */
export class Sweep {
  readonly #setup: HostSetup
  readonly #total: number
  #done = 0
  #outputs: Readonly<Record<string, Tensor<'float32'>>> | undefined

  /** @param total  rows of all parts */
  constructor(setup: HostSetup, total: number) {
    this.#setup = setup
    this.#total = total
  }

  get done(): boolean {
    return this.#done === this.#total
  }

  get outputs(): Readonly<Record<string, Tensor<'float32'>>> {
    return this.#outputs ?? {}
  }

  /** @param rows  the next part of each input, as many rows each */
  async run(
    session: InferenceSession,
    shared: Readonly<Record<string, OrtTensor>>,
    rows: Readonly<Record<string, AnyTensor>>,
    rowsPerRun: number,
  ): Promise<void> {
    const count = Object.values(rows)[0]?.shape[0] ?? 0
    for (const [from, to] of runsOf(count, rowsPerRun)) {
      const own = Object.entries(rows).map(([name, tensor]) => [name, this.#toOrt(rowsOf(tensor, from, to))])
      await this.#once(session, { ...shared, ...Object.fromEntries(own) }, to - from)
      this.#done += to - from
    }
  }

  async #once(session: InferenceSession, feeds: Readonly<Record<string, OrtTensor>>, rows: number): Promise<void> {
    const { writesInto, onDevice } = this.#setup
    const end = this.#done + rows
    if (this.#outputs && writesInto) {
      const places = Object.entries(this.#outputs).map(([name, all]) => [
        name,
        this.#toOrt(rowsOf(all, this.#done, end)),
      ])
      await session.run(feeds, Object.fromEntries(places))
      return
    }
    const fetched: [name: string, tensor: Tensor<'float32'>][] = []
    for (const [name, tensor] of Object.entries(await session.run(feeds))) {
      fetched.push([name, (await fromOrt(tensor)) as Tensor<'float32'>])
      if (onDevice) tensor.dispose()
    }
    this.#outputs ??= Object.fromEntries(
      fetched.map(([name, { shape }]) => [name, zeros([this.#total, ...shape.slice(1)])]),
    )
    for (const [name, { data }] of fetched)
      rowsOf(this.#outputs[name] as Tensor<'float32'>, this.#done, end).data.set(data)
  }

  #toOrt({ dtype, data, shape }: AnyTensor): OrtTensor {
    return new this.#setup.ort.Tensor(dtype, data, shape)
  }
}

function zeros(shape: readonly number[]): Tensor<'float32'> {
  return { dtype: 'float32', shape, data: new Float32Array(shape.reduce((size, dim) => size * dim, 1)) }
}
