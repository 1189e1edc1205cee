import { describe, expect, test } from 'vitest'
import { frameFigure } from '../../src/report/figure.js'
import { POINT_MARKS } from '../../src/report/point-marks.js'
import { COLORS, type ColorName, LINE_STYLES, resolveTheme, type Theme } from '../../src/report/theme.js'
import { parseXml } from './xml.js'

const NAMES = Object.keys(COLORS) as ColorName[]

/** Contrast ratio of two colours (WCAG 2.2). */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

type Triple = [number, number, number]

/** sRGB hex to linear light. */
const linear = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as Triple

const multiply = (matrix: readonly Triple[], [x, y, z]: Triple): Triple =>
  matrix.map(([a, b, c]) => a * x + b * y + c * z) as Triple

function luminance(hex: string): number {
  const [r, g, b] = linear(hex)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Linear light to Oklab (Ottosson 2020). */
function toOklab(rgb: Triple): Triple {
  const cones = multiply(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((c) => Math.min(1, Math.max(0, c))) as Triple,
  )
  return multiply(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as Triple,
  )
}

/** How linear light looks without one kind of cones (Machado, Oliveira & Fernandes 2009, severity 1). */
const VISION: Readonly<Record<string, readonly Triple[]>> = {
  'three kinds of cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

describe.each(['light', 'dark'] as Theme[])('%s', (theme) => {
  test.each(['page', 'surface'] as const)('text and lines stand out from the %s', (ground) => {
    for (const name of ['ink', 'muted', 'blue', 'vermilion', 'green', 'purple'] as const) {
      expect(contrast(COLORS[name][theme], COLORS[ground][theme])).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(COLORS.axis[theme], COLORS[ground][theme])).toBeGreaterThanOrEqual(3)
  })

  const classes = NAMES.filter((name) => POINT_MARKS.some(({ color }) => color === COLORS[name].light))

  test('the ten colours of classes stand out from the surface', () => {
    expect(classes).toHaveLength(10)
    for (const name of classes) {
      expect(contrast(COLORS[name][theme], COLORS.surface[theme])).toBeGreaterThanOrEqual(3)
    }
  })

  test.each(Object.keys(VISION))('the ten colours of classes stay apart with %s', (vision) => {
    const seen = classes.map((name) =>
      toOklab(multiply(VISION[vision] as readonly Triple[], linear(COLORS[name][theme]))),
    )
    const distances = seen.flatMap((a, i) =>
      seen.slice(0, i).map((b) => Math.hypot(...a.map((v, k) => v - (b[k] ?? 0)))),
    )
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(0.08)
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
    expect(frameFigure({ id: 'plain', title: 't' }, { width: 9, height: 9, alt: '', body: '' }).svg).not.toContain(
      `[fill="${COLORS.blue.light}"]`,
    )
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
