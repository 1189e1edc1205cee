import { describe, expect, test } from 'vitest'
import { parseReuters } from '../../src/text/reuters.js'

const story = (attributes: string, text: string, topics = '') =>
  `<REUTERS ${attributes}>\n<DATE>26-FEB-1987</DATE>\n<TOPICS>${topics}</TOPICS>\n<PLACES><D>usa</D></PLACES>\n` +
  `<UNKNOWN>&#5;&#5;f0704</UNKNOWN>\n<TEXT${text}</TEXT>\n</REUTERS>\n`

const FILE = `<!DOCTYPE lewis SYSTEM "lewis.dtd">\n${[
  story(
    'TOPICS="YES" LEWISSPLIT="TRAIN" NEWID="1"',
    '>&#2;\n<TITLE>GRAIN &lt;GRN> UP</TITLE>\n<DATELINE> SALVADOR - </DATELINE><BODY>Wheat &amp; corn\nrose.\n&#3;</BODY>',
    '<D>wheat</D><D>corn</D>',
  ),
  story('TOPICS="NO" LEWISSPLIT="TEST" NEWID="2"', ' TYPE="BRIEF">&#2;\n<TITLE>BRIEF ONE</TITLE>'),
  story('TOPICS="YES" LEWISSPLIT="NOT-USED" NEWID="3"', ' TYPE="UNPROC">&#2;\nA TABLE...1,2\n&#3;'),
].join('')}`

describe('a file of Reuters-21578', () => {
  test('holds stories with title, body, topics and split', () => {
    expect(parseReuters(FILE, 'reut2-000.sgm')).toEqual([
      {
        id: 1,
        title: 'GRAIN <GRN> UP',
        text: 'GRAIN <GRN> UP\nWheat & corn\nrose.',
        topics: ['wheat', 'corn'],
        part: 'train',
        indexed: true,
      },
      { id: 2, title: 'BRIEF ONE', text: 'BRIEF ONE', topics: [], part: 'test', indexed: false },
      { id: 3, title: '', text: 'A TABLE...1,2', topics: [], part: 'unused', indexed: true },
    ])
  })

  test.each([
    ['another file', 'a,b\n1,2\n', 'E_FORMAT'],
    ['one that ends within a story', FILE.slice(0, -40), 'E_TRUNCATED'],
    ['a story of no known split', FILE.replace('"TRAIN"', '"LATER"'), 'E_FORMAT'],
    ['a story without text', FILE.replaceAll(/<TEXT[\s\S]*?<\/TEXT>/g, ''), 'E_FORMAT'],
  ])('is refused when it is %s', (_, text, code) => {
    expect(() => parseReuters(text, 'reut2-000.sgm')).toThrow(expect.objectContaining({ code }))
  })
})
