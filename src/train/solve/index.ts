import { z } from 'zod'
import type { Network, Parameters } from '../../compile/network.js'
import type { SolveSpec } from '../../compile/spec.js'
import type { Runtime } from '../../runtime/types.js'
import type { Feed } from '../feed.js'
import { calibrate } from './calibrate.js'
import { principalComponents } from './principal-components.js'
import { standardize } from './standardize.js'

export interface SolveContext {
  readonly runtime: Runtime
  readonly network: Network
  readonly feed: Feed
  /** As the phases before left them. */
  readonly parameters: Parameters
  /** Decides random draws, where a method takes some. */
  readonly seed: number
}

/** What components account for, of the variance of rows like those that were learned from (divided by their number − 1). */
export const explainedSchema = z.strictObject({
  /** Of each component. */
  variance: z.array(z.number().min(0)).readonly(),
  /** Of all values together. */
  total: z.number().min(0),
})

export type Explained = Readonly<z.infer<typeof explainedSchema>>

export interface Solution {
  readonly parameters: Parameters
  readonly explained?: Explained
}

/** @returns nothing when the caller aborted before all samples were seen */
export type Method = (context: SolveContext) => Promise<Solution | undefined>

/** Runs one closed-form phase. */
export const solve = (context: SolveContext, { method }: SolveSpec): ReturnType<Method> => METHODS[method](context)

const METHODS: { readonly [M in SolveSpec['method']]: Method } = { principalComponents, standardize, calibrate }
