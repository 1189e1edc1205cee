import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { byteSource } from '../../../src/data/byte-source.js'
import { formatNpy } from '../../../src/data/formats/npy.js'
import { openRows, readDataset } from '../../../src/data/read.js'
import { npyWith } from '../../hostile/npy.js'
import { zip } from '../../hostile/zip.js'

const counting = (length: number) => Array.from({ length }, (_, i) => i)
const array = (name: string, content: Uint8Array, method = 8) => ({ name: `${name}.npy`, content, method })
const X = formatNpy([4, 3], Float32Array.from(counting(12)))
const y = formatNpy([4], Uint8Array.of(0, 1, 1, 0))

describe('an archive of arrays', () => {
  test.each([0, 8])('gives samples and labels, stored or packed (method %i)', async (method) => {
    const data = await readDataset(zip([array('y', y, method), array('X', X, method)]), 'data.npz')
    expect(data).toMatchObject({ name: 'data.npz', rows: 4, shape: [3], labels: Int32Array.of(0, 1, 1, 0) })
    expect([...data.values]).toEqual(counting(12))
  })

  test('its labels are y before any other, in whatever order they lie', async () => {
    const other = formatNpy([4], Uint8Array.of(3, 3, 3, 3))
    const data = await readDataset(zip([array('label', other), array('X', X), array('y', y)]))
    expect(data.labels).toEqual(Int32Array.of(0, 1, 1, 0))
  })

  test('its samples are X, x or data, or the only array with rows and columns, or the one that is named', async () => {
    const other = formatNpy([4, 2], Float32Array.from(counting(8)))
    expect((await readDataset(zip([array('w', other), array('x', X)]))).shape).toEqual([3])
    expect((await readDataset(zip([array('w', other), array('y', y)]))).shape).toEqual([2])
    expect((await readDataset(zip([array('w', other), array('x', X)]), 'f', { array: 'w' })).shape).toEqual([2])
    await expect(readDataset(zip([array('w', other), array('v', X)]))).rejects.toMatchObject({
      code: 'E_OPTION',
      found: 'w [4, 2], v [4, 3]',
    })
    await expect(readDataset(zip([array('w', other)]), 'f', { array: 'u' })).rejects.toMatchObject({
      code: 'E_UNKNOWN',
    })
  })

  test('labels that are quantities are none, nor are those of other rows', async () => {
    const real = formatNpy([4], Float32Array.of(0.5, 1, 1, 0))
    const short = formatNpy([3], Uint8Array.of(0, 1, 1))
    expect((await readDataset(zip([array('X', X), array('y', real)]))).labels).toBeUndefined()
    expect((await readDataset(zip([array('X', X), array('y', short)]))).labels).toBeUndefined()
  })
})

describe('arrays in Fortran order', () => {
  const fortran = (shape: readonly number[], values: readonly number[]) =>
    npyWith(`{'descr': '|u1', 'fortran_order': True, 'shape': (${shape.join(', ')}), }\n`, values)

  test('are turned, whole and in part', async () => {
    // numpy.asfortranarray(numpy.arange(6).reshape(3, 2)).tobytes('F')
    const stream = await openRows(byteSource(fortran([3, 2], [0, 2, 4, 1, 3, 5])))
    expect([...(await stream.read(0, 3))]).toEqual([0, 1, 2, 3, 4, 5])
    expect([...(await stream.read(1, 2))]).toEqual([2, 3])
  })

  test('of three axes too', async () => {
    // numpy.asfortranarray(numpy.arange(12).reshape(2, 3, 2)).tobytes('F')
    const stream = await openRows(byteSource(fortran([2, 3, 2], [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11])))
    expect([...(await stream.read(0, 2))]).toEqual(counting(12))
    expect(stream.shape).toEqual([3, 2, 1])
  })
})

test('half floats are read', async () => {
  // numpy.array([1, -2, 65504, 2**-24, 0.333251953125], numpy.float16)
  const values = [0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x55, 0x35]
  const data = await readDataset(npyWith("{'descr': '<f2', 'fortran_order': False, 'shape': (5,), }\n", values))
  expect([...data.values]).toEqual([1, -2, 65504, 2 ** -24, 0.333251953125])
})

const ADBENCH = join(process.env.DIABOLO_DATA ?? '', 'adbench')
test('ADBench is read as numpy reads it', async ({ skip }) => {
  if (!existsSync(join(ADBENCH, '38_thyroid.npz'))) skip('ADBench is not in $DIABOLO_DATA')
  const data = await readDataset(Uint8Array.from(readFileSync(join(ADBENCH, '38_thyroid.npz'))))
  // X.shape, X.astype('f4')[17], y.sum()
  expect(data).toMatchObject({ rows: 3772, shape: [6] })
  const row = [0.688172043011, 0.00301886792453, 0.166034155598, 0.177570093458, 0.342723004695, 0.13606557377]
  expect([...data.values.subarray(17 * 6, 18 * 6)]).toEqual(row.map(Math.fround))
  expect(Int32Array.from(data.labels ?? []).reduce((a, b) => a + b, 0)).toBe(93)
})
