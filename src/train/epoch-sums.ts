import type { Sums } from './checkpoint.js'
import type { Advance } from './stepper.js'

/**
 * What an epoch's samples came to so far, in float64. Steps are added one after another, so that neither the size of chunks
 * nor a pause between two steps changes a bit.
 */
export class EpochSums {
  #loss: number
  #activation: Float64Array | undefined

  constructor({ loss, activation }: Sums = { loss: 0 }) {
    this.#loss = loss
    this.#activation = activation && Float64Array.from(activation)
  }

  add({ losses, rows, meters }: Pick<Advance, 'losses' | 'rows' | 'meters'>): void {
    const batch = rows / losses.length
    for (const loss of losses) this.#loss += loss * batch
    const means = meters.get('activation')
    if (!means) return
    const units = means.length / losses.length
    this.#activation ??= new Float64Array(units)
    const sums = this.#activation
    means.forEach((mean, i) => {
      sums[i % units] = (sums[i % units] as number) + mean * batch
    })
  }

  /** As plain JSON. */
  sums(): Sums {
    return { loss: this.#loss, ...(this.#activation && { activation: [...this.#activation] }) }
  }

  /** Over so many samples; activation is each unit's. */
  means(rows: number): { readonly loss: number; readonly activation?: Float64Array } {
    const activation = this.#activation?.map((sum) => sum / rows)
    return { loss: this.#loss / rows, ...(activation && { activation }) }
  }
}
