import { type Command, Option } from 'commander'
import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { kebab } from '../base/kebab.js'
import type { Recipe } from '../recipes/index.js'
import { DEVICES } from '../runtime/types.js'

/** `--device`, for every command that runs a model. */
export const deviceOption = (): Option =>
  new Option('--device <name>', 'where operators run; "diabolo doctor" says which are here')
    .choices(DEVICES)
    .default('cpu')

interface Property {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly items?: { readonly type?: string }
  readonly default?: unknown
  readonly description?: string
}

/**
 * Flags from a schema: `batchSize: z.int().default(100).describe('…')` becomes `--batch-size <number>`,
 * a list of numbers `--units <number,…>` or of names `--columns <name,…>`, and what is on or off `--tied` and `--no-tied`, of which help shows the one that
 * changes something.
 * Flags that are not given stay undefined, so that presets and defaults decide.
 */
export function addFlags(
  command: Command,
  schema: z.ZodObject,
  defaults: Readonly<Record<string, unknown>> = {},
): void {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
  for (const [name, property] of Object.entries(properties as Record<string, Property>)) {
    const flag = `--${kebab(name)}`
    const standard = defaults[name] ?? property.default
    const shown = `${standard ?? ''}` === '' ? '' : `(default: ${standard})`
    if (property.type === 'boolean') {
      const on = (defaults[name] ?? property.default) === true
      command
        .addOption(new Option(flag, property.description).hideHelp(on))
        .addOption(new Option(`--no-${kebab(name)}`, `${property.description} (on; this turns it off)`).hideHelp(!on))
      continue
    }
    const option = new Option(`${flag} <${argumentOf(property)}>`, [property.description, shown].join(' ').trim())
    if (property.enum) option.choices(property.enum)
    else option.argParser<unknown>((text) => parseArgument(flag, text, property))
    command.addOption(option)
  }
}

/** The flags that were given, without what commander adds. */
export function givenFlags(command: Command, names: readonly string[]): Record<string, unknown> {
  const given = names.filter((name) => command.getOptionValueSource(name) === 'cli')
  return Object.fromEntries(given.map((name) => [name, command.getOptionValue(name)]))
}

/** @throws E_OPTION when the recipe has no such preset */
export function requirePreset(preset: string, { name, presets }: Recipe): void {
  if (Object.hasOwn(presets, preset)) return
  throw new DiaboloError('E_OPTION', {
    at: `--preset of "${name}"`,
    expected: Object.keys(presets).join(' or '),
    found: `"${preset}"`,
    hint: 'leave it out for the default preset',
  })
}

/** @throws E_OPTION when a flag's value is not a whole number, too small or too large */
export function requireWhole(flag: string, value: number, least: number, most = Number.POSITIVE_INFINITY): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new DiaboloError('E_OPTION', {
    at: flag,
    expected:
      most < Number.POSITIVE_INFINITY
        ? `a whole number from ${least} to ${most}`
        : `a whole number of at least ${least}`,
    found: `${value}`,
    hint: `leave ${flag} out, or give a whole number`,
  })
}

/**
 * Reads the number of a flag.
 *
 * @throws E_OPTION when the text is none
 */
export const numberOf =
  (flag: string) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isNaN(value)) return value
    throw new DiaboloError('E_OPTION', {
      at: flag,
      expected: 'a number',
      found: `"${text}"`,
      hint: 'write it in digits: 3, 0.5, 1e-4',
    })
  }

/** The same of several with commas between: `1000,500,30`. */
export const numbersOf =
  (flag: string) =>
  (text: string): number[] =>
    text.split(',').map(numberOf(flag))

/**
 * Seconds of `90s`, `10m`, `1.5h`, or of a number of seconds.
 *
 * @throws E_OPTION when it is none of these
 */
export function secondsOf(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(text) ?? []
  const seconds = Number(amount) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h']
  if (seconds > 0) return seconds
  throw new DiaboloError('E_OPTION', {
    at: '--max-time',
    expected: 'a time above 0: 90s, 10m, 1.5h',
    found: `"${text}"`,
    hint: 'leave it out to train until all epochs are done',
  })
}

function argumentOf({ type, items, enum: names }: Property): string {
  if (names) return 'name'
  if (type !== 'array') return 'number'
  return items?.type === 'string' ? 'name,…' : 'number,…'
}

function parseArgument(flag: string, text: string, { type, items }: Property): unknown {
  if (type !== 'array') return numberOf(flag)(text)
  return items?.type === 'string' ? text.split(',') : numbersOf(flag)(text)
}
