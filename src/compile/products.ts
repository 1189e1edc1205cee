import { GraphBuilder } from '../graph/builder.js'
import { encode } from '../graph/encode.js'
import type { Value } from '../graph/types.js'
import { verify } from '../graph/verify.js'
import { add, expand, matmul, reduceSum } from '../ops/index.js'

/** `batch` products of [m, k] and [k, n] matrices. */
export interface Product {
  readonly batch: number
  readonly m: number
  readonly k: number
  readonly n: number
}

/** The scope of the i-th product's nodes. */
export const productScope = (i: number) => `product.${i}`

/**
 * Bare matrix products, to see how fast they can be. The matrices are made from the one number that is fed, so that no
 * product is computed ahead and nothing large is carried in or out.
 *
 * inputs:   x float32 []
 * outputs:  `sum` float32 []
 */
export function compileProducts(products: readonly Product[]): Uint8Array {
  const builder = new GraphBuilder()
  const x = builder.input('x', { dtype: 'float32', shape: [] })
  const sum = products.reduce<Value>((before, { batch, m, k, n }, i) => {
    const front = batch > 1 ? [batch] : []
    // each product waits for the one before it: their memory is used again
    const start = add(x, before)
    const [a, b] = [expand(start, [...front, m, k]), expand(start, [...front, k, n])]
    return reduceSum(builder.within(productScope(i), () => matmul(a, b)))
  }, builder.scalar(0))
  return encode(verify(builder.build({ sum })), 'products')
}
