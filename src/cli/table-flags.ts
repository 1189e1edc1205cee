import type { Command } from 'commander'
import { DiaboloError } from '../base/errors.js'
import { type TableOptions, tableOptionsSchema } from '../table/options.js'
import { addFlags, givenFlags } from './flags.js'

const { ordinal, ...plain } = tableOptionsSchema.shape

/** How the columns of a table become numbers; without effect on data that is no table, unless one is given. */
export function addTableFlags(command: Command): Command {
  addFlags(command, tableOptionsSchema.pick(named(plain)))
  return command.option(
    '--ordinal <column=first,…,last>',
    `${ordinal.description}; may be given again`,
    (text: string, before: readonly string[] = []) => [...before, text],
  )
}

/** @returns nothing where no flag was given */
export function tableOptionsOf(command: Command): TableOptions | undefined {
  const given = givenFlags(command, Object.keys(tableOptionsSchema.shape))
  if (Object.keys(given).length === 0) return undefined
  const orders = (given.ordinal ?? []) as readonly string[]
  return { ...given, ...(orders.length > 0 && { ordinal: Object.fromEntries(orders.map(parseOrder)) }) }
}

function parseOrder(text: string): [column: string, order: string[]] {
  const [, column, order] = /^(.+?)=(.+)$/.exec(text) ?? []
  if (column !== undefined && order !== undefined) return [column, order.split(',')]
  throw new DiaboloError('E_OPTION', {
    at: '--ordinal',
    expected: 'a column and its values in their order, size=S,M,L',
    found: `"${text}"`,
    hint: 'put quotation marks around it where names have spaces',
  })
}

const named = <T extends object>(shape: T) =>
  Object.fromEntries(Object.keys(shape).map((name) => [name, true])) as { readonly [K in keyof T]: true }
