import type { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { nearest } from '../base/nearest.js'
import { type contrastSchema, type descendSchema, parseSpec, type Spec, type specSchema } from '../compile/spec.js'
import type { TableSpec } from '../table/spec.js'
import { forTable, requireUndecided } from './for-table.js'

export type PresetName = 'default' | 'book'

/** What a recipe knows of the data when it builds. */
export interface BuildContext<O> {
  /** The shape of one sample. */
  readonly input: readonly number[]
  /** Values per sample. */
  readonly width: number
  readonly options: O
}

/** Parts of a spec that a recipe decides, defaults left out; the rest is the same for all. */
export type Built = Pick<z.input<typeof specSchema>, 'encoder' | 'decoder' | 'output' | 'score' | 'pixels' | 'phases'>
export type LayerInput = Built['encoder'][number]
export type PhaseInput = Built['phases'][number]
export type DescendInput = z.input<typeof descendSchema>
export type ContrastInput = z.input<typeof contrastSchema>

export interface RecipeDefinition<S extends z.ZodObject> {
  readonly name: string
  /** What it is, in a sentence or two, for people who meet it for the first time. */
  readonly summary: string
  /** Where it comes from. */
  readonly source: string
  /** The data set with a name that it is for, where that is not MNIST. */
  readonly data?: string
  /** Every option with its default and its meaning; flags, types and docs come from here. */
  readonly options: S
  /** What each preset changes of the defaults. */
  readonly presets: { readonly [P in PresetName]: Partial<z.input<S>> }
  /** What changes of the default preset for the rows of a table, which are narrow and few beside images. */
  readonly table?: (size: { readonly columns: number; readonly width: number }) => Partial<z.input<S>>
  /** What changes of the default preset for samples that are no images. */
  readonly flat?: Partial<z.input<S>>
  readonly build: (context: BuildContext<z.output<S>>) => Built
}

/** A model family: turns options and the shape of the data into a spec. */
export interface Recipe<S extends z.ZodObject = z.ZodObject> extends RecipeDefinition<S> {
  /**
   * @param table  what is known of the columns, where samples are rows of a table
   * @throws E_OPTION naming the first option that is unknown, out of range, or decided by the table
   */
  readonly spec: (input: readonly number[], options?: z.input<S>, preset?: PresetName, table?: TableSpec) => Spec
}

export function defineRecipe<S extends z.ZodObject>(definition: RecipeDefinition<S>): Recipe<S> {
  const { name, presets, build } = definition
  const schema = definition.options.strict()
  return {
    ...definition,
    spec(input, options = {} as z.input<S>, preset = 'default', table) {
      const width = input.reduce((product, dim) => product * dim, 1)
      const narrow = {
        ...(isFlat(input) && definition.flat),
        ...(table && definition.table?.({ columns: table.columns.length, width })),
      }
      const owner = { of: `recipe "${name}"`, command: `train ${name}` }
      const parsed = parseOptions(owner, schema, {
        ...presets[preset],
        ...(preset === 'default' && narrow),
        ...options,
      })
      if (table) requireUndecided(options, name)
      const built = build({ input, width, options: parsed as z.output<S> })
      const parts = table ? forTable(built, table) : built
      return parseSpec({ format: 'diabolo/1', recipe: name, preset, input: [...input], ...parts })
    },
  }
}

/** Whether samples are no images, [height, width] or [height, width, channels]. */
const isFlat = ([height = 1, width = 1]: readonly number[]) => height === 1 || width === 1

/** Whose options they are, `recipe "sparse"`, and which command takes them, `train sparse`. */
interface Owner {
  readonly of: string
  readonly command: string
}

/**
 * Options with their defaults.
 *
 * @throws E_OPTION naming the first option that is unknown or out of range
 */
export function parseOptions<S extends z.ZodObject>(owner: Owner, schema: S, options: object): z.output<S> {
  const parsed = schema.strict().safeParse(options, { reportInput: true })
  if (parsed.success) return parsed.data as z.output<S>
  throw optionError(owner, parsed.error.issues[0], Object.keys(schema.shape))
}

function optionError(
  { of, command }: Owner,
  issue: z.core.$ZodIssue | undefined,
  names: readonly string[],
): DiaboloError {
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    return new DiaboloError('E_OPTION', {
      at: `options of ${of}`,
      expected: `one of ${names.join(', ')}`,
      found: `"${key}"`,
      hint: nearest(key, names) ? `did you mean "${nearest(key, names)}"?` : `"diabolo ${command} --help" lists them`,
    })
  }
  return new DiaboloError('E_OPTION', {
    at: `option "${issue?.path.join('.')}" of ${of}`,
    expected: expectation(issue),
    found: show(issue?.input),
    hint: `"diabolo ${command} --help" lists every option with its range`,
  })
}

/** What the schema asks for, in words: `a number >= 1`, `one of adam, sgd`. */
function expectation(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'too_small':
      if (issue.origin === 'array') return `a list of at least ${issue.minimum} number`
      return `a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`
    case 'too_big':
      return `a number ${issue.inclusive ? 'of at most' : 'below'} ${issue.maximum}`
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`
    case 'invalid_type':
      return TYPES[issue.expected] ?? `a ${issue.expected}`
    default:
      return issue?.message ?? 'a valid value'
  }
}

const TYPES: Readonly<Record<string, string>> = { int: 'a whole number', array: 'a list of numbers' }

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return typeof value === 'string' ? `"${value}"` : String(value)
}
