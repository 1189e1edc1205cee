import { z } from 'zod'
import { DiaboloError } from '../base/errors.js'
import { sha256 } from '../base/sha256.js'
import { parseSpec } from '../compile/spec.js'
import type { Checkpoint } from '../train/checkpoint.js'
import { explainedSchema } from '../train/solve/index.js'

const count = z.int().min(0)
const amount = z.number().min(0)
const hash = z.string().regex(/^[0-9a-f]{64}$/)

const dataSchema = z.strictObject({
  name: z.string(),
  rows: z.int().min(1),
  shape: z.array(z.int().min(1)).min(1),
  dtype: z.enum(['uint8', 'float32']),
  scale: z.number(),
  missing: z.boolean().optional(),
  fingerprint: z.string().optional(),
  labels: hash.optional(),
  classMaps: hash.optional(),
})

const identitySchema = z.strictObject({
  spec: z.unknown(),
  seed: z.int(),
  data: dataSchema,
  validation: dataSchema.optional(),
  buffer: z.int().min(1),
  engine: z.string(),
  device: z.string(),
  threads: z.int().min(1),
})

const positionSchema = z.strictObject({
  phase: count,
  epoch: z.int().min(1),
  step: count,
  seen: count,
  sums: z.strictObject({ loss: z.number(), activation: z.array(z.number()).optional() }),
  seconds: amount,
  best: z.strictObject({ epoch: z.int().min(1), error: z.number() }).optional(),
  before: z.strictObject({ steps: count, seconds: amount }),
})

const recordSchema = z.looseObject({
  phase: z.string(),
  epoch: z.int().min(1),
  step: count,
  loss: z.number(),
  validationMse: z.number().optional(),
  learningRate: z.number(),
  seconds: amount,
})

export const FORMAT = 'diabolo/checkpoint/1' as const

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  /** Of all the rest, as compact JSON. */
  sha256: hash,
  versions: z.record(z.string(), z.string()),
  files: z.record(z.string(), z.strictObject({ bytes: count, sha256: hash })),
  identity: identitySchema,
  position: positionSchema,
  history: z.array(recordSchema),
  explained: explainedSchema.optional(),
})

/** Everything of a checkpoint but its tensors, and the hashes of all. */
export type Manifest = Omit<z.infer<typeof manifestSchema>, 'identity' | 'position' | 'history' | 'explained'> &
  Pick<Checkpoint, 'identity' | 'position' | 'history' | 'explained'>

/** @returns the manifest of all this, with its own hash */
export async function formatManifest(content: Omit<Manifest, 'format' | 'sha256'>): Promise<Uint8Array> {
  const body = { format: FORMAT, ...content }
  const manifest = { sha256: await hashOf(body), ...body }
  return new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 1)}\n`)
}

/**
 * @throws E_CHECKSUM when it is not as it was written; E_FORMAT when it is not the manifest of a checkpoint; E_SPEC when its spec is not valid
 */
export async function parseManifest(bytes: Uint8Array, at: string): Promise<Manifest> {
  const raw = jsonOf(bytes)
  const parsed = manifestSchema.safeParse(raw)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new DiaboloError('E_FORMAT', {
      at: [at, ...(issue?.path ?? [])].join('.'),
      expected: 'the manifest of a checkpoint',
      found: issue?.message ?? 'something else',
      hint: 'the checkpoint before it, or a copy, can be gone on from',
    })
  }
  const { sha256: wanted, ...body } = raw as Manifest
  requireHash(wanted, await hashOf(body), at)
  parseSpec(parsed.data.identity.spec, `${at}, spec`)
  return parsed.data as Manifest
}

/**
 * @throws E_CHECKSUM when a file is not as it was written
 */
export function requireHash(wanted: string | undefined, found: string, at: string): void {
  if (wanted === found) return
  throw new DiaboloError('E_CHECKSUM', {
    at,
    expected: `SHA-256 ${wanted ?? 'in the manifest'}`,
    found,
    hint: 'the file was changed or damaged after it was written; go on from the checkpoint before it, or from a copy',
  })
}

/** Numbers are written so that they are read as the same ones, and keys keep their order: JSON of JSON is the same text. */
const hashOf = (body: Omit<Manifest, 'sha256'>): Promise<string> =>
  sha256(new TextEncoder().encode(JSON.stringify(body)))

/** Nothing when it is not JSON, which the schema then refuses. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
