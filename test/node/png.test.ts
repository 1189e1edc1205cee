import { decode } from 'fast-png'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { renderPng } from '../../src/node/png.js'
import { type Figure, frameFigure } from '../../src/report/figure.js'
import { drawImageGrid } from '../../src/report/image-grid.js'
import { COLORS, LIGHT, type Theme } from '../../src/report/theme.js'
import { drawTrainingCurve } from '../../src/report/training-curve.js'

type Pixel = (x: number, y: number) => number[]

async function renderPixels(figure: Figure, options: Parameters<typeof renderPng>[1] = {}) {
  const { width, height, channels, data } = decode(await renderPng(figure, options))
  const at: Pixel = (x, y) => [...data.subarray((y * width + x) * channels, (y * width + x) * channels + 3)]
  return { width, height, at }
}

const rgb = (hex: string): number[] => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16))

/** Pixels that are not the ground, in columns from `left` to `right`. */
function inked(at: Pixel, [left, right]: readonly [number, number], height: number, ground: string): number {
  let count = 0
  for (let x = left; x < right; x++) {
    for (let y = 0; y < height; y++) if (at(x, y).join() !== rgb(ground).join()) count++
  }
  return count
}

const framed = (body: string) => frameFigure({ id: 'f', title: 't' }, { width: 80, height: 30, alt: 'a', body })

describe.each(['light', 'dark'] as Theme[])('%s', (theme) => {
  test.each([1, 2, 2.5])('colours are those of the theme, %d times as large', async (scale) => {
    const figure = framed(`<rect x="0" y="0" width="40" height="30" fill="${LIGHT.blue}"/>`)
    const { width, height, at } = await renderPixels(figure, { theme, scale })
    expect([width, height]).toEqual([100 * scale, 50 * scale])
    expect(at(2, 2)).toEqual(rgb(COLORS.surface[theme]))
    expect(at(30 * scale, 24 * scale)).toEqual(rgb(COLORS.blue[theme]))
    expect(at(70 * scale, 24 * scale)).toEqual(rgb(COLORS.surface[theme]))
  })

  test('letters are drawn, Greek ones and signs too', async () => {
    for (const text of ['abc', 'ρ‖ρ̂', '≤ −2', '× 10⁻⁵', 'σ … ∞']) {
      const { at, height } = await renderPixels(
        framed(`<text x="0" y="20" font-size="14" fill="${LIGHT.ink}">${text}</text>`),
        { theme },
      )
      expect(inked(at, [10, 90], height, COLORS.surface[theme])).toBeGreaterThan(30)
    }
  })
})

test('the font is the one that comes along: letters have the widths of Arial', async () => {
  const { at, height } = await renderPixels(
    framed(`<text x="0" y="20" font-size="20" font-family="system-ui, sans-serif" fill="${LIGHT.ink}">mm|</text>`),
    { scale: 2 },
  )
  // m is 0.833 em wide, the bar 0.26 em with its stroke in the middle: at 10 + 2 × 16.66 + 2.6
  const columns = Array.from({ length: 200 }, (_, x) => x).filter(
    (x) => inked(at, [x, x + 1], height, LIGHT.surface) > 0,
  )
  expect(Math.abs((columns.at(-1) as number) / 2 - 46.5)).toBeLessThan(1)
})

test('the hat of ρ̂ sits on its letter, and takes no room', async () => {
  const columns = async (text: string) => {
    const { at, width } = await renderPixels(
      framed(`<text x="0" y="20" font-size="20" fill="${LIGHT.ink}">${text}</text>`),
      { scale: 4 },
    )
    const inkedFrom = (top: number, bottom: number) =>
      Array.from({ length: width }, (_, x) => x).filter((x) =>
        Array.from({ length: bottom - top }, (_, i) => at(x, top + i)).some(
          (pixel) => pixel.join() !== rgb(LIGHT.surface).join(),
        ),
      )
    // the baseline is at 4 × (10 + 20), ρ is 0.53 em high
    return { hat: inkedFrom(40, 74), letters: inkedFrom(80, 140) }
  }
  const middle = (xs: readonly number[]) => ((xs[0] as number) + (xs.at(-1) as number)) / 2
  const [alone, plain] = await Promise.all([columns('ρ\u0302'), columns('ρ')])
  expect(alone.hat.length).toBeGreaterThan(8)
  expect(plain.hat).toEqual([])
  expect(alone.letters).toEqual(plain.letters)
  expect(Math.abs(middle(alone.hat) - middle(alone.letters))).toBeLessThan(5)
  const [marked, bare] = await Promise.all([columns('ρ\u0302&amp;x'), columns('ρ&amp;x')])
  expect(Math.abs((marked.letters.at(-1) as number) - (bare.letters.at(-1) as number))).toBeLessThan(2)
})

test('pictures keep their pixels sharp', async () => {
  const figure = drawImageGrid({
    shape: [1, 2, 1],
    rows: [{ caption: 'original', images: Uint8Array.of(255, 0, 0, 255) }],
  })
  for (const scale of [1, 2]) {
    const { at, width, height } = await renderPixels(figure, { scale })
    const y = height - 30 * scale
    const shades = new Set(Array.from({ length: width }, (_, x) => at(x, y).join()))
    expect([...shades].sort()).toEqual(['0,0,0', '255,255,255'])
  }
})

test('a chart is the same every time, and no two themes alike', async () => {
  const figure = await drawTrainingCurve({ series: [{ name: 'training', values: [3, 2, 1] }] })
  const [a, b, dark] = await Promise.all([renderPng(figure), renderPng(figure), renderPng(figure, { theme: 'dark' })])
  expect(Buffer.from(a).equals(b)).toBe(true)
  expect(Buffer.from(a).equals(dark)).toBe(false)
})

describe('refuses', () => {
  afterEach(() => {
    vi.doUnmock('@resvg/resvg-js')
    vi.resetModules()
  })

  test.each([0, -1, 11, Number.NaN])('a scale of %d', async (scale) => {
    await expect(renderPng(framed(''), { scale })).rejects.toMatchObject({ code: 'E_OPTION', found: `${scale}` })
  })

  test('to do without its optional package, and says how to get it', async () => {
    vi.doMock('@resvg/resvg-js', () => {
      throw new Error('Cannot find package')
    })
    vi.resetModules()
    const fresh = await import('../../src/node/png.js')
    await expect(fresh.renderPng(framed(''))).rejects.toMatchObject({
      name: 'DiaboloError',
      code: 'E_RUNTIME',
      at: 'PNG of figure "f"',
      hint: expect.stringContaining('npm install @resvg/resvg-js'),
    })
  })
})
