const ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/**
 * Text for use between tags or inside a quoted attribute, in HTML and in XML.
 * Characters that XML 1.0 cannot hold (control characters, lone surrogates) become U+FFFD.
 */
export function escapeText(text: string): string {
  let clean = ''
  for (const character of text) clean += isXmlCharacter(character.codePointAt(0) as number) ? character : '\ufffd'
  return clean.replace(/[&<>"']/g, (character) => ENTITY[character] as string)
}

/** XML 1.0 §2.2. Iterating a string by code point leaves only unpaired surrogates in 0xD800 … 0xDFFF. */
const isXmlCharacter = (code: number): boolean =>
  code === 0x9 ||
  code === 0xa ||
  code === 0xd ||
  (code >= 0x20 && code < 0xd800) ||
  (code > 0xdfff && code < 0xfffe) ||
  code > 0xffff

/** A coordinate with at most two decimals, so that equal pictures are equal strings on every machine. */
export const coordinate = (value: number): string => String(Math.round(value * 100) / 100)

/** Room to leave for a text in an unknown sans-serif face, in the unit of `size`: 0.6 em a character, 1 em from U+1100 on. */
export function estimateWidth(text: string, size: number): number {
  let ems = 0
  for (const character of text) ems += (character.codePointAt(0) as number) < 0x1100 ? 0.6 : 1
  return ems * size
}

/** The text on one line, ended by an ellipsis where it would not fit into `width`. */
export function fitText(text: string, width: number, size: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (estimateWidth(line, size) <= width) return line
  const characters = [...line]
  while (characters.length > 1 && estimateWidth(`${characters.join('')}…`, size) > width) characters.pop()
  return `${characters.join('').trimEnd()}…`
}
