import { DiaboloError } from '../base/errors.js'

/** A story of Reuters-21578. */
export interface Story {
  /** The collection's own number of it. */
  readonly id: number
  readonly title: string
  /** Title and body, without the place and date it was sent from. */
  readonly text: string
  readonly topics: readonly string[]
  readonly part: 'train' | 'test' | 'unused'
  /** Whether an indexer looked at it; only such stories belong to the ModApte split. */
  readonly indexed: boolean
}

const PARTS = { TRAIN: 'train', TEST: 'test', 'NOT-USED': 'unused' } as const

/**
 * The stories of one file of Reuters-21578, Distribution 1.0, in their order. The files are SGML of one fixed form (each
 * element written out, never nested in its own kind), which is all that is read here.
 *
 * @param text  the file's, decoded as ISO 8859-1
 * @param at    the file's name, for messages
 * @throws E_FORMAT when it is not such a file; E_TRUNCATED when its last story has no end
 * @see Lewis (1997), README of the collection
 */
export function parseReuters(text: string, at: string): Story[] {
  const stories = Array.from(text.matchAll(/<REUTERS ([^>]*)>([\s\S]*?)<\/REUTERS>/g), ([, attributes, body], i) =>
    parseStory(attributes as string, body as string, `${at}, story ${i + 1}`),
  )
  const begun = text.match(/<REUTERS /g)?.length ?? 0
  if (begun !== stories.length) throw damaged('E_TRUNCATED', at, `${begun} whole stories`, `${stories.length}`)
  if (begun === 0) throw damaged('E_FORMAT', at, 'stories of Reuters-21578 (<REUTERS …>)', 'none')
  return stories
}

function parseStory(attributes: string, body: string, at: string): Story {
  const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? ''
  const part = PARTS[attribute('LEWISSPLIT') as keyof typeof PARTS]
  const id = Number(attribute('NEWID'))
  const content = element(body, 'TEXT')
  if (part === undefined || !(id > 0) || content === undefined) {
    throw damaged('E_FORMAT', at, 'LEWISSPLIT, NEWID and <TEXT>', `<REUTERS ${attributes}>`)
  }
  const title = plain(element(content, 'TITLE') ?? '')
  // stories that are not marked up within are text as a whole
  const story = plain(element(content, 'BODY') ?? (title === '' ? content : ''))
  const topics = Array.from(
    (element(body, 'TOPICS') ?? '').matchAll(/<D>([^<]*)<\/D>/g),
    ([, topic]) => topic as string,
  )
  const text = [title, story].filter((each) => each !== '').join('\n')
  return { id, title, text, topics, part, indexed: attribute('TOPICS') === 'YES' }
}

const element = (text: string, name: string): string | undefined =>
  new RegExp(`<${name}[^>]*>([\\s\\S]*?)</${name}>`).exec(text)?.[1]

/** Control characters are left over from the wire; the collection writes three characters as entities. */
const plain = (text: string): string =>
  text
    .replace(/&#\d+;/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim()

const damaged = (code: 'E_FORMAT' | 'E_TRUNCATED', at: string, expected: string, found: string) =>
  new DiaboloError(code, { at, expected, found, hint: 'copy or download the file again' })
