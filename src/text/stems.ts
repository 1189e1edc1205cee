import { stemmer } from 'stemmer'
import { STOP_WORDS } from './stop-words.js'

/** A word: letters of any script with their marks. Digits and punctuation stand between words. */
const WORD = /[\p{L}\p{M}]+/gu

/** What an apostrophe ties to a word: `bank's`, `weren't`. */
const CLITIC = /(?:n['’]t|['’](?:s|re|ve|ll|d|m))\b/g

/**
 * The words of a text as stems, in their order: in lower case, without stop words and words of one letter, Porter's stems.
 * Words that are not made of the letters a to z stay as they are.
 *
 * @see Porter (1980), An algorithm for suffix stripping
 */
export function stemsOf(text: string): string[] {
  const words = text.normalize('NFKC').toLowerCase().replace(CLITIC, '').match(WORD) ?? []
  return words.filter((word) => word.length > 1 && !STOP_WORDS.has(word)).map(stemOf)
}

/** Stems that were found before: a language repeats itself. */
const known = new Map<string, string>()

/** How many are remembered. */
const MOST_KNOWN = 100_000

function stemOf(word: string): string {
  const found = known.get(word)
  if (found !== undefined) return found
  const stem = /^[a-z]+$/.test(word) ? stemmer(word) : word
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(word, stem)
  return stem
}
