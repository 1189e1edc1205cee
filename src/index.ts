import { installPlatform } from './model/platform.js'
import { openWebRuntime } from './runtime/ort-web.js'

installPlatform({ openRuntime: openWebRuntime })

export * from './api.js'
export { openWebRuntime as openRuntime } from './runtime/ort-web.js'
