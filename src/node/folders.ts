import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import envPaths from 'env-paths'

/** The folder of this package: of the checkout, or of the installed copy. */
export const packageFolder = (): string => dirname(createRequire(import.meta.url).resolve('#package.json'))

/** Where downloads are kept; XDG_CACHE_HOME and its like are honoured. */
export const cacheFolder = (): string => envPaths('diabolo', { suffix: '' }).cache

/** Where a data set is looked for, in this order: $DIABOLO_DATA, beside a checkout, the user's cache. */
export function dataFolders(name: string): string[] {
  const own = process.env.DIABOLO_DATA
  const root = packageFolder()
  return [
    ...(own ? [join(own, name), own] : []),
    ...(root.includes('node_modules') ? [] : [join(root, '..', 'shared', 'data', name)]),
    join(cacheFolder(), name),
  ]
}
