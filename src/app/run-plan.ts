import { join } from 'node:path'
import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { parseSpec, type Spec } from '../compile/spec.js'
import { exists, readBytes, writeWhole } from '../node/files.js'
import { RUN_FILES } from '../node/run-folder.js'
import { DEVICES } from '../runtime/types.js'

const planSchema = z.strictObject({
  format: z.literal('diabolo/plan/1'),
  spec: z.unknown(),
  /** As `--data` was given. */
  data: z.string(),
  stream: z.boolean().optional(),
  /** Which rows are tested on and trained on, where not by chance alone. */
  rows: z
    .strictObject({
      by: z.string().optional(),
      time: z.string().optional(),
      label: z.string().optional(),
      normal: z.string().optional(),
    })
    .optional(),
  buffer: z.int().min(1).optional(),
  seed: z.int().min(0),
  threads: z.int().min(1).optional(),
  device: z.enum(DEVICES),
  patience: z.int().min(1).optional(),
  minDelta: z.number().min(0).optional(),
  tensorboard: z.boolean().optional(),
})

/** What a run was asked to do, as plain JSON: with its checkpoint, all that is needed to go on with it. */
export interface RunPlan extends Omit<z.infer<typeof planSchema>, 'format' | 'spec'> {
  readonly spec: Spec
}

export const writePlan = (folder: string, plan: RunPlan): Promise<void> =>
  writeWhole(join(folder, RUN_FILES.plan), `${JSON.stringify({ format: 'diabolo/plan/1', ...plan }, undefined, 2)}\n`)

/**
 * @throws E_MISSING when the folder is not that of a run; E_FORMAT, E_SPEC when its plan is not one
 */
export async function readPlan(folder: string): Promise<RunPlan> {
  const path = join(folder, RUN_FILES.plan)
  if (!(await exists(path))) {
    throw new DiaboloError('E_MISSING', {
      at: folder,
      expected: `the folder of a run, with ${RUN_FILES.plan} in it`,
      found: 'none',
      hint: 'give the folder that "diabolo train" printed as "out", or train anew',
    })
  }
  const parsed = planSchema.safeParse(jsonOf(await readBytes(path)))
  if (parsed.success) {
    const { format, spec, ...plan } = parsed.data
    return { ...plan, spec: parseSpec(spec, `${path}, spec`) }
  }
  const [issue] = parsed.error.issues
  throw new DiaboloError('E_FORMAT', {
    at: [path, ...(issue?.path ?? [])].join('.'),
    expected: 'the plan of a run',
    found: issue?.message ?? 'something else',
    hint: 'it was written by another version of Diabolo, or changed since; train anew',
  })
}

/** Nothing when it is not JSON, which the schema then refuses. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
