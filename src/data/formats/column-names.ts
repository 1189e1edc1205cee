import { DiaboloError } from '../../base/errors.js'

/** More columns than any table that was meant to be one. */
export const MOST_COLUMNS = 100_000

/**
 * Makes sure that names from a file can be used as such.
 *
 * @throws E_UNSAFE when one would change what objects are, or when there are too many; E_FORMAT when one is there twice
 */
export function requireNames(names: readonly string[], at: string): void {
  const refuse = (code: 'E_UNSAFE' | 'E_FORMAT', expected: string, found: string) =>
    new DiaboloError(code, { at: `columns of ${at}`, expected, found, hint: 'rename or leave out columns' })
  if (names.length > MOST_COLUMNS) throw refuse('E_UNSAFE', `at most ${MOST_COLUMNS} columns`, `${names.length}`)
  if (names.includes('__proto__')) throw refuse('E_UNSAFE', 'names that are data', '"__proto__"')
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw refuse('E_FORMAT', 'names that differ', `"${name.slice(0, 80)}" twice`)
    seen.add(name)
  }
}

/** `c1`, `c2`, … for columns without a name. */
export const numberedNames = (count: number): string[] => Array.from({ length: count }, (_, i) => `c${i + 1}`)

/** A name that is there again gets a number: `a`, `a.1`, `a.2`, as pandas does it; one that is empty gets its place. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names)
  const seen = new Set<string>()
  return names.map((written, i) => {
    let name = written === '' ? `c${i + 1}` : written
    for (let copy = 1; seen.has(name) || (name !== written && taken.has(name)); copy++)
      name = `${written || `c${i + 1}`}.${copy}`
    seen.add(name)
    return name
  })
}
