import { compileProducts, type Product, productScope } from '../compile/products.js'
import { flopsOf } from './kernel-product.js'
import { withKernelTimes } from './kernel-times.js'

/** A size at which a machine with caches of ordinary size multiplies as fast as it can. */
const LARGE: Product = { batch: 1, m: 1024, k: 1024, n: 1024 }

/** The best of so many runs counts. */
const RUNS = 12

export interface ProductRate extends Product {
  /** Billions of multiplications and additions a second. */
  readonly gflops: number
}

/** How fast bare matrix products of these shapes are on this machine, just now; the first is a large square. */
export async function measureProducts(products: readonly Product[], threads: number): Promise<ProductRate[]> {
  const distinct = [...new Map([LARGE, ...products].map((product) => [productKey(product), product])).values()]
  const { kernels } = await withKernelTimes(threads, async (runtime) => {
    const session = await runtime.open(compileProducts(distinct))
    const x = { dtype: 'float32', shape: [], data: Float32Array.of(1e-3) } as const
    for (let run = 0; run < RUNS; run++) await session.run({ x })
    await session.close()
  })
  return distinct.map((product, i) => {
    const own = kernels.find(({ name, op }) => name.startsWith(`${productScope(i)}/`) && op === 'MatMul')
    return { ...product, gflops: flopsOf(product) / Math.min(...(own?.microseconds ?? [])) / 1e3 }
  })
}

export const productKey = ({ batch, m, k, n }: Product): string => `${batch} ${m} ${k} ${n}`
