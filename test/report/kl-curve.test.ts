import { describe, expect, test } from 'vitest'
import { divergence, drawKlCurve } from '../../src/report/kl-curve.js'
import { LIGHT } from '../../src/report/theme.js'
import { textBoxes, textFaults } from './text-boxes.js'
import { findAll, parseXml, textOf, type XmlElement } from './xml.js'

/** The corners of the curve. */
function curveOf(root: XmlElement): [x: number, y: number][] {
  const path = findAll(root, 'path').find(
    ({ attributes }) => attributes.stroke === LIGHT.blue && attributes.d?.includes('L'),
  )
  return (path?.attributes.d ?? '')
    .split(/[ML]/)
    .filter(Boolean)
    .map((pair) => pair.trim().split(/[ ,]+/).map(Number) as [number, number])
}

const circles = (root: XmlElement, fill: string) =>
  findAll(root, 'circle')
    .filter(({ attributes }) => attributes.fill === fill)
    .map(({ attributes }) => [Number(attributes.cx), Number(attributes.cy)] as [number, number])

describe('the divergence', () => {
  test.each([
    [0.5, 0.25, 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)],
    [0.05, 0.5, 0.05 * Math.log(0.1) + 0.95 * Math.log(1.9)],
    [0.05, 0.05, 0],
    [0.05, 0, Number.POSITIVE_INFINITY],
    [0.05, 1, Number.POSITIVE_INFINITY],
  ])('of %d from %d', (rho, rhoHat, expected) => {
    if (Number.isFinite(expected)) expect(divergence(rho, rhoHat)).toBeCloseTo(expected, 14)
    else expect(divergence(rho, rhoHat)).toBe(expected)
  })
})

test.each([0.01, 0.05, 0.2, 0.5, 0.9])('the curve is lowest at ρ = %d, where the mark is', async (rho) => {
  const root = parseXml((await drawKlCurve({ rho })).svg)
  const curve = curveOf(root)
  const bottom = Math.max(...curve.map(([, y]) => y))
  const flat = curve.filter(([, y]) => y > bottom - 0.01).map(([x]) => x)
  const [mark] = circles(root, LIGHT.vermilion)
  expect(mark?.[0]).toBeGreaterThan(Math.min(...flat) - 1)
  expect(mark?.[0]).toBeLessThan(Math.max(...flat) + 1)
  expect(Math.max(...flat) - Math.min(...flat)).toBeLessThan(20)
  expect(mark?.[1]).toBeCloseTo(bottom, 0)
  expect(curve.length).toBeGreaterThan(300)
})

test('points lie on the curve, infinite ones at its top', async () => {
  const points = [
    { label: 'epoch 1', rhoHat: 0.4 },
    { label: 'dead', rhoHat: 0 },
  ]
  const { svg, alt } = await drawKlCurve({ rho: 0.05, points })
  const root = parseXml(svg)
  const curve = curveOf(root)
  const [first, dead] = circles(root, LIGHT.blue) as [[number, number], [number, number]]
  const beside = curve.reduce((best, point) =>
    Math.abs(point[0] - first[0]) < Math.abs(best[0] - first[0]) ? point : best,
  )
  expect(first[1]).toBeCloseTo(beside[1], 0)
  expect(dead[1]).toBeLessThanOrEqual(Math.min(...curve.map(([, y]) => y)))
  expect(findAll(root, 'text').map(textOf)).toEqual(expect.arrayContaining(['epoch 1', 'dead']))
  expect(alt).toContain('epoch 1: ρ̂ = 0.4, penalty 0.333. dead: ρ̂ = 0, penalty ∞.')
})

test('the weight scales the axis, not the curve', async () => {
  const weighted = await drawKlCurve({ rho: 0.1, weight: 100 })
  const plain = await drawKlCurve({ rho: 0.1 })
  expect(textBoxes(weighted.svg).map(({ text }) => text)).toEqual(
    expect.arrayContaining(['100', '100 · KL(ρ‖ρ̂), nats']),
  )
  expect(weighted.alt).toContain('0 at the target ρ = 0.1, 176 at ρ̂ = 0.9.')
  expect(plain.alt).toContain('0 at the target ρ = 0.1, 1.76 at ρ̂ = 0.9.')
})

test('units are ticks along the axis', async () => {
  const { svg, alt } = await drawKlCurve({ rho: 0.1, activations: Float32Array.of(0, 0.25, 0.5), upTo: 0.5 })
  const rug = findAll(parseXml(svg), 'path').find(({ attributes }) => attributes.stroke === LIGHT.green)
  const at = [...(rug?.attributes.d ?? '').matchAll(/M([\d.]+)/g)].map(([, x]) => Number(x))
  expect(at).toHaveLength(3)
  expect(Math.abs((at[1] as number) * 2 - (at[0] as number) - (at[2] as number))).toBeLessThanOrEqual(1)
  expect(alt).toContain(
    'Mean activations of 3 units, as ticks along the axis: from 0 to 0.5, median 0.25; 1 is exactly 0 or 1, where the penalty is infinite.',
  )
  const finite = await drawKlCurve({ rho: 0.5, activations: Float32Array.of(0.5, 0.25) })
  expect(finite.alt).toContain('their penalties sum to 0.144.')
})

test('texts stay apart, however close the points are', async () => {
  const points = Array.from({ length: 8 }, (_, i) => ({ label: `epoch ${i + 1}`, rhoHat: 0.05 + 0.4 * 0.5 ** i }))
  const options = [
    { rho: 0.05, points },
    { rho: 0.05, points, upTo: 0.2, weight: 7.5e-5 },
    { rho: 0.5, points: [0, 1, 0.49, 0.5, 0.51].map((rhoHat) => ({ label: `a unit at ${rhoHat}`, rhoHat })) },
  ]
  for (const each of options) expect(textFaults(await drawKlCurve(each))).toEqual([])
})

test('is the same every time, and text is text', async () => {
  const draw = () => drawKlCurve({ rho: 0.05, points: [{ label: '<script>"x"</script>', rhoHat: 0.3 }] })
  const { svg } = await draw()
  expect((await draw()).svg).toBe(svg)
  expect(svg.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|url\(|href|<script|zr\d|ecmeta/)
})

describe('refuses', () => {
  test.each([
    ['ρ = 0', { rho: 0 }, 'E_OPTION'],
    ['ρ = 1', { rho: 1 }, 'E_OPTION'],
    ['ρ that is not a number', { rho: Number.NaN }, 'E_OPTION'],
    ['no weight', { rho: 0.1, weight: 0 }, 'E_OPTION'],
    ['an infinite weight', { rho: 0.1, weight: Number.POSITIVE_INFINITY }, 'E_OPTION'],
    ['an axis that ends before ρ', { rho: 0.1, upTo: 0.1 }, 'E_OPTION'],
    ['an axis beyond 1', { rho: 0.1, upTo: 1.1 }, 'E_OPTION'],
    ['no units', { rho: 0.1, activations: new Float32Array(0) }, 'E_SHAPE'],
    ['a negative activation', { rho: 0.1, activations: Float32Array.of(0.1, -0.1) }, 'E_VALUE'],
    ['an activation that is not a number', { rho: 0.1, activations: Float32Array.of(Number.NaN) }, 'E_VALUE'],
    ['a point beyond 1', { rho: 0.1, points: [{ label: 'a', rhoHat: 1.5 }] }, 'E_VALUE'],
  ])('%s', async (_, options, code) => {
    await expect(drawKlCurve(options)).rejects.toMatchObject({ name: 'DiaboloError', code })
  })
})
