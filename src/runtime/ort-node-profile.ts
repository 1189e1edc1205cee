import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One run of one operator, as ONNX Runtime timed it. */
export interface KernelRun {
  /** The node's name; where the runtime fused or made nodes, one that it made up. */
  readonly name: string
  readonly op: string
  readonly microseconds: number
  /** Shapes of the inputs that were fed; initialisers are left out. */
  readonly inputs: readonly (readonly number[])[]
  readonly outputs: readonly (readonly number[])[]
}

/** An entry of the runtime's trace: `{ "float": [100, 784] }` is a tensor. */
interface TraceEvent {
  readonly cat: string
  readonly name: string
  readonly dur: number
  readonly args: {
    readonly op_name?: string
    readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[]
    readonly output_type_shape?: readonly Readonly<Record<string, readonly number[]>>[]
  }
}

const SUFFIX = '_kernel_time'

/** Operators that run other operators: their time is that of what is inside. */
const WITH_BODY = new Set(['Loop', 'If', 'Scan'])

/**
 * What the sessions of a runtime with `profile: folder` left there, once they are closed: every run of every operator, in
 * the order in which they ended.
 */
export async function readProfile(folder: string): Promise<KernelRun[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  const traces = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as readonly TraceEvent[]),
  )
  return traces.flatMap((trace) => trace.flatMap(kernelRun))
}

function kernelRun({ cat, name, dur, args }: TraceEvent): readonly KernelRun[] {
  if (cat !== 'Node' || !name.endsWith(SUFFIX) || WITH_BODY.has(args.op_name ?? '')) return []
  return [
    {
      name: name.slice(0, -SUFFIX.length),
      op: args.op_name ?? 'unknown',
      microseconds: dur,
      inputs: shapes(args.input_type_shape),
      outputs: shapes(args.output_type_shape),
    },
  ]
}

const shapes = (types: TraceEvent['args']['input_type_shape'] = []): (readonly number[])[] =>
  types.flatMap((type) => Object.values(type))
