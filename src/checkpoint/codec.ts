import { DiaboloError } from '../base/errors.js'
import { sha256 } from '../base/sha256.js'
import { VERSION } from '../base/version.js'
import type { Parameters } from '../compile/network.js'
import { formatSafetensors, parseSafetensors } from '../data/formats/safetensors.js'
import type { Checkpoint } from '../train/checkpoint.js'
import { formatManifest, parseManifest, requireHash } from './manifest.js'

/** A checkpoint as the bytes of two files. */
export interface CheckpointFiles {
  /** Everything but the tensors, with the hashes of both. */
  readonly 'manifest.json': Uint8Array
  /** Parameters, what the optimizer remembers, and the best parameters so far, by name. */
  readonly 'state.safetensors': Uint8Array
}

const STATE = 'state.safetensors'

export async function encodeCheckpoint({ tensors, ...more }: Checkpoint): Promise<CheckpointFiles> {
  const state = formatSafetensors(tensors)
  const manifest = await formatManifest({
    versions: { diabolo: VERSION, engine: more.identity.engine },
    files: { [STATE]: { bytes: state.length, sha256: await sha256(state) } },
    ...more,
  })
  return { 'manifest.json': manifest, [STATE]: state }
}

/**
 * @throws E_CHECKSUM when a byte is not as it was written; E_FORMAT, E_TRUNCATED, E_SPEC when the files are not those of a
 * checkpoint
 */
export async function decodeCheckpoint(files: CheckpointFiles, at = 'checkpoint'): Promise<Checkpoint> {
  const manifest = await parseManifest(files['manifest.json'], `${at}/manifest.json`)
  const state = files[STATE]
  requireHash(manifest.files[STATE]?.sha256, await sha256(state), `${at}/${STATE}`)
  const { tensors } = parseSafetensors(state, `${at}/${STATE}`)
  const { identity, position, history, explained } = manifest
  return {
    identity,
    position,
    history,
    ...(explained && { explained }),
    tensors: floatsOnly(tensors, `${at}/${STATE}`),
  }
}

function floatsOnly(tensors: ReturnType<typeof parseSafetensors>['tensors'], at: string): Parameters {
  for (const [name, { dtype }] of tensors) {
    if (dtype === 'float32') continue
    throw new DiaboloError('E_FORMAT', {
      at: `${at}, "${name}"`,
      expected: 'float32',
      found: dtype,
      hint: 'go on from the checkpoint before it, or from a copy',
    })
  }
  return Object.fromEntries(tensors) as Parameters
}
