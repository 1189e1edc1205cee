import { expect, test } from 'vitest'
import { renderFacts, renderTable } from '../../src/report/table.js'
import { findAll, parseXml, textOf } from './xml.js'

const table = {
  caption: 'Test images',
  columns: [
    { label: 'model' },
    { label: 'MSE', unit: 'per pixel', best: 'lowest' as const },
    { label: 'hits', best: 'highest' as const },
    { label: 'time', unit: 's' },
  ],
  rows: [
    ['vanilla', 0.00239964, 12345, 41.2],
    ['PCA', 0.00138, 55000, null],
  ],
}

test('headers name columns and rows; numbers are formatted', () => {
  const root = parseXml(renderTable(table))
  const headers = findAll(root, 'th')
  expect(headers.filter(({ attributes }) => attributes.scope === 'col').map(textOf)).toEqual([
    'model',
    'MSE per pixel',
    'hits',
    'time s',
  ])
  expect(headers.filter(({ attributes }) => attributes.scope === 'row').map(textOf)).toEqual(['vanilla', 'PCA'])
  expect(findAll(root, 'td').map(textOf)).toEqual(['0.002400', '12,345', '41.2', '0.00138', '55,000', '–'])
})

test('the best of a column stands out, and the caption says why', () => {
  const root = parseXml(renderTable(table))
  expect(findAll(root, 'strong').map(textOf)).toEqual(['0.00138', '55,000'])
  expect(findAll(root, 'caption').map(textOf)).toEqual(['Test images Bold: best of its column.'])
})

test('there is no best of one', () => {
  const html = renderTable({ ...table, rows: table.rows.slice(0, 1) })
  expect(html).not.toContain('<strong>')
  expect(html).not.toContain('Bold')
})

test('a row must have a cell for every column', () => {
  expect(() => renderTable({ ...table, rows: [['vanilla', 1]] })).toThrow(
    expect.objectContaining({ code: 'E_SHAPE', message: expect.stringContaining('expected 4 cells') }),
  )
})

test('facts pair labels with values; text such as a seed stands as it is', () => {
  const root = parseXml(
    renderFacts([
      { label: 'Seed', value: '12345' },
      { label: 'Parameters', value: 402192 },
    ]),
  )
  expect(findAll(root, 'dt').map(textOf)).toEqual(['Seed', 'Parameters'])
  expect(findAll(root, 'dd').map(textOf)).toEqual(['12345', '402,192'])
})

test('numbers that name rows stand under their heading', () => {
  const columns = [{ label: 'labels' }, { label: 'error' }]
  const classOfFirst = (rows: (number | string)[][]) =>
    findAll(parseXml(renderTable({ caption: 'Few labels', columns, rows })), 'th')
      .filter(({ attributes }, i) => i === 0 || attributes.scope === 'row')
      .map(({ attributes }) => attributes.class)
  expect(
    classOfFirst([
      [100, 0.2],
      [1000, 0.1],
    ]),
  ).toEqual(['number', 'number', 'number'])
  expect(
    classOfFirst([
      ['all', 0.2],
      [1000, 0.1],
    ]),
  ).toEqual([undefined, undefined, undefined])
})
