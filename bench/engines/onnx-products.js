/**
 * Small ONNX models that do nothing but multiply matrices, written byte by byte, so that the rate of a runtime can be
 * measured without the compiler whose output is measured against it.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the field numbers
 */

/** A product of the chain: `out = alpha · a' · b'`. @typedef {{ a: string, b: string, out: string, transA?: boolean, transB?: boolean, alpha: number }} Product */

/**
 * @param {Readonly<Record<string, readonly number[]>>} inputs  shapes by name, float32
 * @param {readonly Product[]} products  in the order in which they are computed
 * @param {Readonly<Record<string, readonly number[]>>} outputs  shapes by name
 * @returns {Uint8Array} an ONNX model
 */
export function productsModel(inputs, products, outputs) {
  const graph = [
    ...products.map((product) => bytes(1, gemm(product))),
    text(2, 'products'),
    ...Object.entries(inputs).map(([name, shape]) => bytes(11, tensorInfo(name, shape))),
    ...Object.entries(outputs).map(([name, shape]) => bytes(12, tensorInfo(name, shape))),
  ]
  return Uint8Array.from([...int(1, 8), ...bytes(7, graph.flat()), ...bytes(8, [...text(1, ''), ...int(2, 13)])])
}

/** @param {Product} product */
const gemm = ({ a, b, out, transA = false, transB = false, alpha }) => [
  ...text(1, a),
  ...text(1, b),
  ...text(2, out),
  ...text(4, 'Gemm'),
  ...bytes(5, [...text(1, 'alpha'), ...float(2, alpha), ...int(20, 1)]),
  ...bytes(5, [...text(1, 'transA'), ...int(3, Number(transA)), ...int(20, 2)]),
  ...bytes(5, [...text(1, 'transB'), ...int(3, Number(transB)), ...int(20, 2)]),
]

/** @type {(name: string, shape: readonly number[]) => number[]} */
const tensorInfo = (name, shape) => [
  ...text(1, name),
  ...bytes(
    2,
    bytes(1, [
      ...int(1, 1),
      ...bytes(
        2,
        shape.flatMap((length) => bytes(1, int(1, length))),
      ),
    ]),
  ),
]

/** @param {number} value @returns {number[]} */
const varint = (value) => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))])
/** @param {number} field @param {number} value */
const int = (field, value) => [...varint(field * 8), ...varint(value)]
/** @param {number} field @param {readonly number[]} payload */
const bytes = (field, payload) => [...varint(field * 8 + 2), ...varint(payload.length), ...payload]
/** @param {number} field @param {string} value */
const text = (field, value) => bytes(field, [...new TextEncoder().encode(value)])
/** @param {number} field @param {number} value */
const float = (field, value) => [...varint(field * 8 + 5), ...new Uint8Array(Float32Array.of(value).buffer)]
