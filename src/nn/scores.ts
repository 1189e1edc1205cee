import { z } from 'zod'
import type { Value } from '../graph/types.js'
import { div, gemm, mul, reduceMean, sub } from '../ops/index.js'
import type { ParameterSpec } from './layers/index.js'

/** How the residuals of a sample become its score. */
export const SCORES = ['squared', 'standardized', 'mahalanobis'] as const

export const scoreSchema = z.enum(SCORES)

export type ScoreName = z.infer<typeof scoreSchema>

type Values = Readonly<Record<string, Value>>

interface ScoreKind {
  /** What it must know of ordinary residuals; a phase that solves `calibrate` finds it. */
  readonly parameters: (width: number) => readonly Pick<ParameterSpec, 'name' | 'shape' | 'init'>[]
  /**
   * @param residuals  float32 [batch, members, width]
   * @returns          float32 [batch, width]: what each value adds to the score, which is their mean
   */
  readonly emit: (residuals: Value, parameters: Values) => Value
}

const overMembers = (x: Value): Value => reduceMean(x, { axes: [1] })

const KINDS: { readonly [S in ScoreName]: ScoreKind } = {
  /** e², averaged over the members. */
  squared: { parameters: () => [], emit: (e) => overMembers(mul(e, e)) },

  /** (e / s)² with s, each value's ordinary residual (root of its mean square): 1 is ordinary. */
  standardized: {
    parameters: (width) => [{ name: 'score.scale', shape: [width], init: { name: 'ones' } }],
    emit: (e, { 'score.scale': scale }) => {
      const standard = div(e, scale as Value)
      return overMembers(mul(standard, standard))
    },
  },

  /**
   * u² with u = (ē − c) W: the residual ē that the members have on average, c its mean and W = C^(−½) for its covariance C.
   * Σ u² is the squared Mahalanobis distance (ē − c) C⁻¹ (ē − c)ᵀ, and W, being symmetric, keeps each value's share its own.
   */
  mahalanobis: {
    parameters: (width) => [
      { name: 'score.center', shape: [width], init: { name: 'zeros' } },
      { name: 'score.whitening', shape: [width, width], init: { name: 'identity' } },
    ],
    emit: (e, { 'score.center': center, 'score.whitening': whitening }) => {
      const white = gemm(sub(overMembers(e), center as Value), whitening as Value)
      return mul(white, white)
    },
  },
}

/** Of residuals of so many values. */
export const scoreParameters = (score: ScoreName, width: number): readonly ParameterSpec[] =>
  KINDS[score].parameters(width).map((each) => ({ ...each, fan: { in: width, out: width }, fixed: true }))

export const emitErrors = (score: ScoreName, residuals: Value, parameters: Values): Value =>
  KINDS[score].emit(residuals, parameters)
