import { DiaboloError } from '../base/errors.js'
import type { Spec } from '../compile/spec.js'
import type { Dataset } from '../data/dataset.js'
import type { RowStream } from '../data/row-stream.js'
import type { Table, TableStream } from '../data/table.js'
import { streamFeatures, toFeatures } from '../table/features.js'
import { fitTable } from '../table/fit.js'
import type { TableOptions } from '../table/options.js'
import type { TableSpec } from '../table/spec.js'

/** What a model can be fitted to: in memory, or read when it is needed; samples, or the rows of a table. */
export type TrainingData = Dataset | RowStream | Table | TableStream

/** Data as a model sees it, and what is known of its columns where it is a table. */
export interface TrainingSamples {
  readonly data: Dataset | RowStream
  readonly validation: Dataset | undefined
  readonly table: TableSpec | undefined
}

interface Given {
  readonly validation?: Dataset | Table
  readonly table?: TableOptions
}

/**
 * @param spec  where the columns of a table are described already; otherwise that is found from the data
 * @throws E_OPTION, E_SPEC when data, options and spec do not fit together; and what `fitTable` and `toFeatures` throw
 */
export async function samplesOf(data: TrainingData, given: Given, spec?: Spec): Promise<TrainingSamples> {
  if (given.table && (spec || !isOfColumns(data))) throw spec ? describedTwice() : noTable(data.name)
  const table = spec || !isOfColumns(data) ? spec?.table : await fitTable(data, given.table)
  const described = (name: string) => table ?? undescribed(name)
  const { validation: held } = given
  const validation = held && isOfColumns(held) ? toFeatures(described(held.name), held) : held
  if (!isOfColumns(data)) return { data, validation, table }
  const samples = 'read' in data ? streamFeatures(described(data.name), data) : toFeatures(described(data.name), data)
  return { data: samples, validation, table }
}

/** Whether data is a table, whose columns have names. */
const isOfColumns = <T extends object>(data: T): data is Extract<T, { readonly columns: unknown }> => 'columns' in data

function undescribed(name: string): never {
  throw new DiaboloError('E_SPEC', {
    at: 'spec.table',
    expected: `a description of the columns of ${name}`,
    found: 'none',
    hint: 'take the spec of a model that a recipe fitted to such a table (run.json has it), or fit a recipe to the table',
  })
}

const describedTwice = () =>
  new DiaboloError('E_OPTION', {
    at: 'options for a table',
    expected: 'none: the spec says how columns become numbers',
    found: 'some',
    hint: 'leave them out, or fit a recipe',
  })

export const noTable = (name: string) =>
  new DiaboloError('E_OPTION', {
    at: 'options for a table',
    expected: 'a table to train on',
    found: `"${name}", whose samples have no columns with names`,
    hint: 'leave them out, or give a table',
  })
