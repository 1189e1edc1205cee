import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNodeRuntime } from '../runtime/ort-node.js'
import { type KernelRun, readProfile } from '../runtime/ort-node-profile.js'
import type { Runtime } from '../runtime/types.js'

/** All runs of one node. */
export interface KernelTimes extends Omit<KernelRun, 'microseconds'> {
  /** In the order in which they happened. */
  readonly microseconds: readonly number[]
}

/**
 * Does something in a runtime that times every operator, and gives the times. They are written to a folder that is gone
 * afterwards.
 */
export async function withKernelTimes<T>(
  threads: number,
  use: (runtime: Runtime) => Promise<T>,
): Promise<{ readonly result: T; readonly kernels: readonly KernelTimes[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'diabolo-profile-'))
  try {
    const runtime = await openNodeRuntime({ threads, profile: folder })
    const result = await use(runtime).finally(() => runtime.close())
    return { result, kernels: byNode(await readProfile(folder)) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function byNode(runs: readonly KernelRun[]): KernelTimes[] {
  const nodes = new Map<string, KernelTimes & { readonly microseconds: number[] }>()
  for (const { microseconds, ...run } of runs) {
    const known = nodes.get(run.name)
    if (known) known.microseconds.push(microseconds)
    else nodes.set(run.name, { ...run, microseconds: [microseconds] })
  }
  return [...nodes.values()]
}
