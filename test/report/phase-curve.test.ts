import { describe, expect, test } from 'vitest'
import { drawPhaseCurve } from '../../src/report/phase-curve.js'
import { LIGHT } from '../../src/report/theme.js'
import { textBoxes, textFaults } from './text-boxes.js'
import { findAll, parseXml } from './xml.js'

const pretraining = { name: 'pretraining', values: [0.1, 0.05, 0.02, 0.01] }
const tuning = { name: 'fine-tuning', values: [0.02, 0.005, 0.002, 0.001] }
const names = (svg: string) => textBoxes(svg).map(({ text }) => text)

const corners = (svg: string, color: string, width: string) =>
  findAll(parseXml(svg), 'path')
    .filter(({ attributes }) => attributes.stroke === color && attributes['stroke-width'] === width)
    .map(({ attributes }) => attributes.d ?? '')
    .filter((d) => !d.includes('h'))
    .flatMap((d) => [...d.matchAll(/[ML]([\d.]+)[ ,]([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const))

test('epochs run on: equal steps through both phases, the separator half a step before the second', async () => {
  const { svg } = await drawPhaseCurve({ phases: [pretraining, tuning] })
  const [first, second] = [LIGHT.blue, LIGHT.vermilion].map((color) => corners(svg, color, '2').map(([x]) => x))
  const all = [...(first ?? []), ...(second ?? [])]
  const step = (all[1] as number) - (all[0] as number)
  expect(all).toHaveLength(8)
  for (const [i, x] of all.entries()) expect(x).toBeCloseTo((all[0] as number) + i * step, 0)
  const [separator] = corners(svg, LIGHT.axis, '1').filter(([x]) => x > (first?.[3] ?? 0) && x < (second?.[0] ?? 0))
  expect(separator?.[0]).toBeCloseTo((second?.[0] ?? 0) - step / 2, 0)
})

test('names stand over their phases where there is room, else in the legend', async () => {
  const wide = await drawPhaseCurve({ phases: [pretraining, tuning] })
  const boxes = textBoxes(wide.svg)
  const [left, right] = [pretraining, tuning].map(({ name }) => boxes.filter(({ text }) => text === name))
  expect([left?.length, right?.length]).toEqual([1, 1])
  expect(left?.[0]?.right).toBeLessThan(right?.[0]?.left ?? 0)
  const long = { name: 'fine-tuning', values: Array.from({ length: 96 }, (_, i) => 1 / (i + 1)) }
  const narrow = await drawPhaseCurve({ phases: [pretraining, long] })
  const swatches = findAll(parseXml(narrow.svg), 'path').filter(({ attributes }) => attributes.d?.includes('h24'))
  expect(swatches).toHaveLength(2)
  expect(names(narrow.svg).filter((name) => name === 'pretraining')).toHaveLength(1)
})

test('the description follows the phases', async () => {
  const { alt } = await drawPhaseCurve({
    phases: [pretraining, tuning],
    references: [{ name: 'PCA', value: 0.004 }],
    yLabel: 'MSE',
  })
  expect(alt).toBe(
    'Line chart of MSE by epoch, on a logarithmic scale; 2 phases, one after the other. ' +
      'pretraining: from 0.1 at epoch 1 to 0.01 at epoch 4. fine-tuning: from 0.02 at epoch 5 to 0.001 at epoch 8. ' +
      'Horizontal line, PCA: 0.004.',
  )
})

test('a linear axis starts at 0 and takes losses of 0', async () => {
  const { svg, alt } = await drawPhaseCurve({ phases: [{ name: 'a', values: [1, 0] }], scale: 'linear' })
  expect(names(svg)).toContain('loss')
  expect(alt).toContain('by epoch; 1 phase.')
})

test('one epoch is a point, also among many', async () => {
  const { svg } = await drawPhaseCurve({
    phases: [
      { name: 'solve', values: [0.1] },
      { ...tuning, values: Array(50).fill(0.2) },
    ],
  })
  expect(findAll(parseXml(svg), 'path').filter(({ attributes }) => attributes.fill === LIGHT.blue)).toHaveLength(1)
})

test('texts stay apart; the same every time', async () => {
  const layers = Array.from({ length: 7 }, (_, i) => ({ name: `a layer named ${i + 1}`, values: [1, 0.5, 0.1] }))
  for (const phases of [
    [pretraining, tuning],
    layers,
    [...layers.slice(0, 3)],
    [{ ...tuning, name: 'x'.repeat(200) }],
  ]) {
    const draw = () => drawPhaseCurve({ phases, references: [{ name: 'PCA-256, test', value: 0.3 }] })
    const figure = await draw()
    expect(textFaults(figure)).toEqual([])
    expect((await draw()).svg).toBe(figure.svg)
  }
})

describe('refuses', () => {
  test.each([
    ['no phases', { phases: [] }, 'E_SHAPE'],
    ['a phase without epochs', { phases: [pretraining, { name: 'b', values: [] }] }, 'E_SHAPE'],
    ['0 on a logarithmic axis', { phases: [{ name: 'a', values: [1, 0] }] }, 'E_VALUE'],
    ['not a number', { phases: [{ name: 'a', values: [Number.NaN] }] }, 'E_VALUE'],
    ['an infinite reference', { phases: [tuning], references: [{ name: 'r', value: Infinity }] }, 'E_VALUE'],
  ])('%s', async (_, options, code) => {
    await expect(drawPhaseCurve(options)).rejects.toMatchObject({ name: 'DiaboloError', code })
  })
})
