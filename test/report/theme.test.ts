import { describe, expect, test } from 'vitest'
import { frameFigure } from '../../src/report/figure.js'
import { COLORS, type ColorName, LINE_STYLES, resolveTheme, type Theme } from '../../src/report/theme.js'
import { parseXml } from './xml.js'

const NAMES = Object.keys(COLORS) as ColorName[]

/** Contrast ratio of two colours (WCAG 2.2). */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

describe.each(['light', 'dark'] as Theme[])('%s', (theme) => {
  test.each(['page', 'surface'] as const)('text and lines stand out from the %s', (ground) => {
    for (const name of ['ink', 'muted', 'blue', 'vermilion', 'green', 'purple'] as const) {
      expect(contrast(COLORS[name][theme], COLORS[ground][theme])).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(COLORS.axis[theme], COLORS[ground][theme])).toBeGreaterThanOrEqual(3)
  })
})

test('every light colour is distinct, so that it has one dark counterpart', () => {
  expect(new Set(NAMES.map((name) => COLORS[name].light)).size).toBe(NAMES.length)
})

test('lines differ in colour and in dashes', () => {
  expect(new Set(LINE_STYLES.map(({ color }) => color)).size).toBe(LINE_STYLES.length)
  expect(new Set(LINE_STYLES.map(({ dash }) => dash.join())).size).toBe(LINE_STYLES.length)
})

describe('a figure in one theme', () => {
  const body = NAMES.map((name) => `<path d="M0 0h9" fill="${COLORS[name].light}" stroke="${COLORS[name].light}"/>`)
  const options = { id: 'all', title: `fill="${COLORS.ink.light}"` }
  const { svg } = frameFigure(options, { width: 9, height: 9, alt: 'all', body: body.join('') })

  test('carries a dark variant for screens', () => {
    for (const name of NAMES) {
      expect(svg).toContain(`[fill="${COLORS[name].light}"]{fill:${COLORS[name].dark}}`)
      expect(svg).toContain(`[stroke="${COLORS[name].light}"]{stroke:${COLORS[name].dark}}`)
    }
  })

  test('light: the same attributes, no style sheet', () => {
    const light = resolveTheme(svg, 'light')
    expect(light).not.toContain('<style')
    for (const name of NAMES) expect(light).toContain(` fill="${COLORS[name].light}"`)
    parseXml(light)
  })

  test('dark: every colour replaced, text left alone', () => {
    const dark = resolveTheme(svg, 'dark')
    expect(dark).not.toContain('<style')
    for (const name of NAMES) {
      expect(dark).not.toContain(` fill="${COLORS[name].light}"`)
      expect(dark).not.toContain(` stroke="${COLORS[name].light}"`)
      expect(dark).toContain(` fill="${COLORS[name].dark}"`)
    }
    expect(dark).toContain(`fill=&quot;${COLORS.ink.light}&quot;`)
    parseXml(dark)
  })
})
