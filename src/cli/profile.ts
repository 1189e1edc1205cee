import { availableParallelism } from 'node:os'
import { openSource } from '../app/sources.js'
import { type NodeProfile, profileStep, type StepProfile } from '../app/step-profile.js'
import { recipeOf } from '../app/training-run.js'
import { DiaboloError } from '../base/errors.js'
import { nearest } from '../base/nearest.js'
import { showShape } from '../base/shape.js'
import { type LoweringPass, OPTIONAL_PASSES } from '../compile/lowering/index.js'
import type { DescendSpec, Spec } from '../compile/spec.js'
import { digits } from '../data/digits/index.js'
import type { PresetName } from '../recipes/index.js'
import { requirePreset, requireWhole } from './flags.js'
import { note, say, table, writeJson } from './output.js'

export interface ProfileFlags {
  readonly profile: string
  readonly preset: PresetName
  readonly set?: readonly string[]
  readonly phase?: string
  readonly data?: string
  readonly steps: number
  readonly threads?: number
  readonly without?: readonly string[]
  readonly json?: boolean
}

/** How many nodes are listed one by one. */
const LISTED = 25

/** Enough that a batch's rows lie far apart; drawing all of the built-in set takes longer than the profile. */
const DIGITS_ROWS = 5000

export async function showProfile(flags: ProfileFlags): Promise<void> {
  const { data: source, steps, threads = availableParallelism(), json } = flags
  requireWhole('--steps', steps, 1)
  requireWhole('--threads', threads, 1)
  const recipe = recipeOf(flags.profile)
  requirePreset(flags.preset, recipe)
  const wanted = source ?? recipe.data ?? 'digits'
  const data = wanted === 'digits' ? digits({ rows: DIGITS_ROWS }) : (await openSource(wanted, 1)).train
  const spec = recipe.spec(data.shape, parseOptions(flags.set ?? []), flags.preset)
  const without = parsePasses(flags.without ?? [])
  const profile = await profileStep({ spec, phase: phaseOf(spec, flags.phase), data, steps, threads, without })
  if (json) writeJson({ ...profile, ...(without.length > 0 && { without }), dataset: data.name })
  else show(profile, without)
}

function show({ machine, stages, operators, nodes, ...profile }: StepProfile, without: readonly string[]): void {
  const { recipe, preset, phase, batchSize, steps, threads, engine, stepMs, worth, operatorMs } = profile
  note(`${recipe} (${preset}), phase "${phase}", batch ${batchSize}, ${steps} steps, ${threads} threads, ${engine}\n`)
  const product = `${machine.m}×${machine.k}×${machine.n}${machine.batch > 1 ? ` (${machine.batch} of them)` : ''}`
  say(`a step takes ${stepMs.toFixed(2)} ms; under the profiler, its operators take ${operatorMs.toFixed(2)} ms`)
  if (worth) {
    const [low, high] = worth.spread.map((ratio) => ratio.toFixed(3))
    say(
      `with ${without.join(', ')} it takes ${worth.stepMs.toFixed(2)} ms: without is ${worth.ratio.toFixed(3)} times that (median of ${worth.turns} turns, quartiles ${low}–${high})`,
    )
  }
  say(
    `its matrix products would take ${machine.productMs.toFixed(2)} ms at this machine's best rate, ${Math.round(machine.gflops)} GFLOP/s (${product})\n`,
  )
  const cost = ({ ms, share }: { ms: number; share: number }) => [ms.toFixed(3), percent(share)]
  say(table([['part', 'ms', 'share'], ...stages.map(({ stage, ...own }) => [stage, ...cost(own)])]))
  say('')
  say(
    table([
      ['operator', 'ms', 'share', 'calls'],
      ...operators.map(({ op, calls, ...own }) => [op, ...cost(own), String(Math.round(calls * 100) / 100)]),
    ]),
  )
  say('')
  say(
    table([
      ['node', 'ms', 'share', 'GFLOP/s', 'of its shape', "of the machine's", 'operator and shapes'],
      ...nodes.slice(0, LISTED).map((node) => [node.name, ...cost(node), ...rates(node), signature(node)]),
    ]),
  )
  if (nodes.length > LISTED) say(`\n${nodes.length - LISTED} more nodes are in what --json prints`)
}

function rates({ product }: NodeProfile): readonly string[] {
  if (!product) return ['-', '-', '-']
  const { gflops, fractionOfBest, fractionOfMachine } = product
  return [gflops.toFixed(1), percent(fractionOfBest), percent(fractionOfMachine)]
}

const signature = ({ op, inputs, outputs }: NodeProfile) =>
  `${op} ${inputs.map(showShape).join(' ')} → ${outputs.map(showShape).join(' ')}`

const percent = (part: number) => `${(part * 100).toFixed(1)}%`

/** `hidden=512`, `layers=[500,50]`: values as JSON, or as they stand where that is not what they are. */
function parseOptions(pairs: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...rest] = pair.split('=')
      return [name, parseValue(rest.join('='))]
    }),
  )
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The phase of this name, or the last one, that takes steps. */
function phaseOf({ phases, recipe }: Spec, name: string | undefined): DescendSpec {
  const descents = phases.filter((phase) => phase.kind === 'descend')
  const found = name === undefined ? descents.at(-1) : descents.find((phase) => phase.name === name)
  if (found) return found
  throw new DiaboloError('E_OPTION', {
    at: name === undefined ? `--profile ${recipe}` : '--phase',
    expected:
      descents.length > 0
        ? `one of ${descents.map((phase) => phase.name).join(', ')}`
        : 'a recipe that is trained in steps',
    found: name === undefined ? 'one that is solved in closed form' : `"${name}"`,
    hint: descents.length > 0 ? 'leave --phase out for the last one' : 'profile another recipe',
  })
}

/** @throws E_UNKNOWN, with the nearest name, when there is no such pass, or none that can be left out */
function parsePasses(names: readonly string[]): readonly LoweringPass[] {
  return names.map((name) => {
    const pass = OPTIONAL_PASSES.find((each) => each === name)
    if (pass) return pass
    const meant = nearest(name, OPTIONAL_PASSES)
    throw new DiaboloError('E_UNKNOWN', {
      at: '--without',
      expected: `lowering passes that can be left out: ${OPTIONAL_PASSES.join(', ')}`,
      found: `"${name}"`,
      hint: meant ? `did you mean "${meant}"?` : 'docs/architecture.md says what each pass does',
    })
  })
}
