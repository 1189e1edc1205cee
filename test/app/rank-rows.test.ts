import { expect, test } from 'vitest'
import { rankRows, unit } from '../../src/app/retrieval/rank-rows.js'
import { rng } from '../../src/base/random.js'
import { cosineIndex } from '../../src/search/cosine-index.js'
import { useNativeRuntime } from '../native.js'

const runtime = useNativeRuntime()
const random = rng(1, 'rank rows')
const [ROWS, QUERIES, WIDTH] = [500, 300, 12]
const draw = (count: number) => Float32Array.from({ length: count * WIDTH }, random.normal)
const [rows, queries] = [draw(ROWS), draw(QUERIES)]

test('ranks all rows as the cosine does, query by query', async () => {
  const rankings = await rankRows({ queries, rows, width: WIDTH }, runtime())
  const index = cosineIndex(rows, WIDTH)
  expect(rankings).toHaveLength(QUERIES)
  let swapped = 0
  rankings.forEach((ranking, query) => {
    expect([...ranking].sort((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, row) => row))
    const found = index.search(queries.subarray(query * WIDTH, (query + 1) * WIDTH), ROWS)
    swapped += found.filter(({ row }, i) => ranking[i] !== row).length
  })
  // cosines that differ by less than float32 tells
  expect(swapped).toBeLessThan(0.002 * QUERIES * ROWS)
})

test('of equally near ones the earlier row comes first, and the query itself before all', async () => {
  const same = Float32Array.from([1, 0, 0, 2, 3, 0, 0, 5, 1, 0])
  const [ranking] = await rankRows({ queries: Float32Array.of(4, 0), rows: same, width: 2 }, runtime())
  expect([...(ranking ?? [])]).toEqual([0, 2, 4, 1, 3])
})

test('rows are made as long as 1, but for zeros', () => {
  const made = unit(Float32Array.of(3, 4, 0, 0, -2, 0), 2)
  expect([...made].map((x) => Number(x.toFixed(6)))).toEqual([0.6, 0.8, 0, 0, -1, 0])
})
