import type { Best } from './checkpoint.js'

export interface Patience {
  /** Epochs in a row that may pass without a better validation error than the best one so far. */
  readonly patience?: number
  /** By how much an error must be lower to count as better. */
  readonly minDelta?: number
}

export const isBetter = (error: number, best: Best | undefined, { minDelta = 0 }: Patience): boolean =>
  best === undefined || error < best.error - minDelta

/** Whether so many epochs have passed since the best one that patience is at its end. */
export const isOver = (epochs: number, best: Best | undefined, { patience }: Patience): boolean =>
  patience !== undefined && best !== undefined && epochs - best.epoch >= patience
