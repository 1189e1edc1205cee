import { expect, test } from 'vitest'
import { DiaboloError } from '../../src/base/errors.js'
import { ARRAY_OF, scalar, tensor } from '../../src/base/tensor.js'

test('numbers get a shape that they fill', () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6)
  expect(tensor('float32', [2, 3], data)).toEqual({ dtype: 'float32', shape: [2, 3], data })
  expect(tensor('float32', [2, 3], data).data).toBe(data)
  expect(tensor('int64', [], BigInt64Array.of(7n)).shape).toEqual([])
  expect(tensor('uint8', [0, 3], new Uint8Array()).data).toHaveLength(0)
})

test.each([[[2, 2]], [[7]], [[]], [[6, 0]]])('six numbers do not fill %j', (shape) => {
  const made = () => tensor('float32', shape, new Float32Array(6))
  expect(made).toThrow(DiaboloError)
  expect(made).toThrow(expect.objectContaining({ code: 'E_SHAPE', found: '6' }))
})

test('a scalar is rounded to float32', () => {
  expect(scalar(0.1)).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(0.1) })
})

test('every type has its array', () => {
  const widths = Object.entries(ARRAY_OF).map(([dtype, { BYTES_PER_ELEMENT }]) => [dtype, BYTES_PER_ELEMENT])
  expect(Object.fromEntries(widths)).toEqual({ float32: 4, float64: 8, uint8: 1, int32: 4, int64: 8, bool: 1 })
})
