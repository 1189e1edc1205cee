import { describe, expect, test } from 'vitest'
import { scaleFor } from '../../src/report/epoch-lines.js'
import { LIGHT, LINE_STYLES } from '../../src/report/theme.js'
import { drawTrainingCurve } from '../../src/report/training-curve.js'
import { findAll, parseXml, textOf, type XmlElement } from './xml.js'

const training = { name: 'training', values: [0.031, 0.012, 0.0051, 0.0024] }
const validation = { name: 'validation', values: [0.026, 0.011, 0.0049, 0.0026] }

const texts = (svg: XmlElement) => findAll(svg, 'text').map(textOf)

/** Where ECharts put the label of a tick, `translate(x y)`: in the middle under an epoch, at the end before a value. */
function placeOf(svg: XmlElement, axis: 'epoch' | 'value', label: string): [x: number, y: number] {
  const anchor = axis === 'epoch' ? 'middle' : 'end'
  const element = findAll(svg, 'text').find(
    (text) => textOf(text) === label && text.attributes['text-anchor'] === anchor && 'transform' in text.attributes,
  )
  const [, x, y] = /translate\(([\d.]+) ([\d.]+)\)/.exec(element?.attributes.transform ?? '') ?? []
  return [Number(x), Number(y)]
}

/** The corners of the drawn lines of one colour; legend swatches are relative paths and left out. */
const linesOf = (svg: XmlElement, color: string) =>
  findAll(svg, 'path')
    .filter(({ attributes }) => attributes.stroke === color && attributes['stroke-width'] === '2')
    .map(({ attributes }) => attributes.d ?? '')
    .filter((d) => !d.includes('h'))
    .map((d) =>
      d
        .split(/[ML]/)
        .filter(Boolean)
        .map((pair) => pair.trim().split(/[ ,]+/).map(Number)),
    )

test('draws one line per series, and the reference across the whole plot', async () => {
  const figure = await drawTrainingCurve({
    series: [training, validation],
    references: [{ name: 'PCA', value: 0.00138 }],
  })
  const svg = parseXml(figure.svg)
  expect(linesOf(svg, LIGHT.blue)).toHaveLength(1)
  expect(linesOf(svg, LIGHT.vermilion)).toHaveLength(1)
  expect(linesOf(svg, LIGHT.green)).toHaveLength(0)
  expect(linesOf(svg, LIGHT.blue)[0]).toHaveLength(4)
  const [reference] = linesOf(svg, LIGHT.muted)
  expect(reference?.map(([x]) => x)).toEqual([placeOf(svg, 'epoch', '0')[0], placeOf(svg, 'epoch', '4')[0]])
  expect(new Set(reference?.map(([, y]) => y)).size).toBe(1)
  expect(texts(svg)).toEqual(expect.arrayContaining(['training', 'validation', 'PCA: 0.00138', 'epoch', 'loss']))
})

test('points lie where the axes say, linear', async () => {
  const { svg } = await drawTrainingCurve({ series: [{ name: 's', values: [4, 2, 3] }] })
  const root = parseXml(svg)
  const at = (epoch: string, value: string) => [placeOf(root, 'epoch', epoch)[0], placeOf(root, 'value', value)[1]]
  const [line] = linesOf(root, LIGHT.blue)
  for (const [i, expected] of [at('1', '4'), at('2', '2'), at('3', '3')].entries()) {
    expect(line?.[i]?.[0]).toBeCloseTo(expected[0] as number, 0)
    expect(line?.[i]?.[1]).toBeCloseTo(expected[1] as number, 0)
  }
})

test('points lie where the axes say, logarithmic', async () => {
  const { svg } = await drawTrainingCurve({ scale: 'log', series: [{ name: 's', values: [0.05, 0.01, 0.002] }] })
  const root = parseXml(svg)
  const [line] = linesOf(root, LIGHT.blue)
  const heights = ['0.05', '0.01', '0.002'].map((value) => placeOf(root, 'value', value)[1])
  for (const [i, y] of heights.entries()) expect(line?.[i]?.[1]).toBeCloseTo(y, 0)
})

test('a linear axis starts at 0 and ends above the largest value', async () => {
  const svg = parseXml((await drawTrainingCurve({ series: [training], yLabel: 'MSE per pixel' })).svg)
  expect(texts(svg)).toEqual(expect.arrayContaining(['0', '0.01', '0.02', '0.03', '0.04', 'MSE per pixel']))
  expect(texts(svg)).not.toContain('0.05')
})

