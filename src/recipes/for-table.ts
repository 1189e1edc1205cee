import { DiaboloError } from '../base/errors.js'
import type { TableSpec } from '../table/spec.js'
import type { Built, PhaseInput } from './define.js'

/** What the columns of a table decide by themselves. */
const DECIDED = ['loss', 'output'] as const

/**
 * What a recipe built, for rows of a table: the reconstruction is compared column by column, from logits. What does not
 * learn that by gradients compares categories as numbers.
 */
export function forTable(built: Built, table: TableSpec): Built & { readonly table: TableSpec } {
  const descends = built.phases.some((phase) => phase.kind === 'descend' && (phase.layers?.from ?? 0) === 0)
  return {
    ...built,
    output: 'linear',
    phases: built.phases.map(comparingColumns),
    table: { ...table, categoryError: descends ? 'crossEntropy' : 'squared' },
  }
}

function comparingColumns(phase: PhaseInput): PhaseInput {
  if (phase.kind !== 'descend' || (phase.layers?.from ?? 0) > 0) return phase
  const { corruption } = phase
  return {
    ...phase,
    loss: { type: 'columns' },
    // features lie on both sides of 0
    ...(corruption?.type === 'gaussian' && { corruption: { ...corruption, clip: false } }),
  }
}

/**
 * @throws E_OPTION when an option is given that the columns of a table decide
 */
export function requireUndecided(options: Readonly<Record<string, unknown>>, recipe: string): void {
  const given = DECIDED.find((name) => options[name] !== undefined)
  if (!given) return
  throw new DiaboloError('E_OPTION', {
    at: `option "${given}" of recipe "${recipe}"`,
    expected: 'none for a table: numbers have squared error, categories a softmax and its cross-entropy',
    found: JSON.stringify(options[given]),
    hint: 'leave it out',
  })
}

/** Values of a code that is narrower than a row of so many columns. */
export const third = (columns: number): number => Math.ceil(columns / 3)
