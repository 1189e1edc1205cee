import { readFileSync } from 'node:fs'
import { batchOf, serve, trainInSteps } from './protocol.js'

/**
 * jax-js on its WebAssembly backend: the step differentiated and jitted, Adam written out.
 * Node has no web workers, which the library's threads need, so it runs on one.
 */
await serve(async (materials) => {
  const { blockUntilReady, defaultDevice, init, jit, nn, numpy: np, tree, valueAndGrad } = await import('@jax-js/jax')
  await init('wasm')
  defaultDevice('wasm')
  /** @typedef {import('@jax-js/jax').Array} NdArray */
  /** Parameters, then m, then v. @typedef {{ p: NdArray[], m: NdArray[], v: NdArray[] }} State */

  const { batch, width, adam } = materials.workload
  const { beta1, beta2, learningRate, epsilon } = adam
  /** @type {(parameters: NdArray[], x: NdArray) => NdArray} */
  const lossOf = (parameters, x) => {
    let y = x.ref
    for (let i = 0; i < parameters.length; i += 2) {
      const [weight, bias] = /** @type {[NdArray, NdArray]} */ (parameters.slice(i, i + 2))
      y = nn.sigmoid(np.matmul(y, weight).add(bias))
    }
    return np.mean(np.square(y.sub(x)))
  }
  const evaluate = jit(lossOf)
  const step = jit(
    /** @type {(state: State, x: NdArray, size: NdArray, root: NdArray) => [NdArray, State]} */
    ({ p, m, v }, x, size, root) => {
      const [loss, g] = valueAndGrad(lossOf)(tree.ref(p), x)
      const nextM = m.map((old, i) => old.mul(beta1).add(at(g, i).ref.mul(1 - beta1)))
      const nextV = v.map((old, i) => old.mul(beta2).add(np.square(at(g, i)).mul(1 - beta2)))
      const nextP = p.map((old, i) => {
        const scale = np.sqrt(at(nextV, i).ref).div(root.ref).add(epsilon)
        return old.sub(at(nextM, i).ref.mul(size.ref).div(scale))
      })
      size.dispose()
      root.dispose()
      return [loss, { p: nextP, m: nextM, v: nextV }]
    },
  )
  /** @param {number} index */
  const load = (index) => np.array(batchOf(materials, index), { shape: [batch, width] })
  /** @type {State | undefined} */
  let state
  /** @returns {State} */
  const start = () => ({
    p: materials.parameters.map(({ shape, values }) => np.array(values, { shape: [...shape] })),
    m: materials.parameters.map(({ shape }) => np.zeros([...shape])),
    v: materials.parameters.map(({ shape }) => np.zeros([...shape])),
  })

  return {
    version: JSON.parse(readFileSync(new URL('../package.json', import.meta.resolve('@jax-js/jax')), 'utf8')).version,
    train: trainInSteps({
      reset() {
        if (state) tree.dispose(state)
        state = start()
      },
      async advance(from, count) {
        let sum = 0
        for (let i = from; i < from + count; i++) {
          const size = np.array(learningRate / (1 - beta1 ** (i + 1)))
          const root = np.array(Math.sqrt(1 - beta2 ** (i + 1)))
          const [loss, next] = step(/** @type {State} */ (state), load(i), size, root)
          state = next
          sum += Number(await loss.jsAsync())
        }
        if (state) await blockUntilReady(state)
        return sum
      },
      finalLoss: async () => Number(await evaluate(tree.ref(/** @type {State} */ (state).p), load(0)).jsAsync()),
    }),
  }
})

/**
 * @template T
 * @param {readonly T[]} list
 * @param {number} i
 */
function at(list, i) {
  return /** @type {T} */ (list[i])
}
