/** Columns shorter than this part of what they were, once the others are taken out of them, say nothing any more. */
const RANK = 1e-10

/**
 * Orthonormal columns with the same span, by modified Gram–Schmidt, each column gone over twice, so that rounding leaves no more
 * than itself; a column that lies in the span of those before it becomes 0.
 *
 * @param columns  [rows, columns], row-major
 */
export function orthonormal(columns: Float64Array, rows: number): Float64Array {
  const count = columns.length / rows
  // a column at a time is read from beginning to end
  const turned = Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length: rows }, (_, i) => columns[i * count + k] as number),
  )
  turned.forEach((own, k) => {
    const length = Math.sqrt(product(own, own))
    for (let pass = 0; pass < 2; pass++) {
      for (const other of turned.slice(0, k)) {
        const part = product(own, other)
        for (let i = 0; i < rows; i++) own[i] = (own[i] as number) - part * (other[i] as number)
      }
    }
    const left = Math.sqrt(product(own, own))
    const scale = left > RANK * length ? 1 / left : 0
    for (let i = 0; i < rows; i++) own[i] = (own[i] as number) * scale
  })
  const out = new Float64Array(columns.length)
  turned.forEach((own, k) => {
    for (let i = 0; i < rows; i++) out[i * count + k] = own[i] as number
  })
  return out
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}
