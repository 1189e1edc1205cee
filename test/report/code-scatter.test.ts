import { describe, expect, test } from 'vitest'
import { rng } from '../../src/base/random.js'
import { drawCodeScatter } from '../../src/report/code-scatter.js'
import { POINT_MARKS } from '../../src/report/point-marks.js'
import { textBoxes, textFaults } from './text-boxes.js'
import { findAll, parseXml } from './xml.js'

/** Where the marks of a class are, without the legend's. */
function pointsOf(svg: string, k: number): [x: number, y: number][] {
  return findAll(parseXml(svg), 'path')
    .filter(({ attributes }) => attributes.fill === POINT_MARKS[k]?.color && 'fill-opacity' in attributes)
    .flatMap(({ attributes }) => [...(attributes.d ?? '').matchAll(/M([\d.-]+) ([\d.-]+)/g)])
    .map(([, x, y]) => [Number(x), Number(y)])
}

function makeCodes(samples: number, classes = 10) {
  const random = rng(7, 'codes')
  const labels = Uint8Array.from({ length: samples }, () => random.int(classes))
  const codes = Float32Array.from({ length: 2 * samples }, (_, i) => {
    return (labels[i >> 1] as number) * (i % 2 ? 1 : -0.5) + random.normal()
  })
  return { codes, labels }
}

/** The middle of an axis label. */
function middleOf(svg: string, text: string, axis: 'x' | 'y'): number {
  const boxes = textBoxes(svg).filter((box) => box.text === text)
  const box = axis === 'x' ? boxes.at(-1) : boxes[0]
  if (!box) throw new Error(`no text ${text}`)
  return axis === 'x' ? (box.left + box.right) / 2 : (box.top + box.bottom) / 2
}

test('points lie where the axes say, in the colour and shape of their class', async () => {
  const codes = Float32Array.of(-10, -10, 5, 0, 10, 10)
  const { svg } = await drawCodeScatter({ codes, labels: [0, 1, 1], classNames: ['a', 'b'] })
  const [[first], [second, third]] = [pointsOf(svg, 0), pointsOf(svg, 1)] as [[number, number][], [number, number][]]
  expect(first?.[0]).toBeCloseTo(middleOf(svg, '−10', 'x'), 0)
  expect(third?.[0]).toBeCloseTo(middleOf(svg, '10', 'x'), 0)
  expect(second?.[0]).toBeCloseTo(middleOf(svg, '5', 'x'), 0)
  expect(Math.abs((third?.[1] ?? 0) - middleOf(svg, '10', 'y'))).toBeLessThan(3)
  expect(2 * (second?.[1] ?? 0)).toBeCloseTo((first?.[1] ?? 0) + (third?.[1] ?? 0), 0)
})

test('every class has a colour and a shape of its own, also in the legend', async () => {
  expect(new Set(POINT_MARKS.map(({ color }) => color)).size).toBe(10)
  expect(new Set(POINT_MARKS.map(({ path }) => path)).size).toBe(10)
  const { svg } = await drawCodeScatter(makeCodes(300))
  const paths = findAll(parseXml(svg), 'path')
  for (const { color, path } of POINT_MARKS) {
    const drawn = paths.filter(({ attributes }) => attributes.fill === color)
    expect(drawn.filter(({ attributes }) => !('fill-opacity' in attributes))).toHaveLength(1)
    for (const { attributes } of drawn) expect(attributes.d).toContain(path)
  }
})

test('few points are all drawn, many are thinned out, the same way every time', async () => {
  const count = (svg: string) => POINT_MARKS.reduce((sum, _, k) => sum + pointsOf(svg, k).length, 0)
  const few = await drawCodeScatter(makeCodes(2000))
  expect(count(few.svg)).toBe(2000)
  expect(few.alt).toContain('Scatter plot of 2,000 codes in 10 classes')
  const many = await drawCodeScatter(makeCodes(10_000))
  expect(count(many.svg)).toBe(2000)
  expect(many.alt).toContain('Scatter plot of 2,000 of 10,000 codes, chosen at random, in 10 classes')
  expect(many.svg.length).toBeLessThan(130_000)
  expect((await drawCodeScatter(makeCodes(10_000))).svg).toBe(many.svg)
  expect(count((await drawCodeScatter({ ...makeCodes(500), maxPoints: 50 })).svg)).toBe(50)
})

test('thinning keeps every class in proportion, though data come sorted', async () => {
  const { codes } = makeCodes(10_000)
  const labels = Uint8Array.from({ length: 10_000 }, (_, i) => Math.floor(i / 1000))
  const { svg } = await drawCodeScatter({ codes, labels })
  for (let k = 0; k < 10; k++) expect(Math.abs(pointsOf(svg, k).length - 200)).toBeLessThan(60)
})

test('the description names axes, sizes and centres', async () => {
  const { alt } = await drawCodeScatter({
    codes: Float32Array.of(1, 2, 3, 4, -1, 0),
    labels: [0, 0, 2],
    classNames: ['shirt', 'coat', 'bag'],
    xLabel: 'first principal direction of the code',
    yLabel: 'second principal direction of the code',
  })
  expect(alt).toBe(
    'Scatter plot of 3 codes in 3 classes, each with a colour and a shape. ' +
      'Across: first principal direction of the code. Upwards: second principal direction of the code. ' +
      'shirt: 2 samples around (2, 3). coat: no samples. bag: 1 sample around (−1, 0).',
  )
})

test('texts stay apart', async () => {
  const { codes, labels } = makeCodes(100)
  const classNames = Array.from({ length: 10 }, (_, k) => `class with a long name ${k}`)
  for (const scale of [1, 1e-5, 1e6]) {
    const figure = await drawCodeScatter({ codes: codes.map((value) => value * scale), labels, classNames })
    expect(textFaults(figure)).toEqual([])
  }
  expect(textFaults(await drawCodeScatter({ codes: Float32Array.of(3, 3), labels: [0] }))).toEqual([])
})

describe('refuses', () => {
  const codes = Float32Array.of(1, 2, 3, 4)
  test.each([
    ['no codes', { codes: codes.subarray(4), labels: [] }, 'E_SHAPE'],
    ['labels that do not fit', { codes, labels: [0] }, 'E_SHAPE'],
    ['not a number', { codes: Float32Array.of(1, Number.NaN), labels: [0] }, 'E_VALUE'],
    ['a negative label', { codes, labels: [0, -1] }, 'E_OPTION'],
    ['half a label', { codes, labels: [0, 0.5] }, 'E_OPTION'],
    ['a label without a name', { codes, labels: [0, 1], classNames: ['a'] }, 'E_OPTION'],
    ['eleven classes', { codes, labels: [0, 10] }, 'E_OPTION'],
    ['eleven names', { codes, labels: [0, 1], classNames: Array(11).fill('a') }, 'E_OPTION'],
    ['no points', { codes, labels: [0, 1], maxPoints: 0 }, 'E_OPTION'],
  ])('%s', async (_, options, code) => {
    await expect(drawCodeScatter(options)).rejects.toMatchObject({ name: 'DiaboloError', code })
  })
})
