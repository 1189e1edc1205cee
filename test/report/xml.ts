export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: (XmlElement | string)[]
}

const TOKEN = /<\/([\w:-]+)\s*>|<([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y

/** Parses the XML that figures are made of (no comments, no CDATA, no doctype); throws where it is not well-formed. */
export function parseXml(source: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [] }
  const open = [root]
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(source)
    if (!match) throw new Error(`not well-formed at ${at}: ${source.slice(at, at + 80)}`)
    const [, closed, opened, attributes = '', empty, text] = match
    const parent = open.at(-1) as XmlElement
    if (text !== undefined) parent.children.push(decode(text))
    else if (closed !== undefined) {
      if (open.length === 1 || parent.name !== closed) throw new Error(`</${closed}> closes <${parent.name}> at ${at}`)
      open.pop()
    } else if (opened !== undefined) {
      const element: XmlElement = { name: opened, attributes: parseAttributes(attributes), children: [] }
      parent.children.push(element)
      if (!empty) open.push(element)
    }
  }
  const [element, ...others] = root.children.filter((child) => typeof child !== 'string' || child.trim() !== '')
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> is never closed`)
  if (element === undefined || typeof element === 'string' || others.length > 0) throw new Error('not one root element')
  return element
}

export function findAll(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => {
    if (typeof child === 'string') return []
    return [...(child.name === name ? [child] : []), ...findAll(child, name)]
  })
}

export const textOf = (element: XmlElement): string =>
  element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('')

function parseAttributes(source: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, name = '', value = ''] of source.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`attribute ${name} is given twice: ${source}`)
    attributes[name] = decode(value)
  }
  return attributes
}

function decode(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids exactly these
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) throw new Error('a character XML cannot hold')
  return text.replace(/&([^;]*);?/g, (all, name: string) => {
    const character = entities[name]
    if (character === undefined || !all.endsWith(';')) throw new Error(`unknown entity ${all}`)
    return character
  })
}
