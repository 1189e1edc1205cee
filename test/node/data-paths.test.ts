import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatNpy } from '../../src/data/formats/npy.js'
import { isTable } from '../../src/data/read.js'
import { openPaths } from '../../src/node/data-paths.js'
import { zip } from '../hostile/zip.js'

let folder: string
const at = (name: string) => join(folder, name)
const write = (name: string, content: Uint8Array | string) => {
  mkdirSync(join(at(name), '..'), { recursive: true })
  writeFileSync(at(name), content)
}
const npy = (rows: number, width = 2) => formatNpy([rows, width], new Float32Array(rows * width))
const grey = (value: number) => encode({ width: 3, height: 2, channels: 1, data: new Uint8Array(6).fill(value) })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diabolo-paths-'))
  write('parts/b.csv', 'a,b\n3,4\n')
  write('parts/a.csv', 'a,b\n1,2\n')
  write('parts/c.txt', 'a,b\n5,6\n')
  write('other.csv', 'a,c\n1,2\n')
  write('one.npy', npy(3))
  write('two.npy', npy(4))
  write('a,b.csv', 'x\n1\n')
  write('[odd].csv', 'x\n1\n')
  write(
    'arrays.npz',
    zip([
      { name: 'left.npy', content: npy(2) },
      { name: 'right.npy', content: npy(5) },
    ]),
  )
  write('pictures/cat/1.png', grey(10))
  write('pictures/dog/deep/2.png', grey(20))
  write('pictures/cat/3.png', grey(30))
  write('pictures/notes.txt', 'hello')
  write('flat/1.png', grey(1))
  write('empty/notes.txt', 'hello')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rowsOf = async (...paths: string[]) => (await openPaths(paths.map(at).join(',')))?.rows

describe('a path', () => {
  test('of a file is that file, told by its content', async () => {
    expect(await rowsOf('one.npy')).toBe(3)
    expect(await rowsOf('parts/c.txt')).toBe(1)
    expect(await rowsOf('a,b.csv')).toBe(1)
    expect(await rowsOf('[odd].csv')).toBe(1)
  })

  test('with a pattern is all that match, in the order of their names', async () => {
    const data = await openPaths(at('parts/*.csv'))
    if (!data || !isTable(data)) throw new Error('no table')
    const { columns } = await data.read(0, 2)
    expect(columns.map(({ values }) => [...values])).toEqual([
      [1, 3],
      [2, 4],
    ])
  })

  test('with commas is several files, patterns among them', async () => {
    expect(await rowsOf('one.npy', 'two.npy')).toBe(7)
    expect(await rowsOf('parts/*.csv', 'parts/c.txt')).toBe(3)
  })

  test('of an array in an archive is that array', async () => {
    expect(await openPaths(`${at('arrays.npz')}:right`)).toMatchObject({ rows: 5 })
    await expect(openPaths(`${at('arrays.npz')}:middle`)).rejects.toMatchObject({ code: 'E_UNKNOWN' })
  })

  test('of a folder is its images, whose classes are the folders in it', async () => {
    const data = await openPaths(at('pictures'))
    expect(data).toMatchObject({ rows: 3, shape: [2, 3, 1], classes: ['cat', 'dog'], labels: Int32Array.of(0, 0, 1) })
    if (!data || isTable(data)) throw new Error('no samples')
    expect([...(await data.read(0, 3))].filter((_, i) => i % 6 === 0)).toEqual([10, 30, 20])
    expect(await openPaths(at('flat'))).not.toHaveProperty('labels')
    expect(await openPaths(at('pictures'), { size: [4, 4], channels: 3 })).toMatchObject({ shape: [4, 4, 3] })
    expect(await openPaths(`${at('pictures')}:5x6`)).toMatchObject({ rows: 3, shape: [5, 6, 1] })
    expect(await openPaths(`${at('pictures/cat/*.png')}:5x6x3`)).toMatchObject({ rows: 2, shape: [5, 6, 3] })
  })

  test('that is not there is nothing', async () => {
    expect(await openPaths(at('nowhere.csv'))).toBeUndefined()
    expect(await openPaths(at('nowhere/*.csv'))).toBeUndefined()
  })

  test.each([
    ['a folder without data', ['empty'], 'E_MISSING'],
    ['one of several that is not there', ['one.npy', 'nowhere.npy'], 'E_MISSING'],
    ['tables with other columns', ['parts/a.csv', 'other.csv'], 'E_DATA'],
    ['an array among tables', ['parts/a.csv', 'one.npy'], 'E_DATA'],
  ])('%s is refused', async (_, paths, code) => {
    await expect(rowsOf(...paths)).rejects.toMatchObject({ code })
  })
})
