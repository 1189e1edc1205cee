import { access, constants } from 'node:fs/promises'
import { arch, availableParallelism, cpus, freemem, platform, totalmem } from 'node:os'
import { DiaboloError } from '../base/errors.js'
import { dataset } from '../data/dataset.js'
import { pca } from '../model/recipes.js'
import { dataFolders } from '../node/folders.js'
import { findMnist } from '../node/mnist.js'
import { openNodeRuntime } from '../runtime/ort-node.js'
import { DEVICES } from '../runtime/types.js'

export interface Finding {
  readonly what: string
  readonly state: 'good' | 'note' | 'broken'
  readonly found: string
  /** How to mend it. */
  readonly remedy?: string
}

const LEAST_NODE = [20, 19] as const

/** Looks at everything that Diabolo needs, and tries the runtime on a small problem whose answer is known. */
export async function diagnose(): Promise<Finding[]> {
  return [node(), machine(), await runtime(), await devices(), await data(), await folder()]
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const old = major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])
  const found = `${process.versions.node} on ${platform()} ${arch()}`
  return old
    ? { what: 'Node', state: 'broken', found, remedy: `install Node ${LEAST_NODE.join('.')} or newer from nodejs.org` }
    : { what: 'Node', state: 'good', found }
}

function machine(): Finding {
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  const model = cpus()[0]?.model.trim() || 'unknown processor'
  const found = `${model}, ${availableParallelism()} threads, ${gib(freemem())} of ${gib(totalmem())} free`
  return { what: 'machine', state: 'good', found }
}

/** Two points on a line have one principal component, and it reconstructs them exactly. */
async function runtime(): Promise<Finding> {
  const what = 'runtime'
  try {
    const opened = await openNodeRuntime()
    const line = dataset(Float32Array.of(0, 0, 3, 4), { name: 'a line', shape: [2] })
    const model = await pca({ latent: 1 }).fit(line, { runtime: opened })
    const { mse } = await model.evaluate(line)
    await opened.close()
    const { engine, version, device, threads } = opened.info
    const found = `${engine} ${version}, ${device}, ${threads} threads`
    if (mse < 1e-10) return { what, state: 'good', found }
    return {
      what,
      state: 'broken',
      found: `${found}, and it computes wrongly (error ${mse})`,
      remedy: 'please report this',
    }
  } catch (error) {
    const found = error instanceof DiaboloError ? error.found : String(error)
    return {
      what,
      state: 'broken',
      found,
      remedy: 'run "npm ci" again; onnxruntime-node has binaries for Linux and Windows (x64, arm64) and macOS (arm64)',
    }
  }
}

/** Devices beside the processor, each tried. */
async function devices(): Promise<Finding> {
  const others = DEVICES.filter((device) => device !== 'cpu')
  const tried = await Promise.all(
    others.map(async (device) => {
      try {
        await (await openNodeRuntime({ device, threads: 1 })).close()
        return { device, here: true }
      } catch (error) {
        if (error instanceof DiaboloError && error.code === 'E_DEVICE') return { device, here: false }
        throw error
      }
    }),
  )
  const name = (here: boolean) => tried.flatMap((each) => (each.here === here ? each.device : []))
  return {
    what: 'devices',
    state: 'good',
    found: `${['cpu', ...name(true)].join(', ')}; not here: ${name(false).join(', ') || 'none'}`,
  }
}

async function data(): Promise<Finding> {
  const folder = await findMnist()
  if (folder) return { what: 'MNIST', state: 'good', found: folder }
  return {
    what: 'MNIST',
    state: 'note',
    found: `not in ${dataFolders('mnist').join(', ')}`,
    remedy:
      '"diabolo data fetch mnist" downloads it, DIABOLO_DATA names a folder that has it; until then there is --data digits',
  }
}

async function folder(): Promise<Finding> {
  const what = 'output'
  try {
    await access('.', constants.W_OK)
    return { what, state: 'good', found: 'this folder can be written to' }
  } catch (error) {
    const found = `this folder cannot be written to (${(error as NodeJS.ErrnoException).code})`
    return { what, state: 'broken', found, remedy: 'work in a folder of your own, or give --out' }
  }
}
