import { expect, test } from 'vitest'
import { divergingColor, type Rgb, sequentialColor } from '../../src/report/color-scale.js'

/** CIE L*, 0 … 100, of sRGB bytes. */
function lightness(rgb: Rgb): number {
  const [r, g, b] = rgb.map((byte) => {
    const c = byte / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return 116 * Math.cbrt(y) - 16
}

const steps = Array.from({ length: 101 }, (_, i) => i / 100)

test('0 is a light grey without a hue', () => {
  const [red, green, blue] = divergingColor(0)
  expect(red).toBe(green)
  expect(green).toBe(blue)
  expect(red).toBeGreaterThan(240)
})

test('negative is blue, positive is orange', () => {
  for (const t of steps.slice(10)) {
    const [coldRed, , coldBlue] = divergingColor(-t)
    const [warmRed, , warmBlue] = divergingColor(t)
    expect(coldBlue).toBeGreaterThan(coldRed + 15)
    expect(warmRed).toBeGreaterThan(warmBlue + 15)
  }
})

test('both sides are equally light, and darken steadily', () => {
  for (const [i, t] of steps.entries()) {
    expect(Math.abs(lightness(divergingColor(t)) - lightness(divergingColor(-t)))).toBeLessThan(4)
    if (i === 0) continue
    const before = steps[i - 1] as number
    expect(lightness(divergingColor(t))).toBeLessThan(lightness(divergingColor(before)))
    expect(lightness(divergingColor(-t))).toBeLessThan(lightness(divergingColor(-before)))
  }
})

test('beyond the ends, the end colours stay', () => {
  expect(divergingColor(7)).toEqual(divergingColor(1))
  expect(divergingColor(-7)).toEqual(divergingColor(-1))
})

test('the sequential scale gets lighter evenly, from near black to near white', () => {
  const shades = steps.map((t) => lightness(sequentialColor(t)))
  expect(shades[0]).toBeLessThan(8)
  expect(shades.at(-1)).toBeGreaterThan(94)
  const rises = shades.slice(1).map((shade, i) => shade - (shades[i] as number))
  expect(Math.min(...rises)).toBeGreaterThan(0)
  expect(Math.max(...rises)).toBeLessThan(2)
})

test('the sequential scale ends where its range ends', () => {
  expect(sequentialColor(-1)).toEqual(sequentialColor(0))
  expect(sequentialColor(2)).toEqual(sequentialColor(1))
})
