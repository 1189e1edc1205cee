import { distance } from 'fastest-levenshtein'

/** The name closest to what was typed, when it is close enough to have been meant. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const ranked = names.map((name) => ({ name, d: distance(typed.toLowerCase(), name.toLowerCase()) }))
  const best = ranked.sort((a, b) => a.d - b.d)[0]
  return best && best.d <= Math.max(2, best.name.length / 3) ? best.name : undefined
}
