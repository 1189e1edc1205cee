import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeText, estimateWidth, fitText } from '../../src/report/markup.js'
import { parseXml, textOf } from './xml.js'

describe('escapeText', () => {
  test('leaves nothing that ends text or an attribute', () => {
    expect(escapeText(`<b a="1" b='2'>&amp;</b>`)).toBe('&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;')
  })

  test('replaces what XML cannot hold', () => {
    expect(escapeText('a\u0000b\u001bc\ufffed\ud800e')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde')
    expect(escapeText('tab\tline\nemoji 🪀')).toBe('tab\tline\nemoji 🪀')
  })

  test('any text comes back from well-formed XML, but for characters XML cannot hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const element = parseXml(`<p a="${escapeText(text)}">${escapeText(text)}</p>`)
        const expected = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
        expect(textOf(element)).toBe(expected)
        expect(element.attributes.a).toBe(expected)
      }),
    )
  })
})

describe('fitText', () => {
  test('keeps what fits, on one line', () => {
    expect(fitText(' two\n  words ', 200, 12)).toBe('two words')
  })

  test('shortens what does not fit', () => {
    const fitted = fitText('a name that is far too long', 60, 10)
    expect(fitted).toBe('a name t…')
    expect(estimateWidth(fitted, 10)).toBeLessThanOrEqual(60)
  })
})
