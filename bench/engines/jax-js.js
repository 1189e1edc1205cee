/** @import { Operations } from './network.js' */
import { readFileSync } from 'node:fs'
import { lossOf, run } from './network.js'
import { batchOf, codeWidth, encodeInPasses, scaledRuns, serve, trainInSteps } from './protocol.js'

const ROWS_PER_RUN = 1000

/** @typedef {typeof import('@jax-js/jax')} Jax */
/** @typedef {import('@jax-js/jax').Array} NdArray */
/** Parameters, then m, then v. @typedef {{ p: NdArray[], m: NdArray[], v: NdArray[] }} State */

/**
 * jax-js on its WebAssembly backend: the step differentiated and jitted, Adam written out.
 * Node has no web workers, which the library's threads need, so it runs on one.
 */
await serve(async (materials) => {
  const jax = await import('@jax-js/jax')
  const { blockUntilReady, defaultDevice, init, jit, numpy: np, tree, valueAndGrad } = jax
  await init('wasm')
  defaultDevice('wasm')

  const { workload } = materials
  const { batch, width, adam } = workload
  const { beta1, beta2, learningRate, epsilon } = adam
  const ops = operations(jax, workload.image)
  /** @type {(parameters: NdArray[], noisy: NdArray, clean: NdArray) => NdArray} */
  const loss = (parameters, noisy, clean) => lossOf(ops, workload, parameters, noisy, clean)
  const evaluate = jit(loss)
  const forward = jit(/** @type {(p: NdArray[], x: NdArray) => NdArray} */ (p, x) => run(ops, workload.layers, p, x))
  const step = jit(
    /** @type {(state: State, noisy: NdArray, clean: NdArray, size: NdArray, root: NdArray) => [NdArray, State]} */
    ({ p, m, v }, noisy, clean, size, root) => {
      const [value, g] = valueAndGrad(loss)(tree.ref(p), noisy, clean)
      const nextM = m.map((old, i) => old.mul(beta1).add(at(g, i).ref.mul(1 - beta1)))
      const nextV = v.map((old, i) => old.mul(beta2).add(np.square(at(g, i)).mul(1 - beta2)))
      const nextP = p.map((old, i) => {
        const scale = np.sqrt(at(nextV, i).ref).div(root.ref).add(epsilon)
        return old.sub(at(nextM, i).ref.mul(size.ref).div(scale))
      })
      size.dispose()
      root.dispose()
      return [value, { p: nextP, m: nextM, v: nextV }]
    },
  )
  /** @param {number} index @returns {[NdArray, NdArray]} */
  const load = (index) => {
    const { noisy, clean } = batchOf(materials, index)
    const target = np.array(clean, { shape: [batch, width] })
    return [noisy === clean ? target.ref : np.array(noisy, { shape: [batch, width] }), target]
  }
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
          const [value, next] = step(/** @type {State} */ (state), ...load(i), size, root)
          state = next
          sum += Number(await value.jsAsync())
        }
        if (state) await blockUntilReady(state)
        return sum
      },
      finalLoss: async () => Number(await evaluate(tree.ref(/** @type {State} */ (state).p), ...load(0)).jsAsync()),
    }),
    encode: encodeInPasses(async () => {
      const codes = new Float32Array(workload.rows * codeWidth(workload))
      const { p } = start()
      for (const { at, values } of scaledRuns(materials, ROWS_PER_RUN)) {
        const x = np.array(values, { shape: [values.length / width, width] })
        codes.set(/** @type {Float32Array} */ (await forward(tree.ref(p), x).data()), at * codeWidth(workload))
      }
      tree.dispose(p)
      return codes
    }),
  }
})

/**
 * Maps are [batch, channels, height, width]; an array that is used again is passed on as its `ref`.
 *
 * @param {Jax} jax
 * @param {readonly [number, number]} image
 * @returns {Operations<NdArray>}
 */
function operations({ lax, nn, numpy: np }, [height, width]) {
  const turn = (/** @type {NdArray} */ x) => np.swapaxes(x, 2, 3)
  const lastAxis = (/** @type {NdArray} */ x, /** @type {number} */ to) => {
    const from = x.shape.at(-1) ?? 1
    return to === 2 * from ? np.repeat(x, 2, 3) : np.matmul(x, np.transpose(np.array(repeats(from, to))))
  }
  return {
    images: (x) => x.reshape([-1, 1, height, width]),
    rows: (x) => x.reshape([-1, height * width]),
    dense: (x, weight, bias, tied) => np.matmul(x, tied ? np.transpose(weight) : weight.ref).add(bias),
    conv: (x, weight, bias) => lax.convGeneralDilated(x, weight, [1, 1], 'SAME').add(bias.reshape([-1, 1, 1])),
    pool(x) {
      const [batch = 1, channels = 1, rows = 1, columns = 1] = x.shape
      const even = [rows + (rows % 2), columns + (columns % 2)]
      // padded with zeros: what is pooled has been through a ReLU
      const padded = np.pad(x, [
        [0, 0],
        [0, 0],
        [0, rows % 2],
        [0, columns % 2],
      ])
      const [tall = 1, wide = 1] = even.map((length) => length / 2)
      return np.max(padded.reshape([batch, channels, tall, 2, wide, 2]), [3, 5])
    },
    resize: (x, [tall, wide]) => turn(lastAxis(turn(lastAxis(x, wide)), tall)),
    sigmoid: (x) => nn.sigmoid(x),
    relu: (x) => nn.relu(x),
    mse: (y, t) => np.mean(np.square(y.sub(t))),
    crossEntropy: (z, t) => np.mean(nn.softplus(z.ref).sub(t.mul(z))),
  }
}

/**
 * Ones and zeros [to, from]: row i takes pixel ⌊i · from / to⌋.
 *
 * @param {number} from
 * @param {number} to
 */
function repeats(from, to) {
  const pixels = Array.from({ length: to }, (_, i) => Math.floor((i * from) / to))
  return pixels.map((pixel) => Array.from({ length: from }, (_, j) => Number(j === pixel)))
}

/**
 * @template T
 * @param {readonly T[]} list
 * @param {number} i
 */
function at(list, i) {
  return /** @type {T} */ (list[i])
}