test('a logarithmic axis says so and reaches around the reference', async () => {
  const references = [{ name: 'PCA', value: 0.00138 }]
  const figure = await drawTrainingCurve({ series: [training], references, yLabel: 'MSE per pixel', scale: 'log' })
  const labels = ['0.001', '0.002', '0.005', '0.01', '0.02', '0.05', 'MSE per pixel (log scale)']
  expect(texts(parseXml(figure.svg))).toEqual(expect.arrayContaining(labels))
  expect(figure.alt).toBe(
    'Line chart of MSE per pixel by epoch, on a logarithmic scale. ' +
      'training: from 0.031 at epoch 1 to 0.0024 at epoch 4. Horizontal line, PCA: 0.00138.',
  )
})

test('a series may start later or skip epochs', async () => {
  const tuned = { name: 'fine-tuning', values: [0.5, 0.2], epochs: [6, 8] }
  const figure = await drawTrainingCurve({ series: [{ name: 'pretraining', values: [1, 0.8, 0.7, 0.6, 0.6] }, tuned] })
  const svg = parseXml(figure.svg)
  const [line] = linesOf(svg, LIGHT.vermilion)
  expect(line?.[0]?.[0]).toBeCloseTo(placeOf(svg, 'epoch', '6')[0], 0)
  expect(line?.[1]?.[0]).toBeCloseTo(placeOf(svg, 'epoch', '8')[0], 0)
  expect(figure.alt).toContain('fine-tuning: from 0.5 at epoch 6 to 0.2 at epoch 8.')
})

test('the description names the best epoch where it is not the last', async () => {
  const { alt } = await drawTrainingCurve({ series: [{ name: 'test', values: [3, 1, 2] }] })
  expect(alt).toContain('lowest 1 at epoch 2')
})

test('one epoch is a point', async () => {
  const { svg, alt } = await drawTrainingCurve({ series: [{ name: 'training', values: [0.03] }] })
  expect(findAll(parseXml(svg), 'path').some(({ attributes }) => attributes.fill === LIGHT.blue)).toBe(true)
  expect(alt).toContain('training: 0.03 at epoch 1.')
})

test('more series than styles still draw', async () => {
  const series = Array.from({ length: 5 }, (_, i) => ({ name: `run ${i}`, values: [i + 2, i + 1] }))
  const svg = parseXml((await drawTrainingCurve({ series })).svg)
  expect(LINE_STYLES.flatMap(({ color }) => linesOf(svg, color))).toHaveLength(5)
})

test('stands alone: no reference to the outside, no hooks of the chart library, the same every time', async () => {
  const draw = () => drawTrainingCurve({ series: [{ ...training, name: '<script>alert("x")</script> & co' }] })
  const { svg } = await draw()
  expect(svg.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|url\(|href|<script|zr\d|ecmeta/)
  expect((await draw()).svg).toBe(svg)
})

test('long names stay inside the picture', async () => {
  const name = 'a name that goes on and on, far beyond what one line of the figure can hold, without any end'
  const svg = parseXml((await drawTrainingCurve({ series: [{ ...training, name }] })).svg)
  expect(texts(svg).some((text) => text.startsWith('a name') && text.endsWith('…'))).toBe(true)
})

test('an axis is logarithmic where every loss has a logarithm', async () => {
  expect(scaleFor([0.1, 3])).toBe('log')
  expect(scaleFor([0.1, 0])).toBe('linear')
  expect(scaleFor([0.1, -0.2])).toBe('linear')
  const values = [0.1, 0, -0.2]
  await expect(drawTrainingCurve({ series: [{ name: 'a', values }], scale: scaleFor(values) })).resolves.toBeDefined()
})

describe('refuses', () => {
  test.each([
    ['no series', { series: [] }, 'E_SHAPE'],
    ['an empty history', { series: [{ name: 'training', values: [] }] }, 'E_SHAPE'],
    ['epochs that do not fit', { series: [{ name: 'a', values: [1, 2], epochs: [1] }] }, 'E_SHAPE'],
    ['not a number', { series: [{ name: 'a', values: [1, Number.NaN] }] }, 'E_VALUE'],
    ['an infinite reference', { series: [training], references: [{ name: 'r', value: Infinity }] }, 'E_VALUE'],
    ['an epoch that is not a number', { series: [{ name: 'a', values: [1], epochs: [Number.NaN] }] }, 'E_VALUE'],
    ['0 on a logarithmic axis', { series: [{ name: 'a', values: [1, 0] }], scale: 'log' as const }, 'E_VALUE'],
  ])('%s', async (_, options, code) => {
    await expect(drawTrainingCurve(options)).rejects.toMatchObject({ name: 'DiaboloError', code })
  })
})
