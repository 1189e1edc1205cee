import { DiaboloError } from '../base/errors.js'
import type { Device, Runtime, RuntimeOptions } from '../runtime/types.js'

/** What differs between Node and a browser; each entry point of the package installs its own. */
export interface Platform {
  readonly openRuntime: (options?: RuntimeOptions) => Promise<Runtime>
  /** Absent where there is no file system. */
  readonly files?: {
    readonly writeModel: (folder: string, bytes: Uint8Array) => Promise<void>
    readonly readModel: (path: string) => Promise<Uint8Array>
  }
}

let installed: Platform | undefined
const shared = new Map<Device, Promise<Runtime>>()

export function installPlatform(platform: Platform): void {
  installed = platform
}

export function platform(): Platform {
  if (installed) return installed
  throw new DiaboloError('E_RUNTIME', {
    at: 'diabolo',
    expected: 'an entry point that brings a runtime',
    found: 'none',
    hint: "import from 'diabolo', not from one of its inner modules",
  })
}

/** One runtime per device for all who do not bring their own, opened when first needed. */
export function sharedRuntime(device: Device = 'cpu'): Promise<Runtime> {
  const opened = shared.get(device) ?? platform().openRuntime({ device })
  shared.set(device, opened)
  // a device that was not there may be asked for again
  opened.catch(() => shared.delete(device))
  return opened
}

export function files(): NonNullable<Platform['files']> {
  const { files } = platform()
  if (files) return files
  throw new DiaboloError('E_USAGE', {
    at: 'save and load by path',
    expected: 'a file system',
    found: 'a browser',
    hint: 'use toBytes() and fromBytes() and keep the bytes where you like',
  })
}
