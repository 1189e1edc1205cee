import { expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.js'
import { encode } from '../../src/graph/encode.js'
import { rewrite } from '../../src/graph/rewrite.js'
import { simplify } from '../../src/graph/simplify.js'
import type { Graph, Value } from '../../src/graph/types.js'
import { decodeModel } from '../../src/onnx/model.js'
import { add, exp, grad, mul, reduceSum, tanh } from '../../src/ops/index.js'

const vector = { dtype: 'float32', shape: [3] } as const

const scopesOf = ({ nodes }: Graph) => nodes.map(({ op, scope }) => `${op.name} in "${scope}"`)

test('nest, and end where they end, also when emitting fails', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', vector)
  const y = builder.within('outer', () => tanh(builder.within('inner', () => exp(x))))
  expect(() => builder.within('broken', () => mul(x, new GraphBuilder().input('y', vector)))).toThrow('Mul')
  const graph = builder.build({ y: add(y, 1) })
  expect(scopesOf(graph)).toEqual(['Exp in "outer/inner"', 'Tanh in "outer"', 'Add in ""'])
})

test('stay with a node, and with what it is rewritten to', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', vector)
  const graph = builder.build({ y: builder.within('layer', () => tanh(exp(x))) })
  expect(scopesOf(simplify(graph))).toEqual(['Exp in "layer"', 'Tanh in "layer"'])
  const rewritten = rewrite(graph, ({ op, inputs: [x] }) => (op.name === 'Tanh' ? [mul(x as Value, 2)] : undefined))
  expect(scopesOf(rewritten)).toEqual(['Exp in "layer"', 'Mul in "layer"'])
})

test('of gradients are those of what they are the gradients of', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', vector)
  const loss = builder.within('loss', () => reduceSum(builder.within('layer', () => tanh(x))))
  const before = builder.nodes.length
  const [dx] = builder.within('backward', () => grad(loss, [x]))
  const scopes = scopesOf(builder.build({ dx: dx as Value })).slice(before)
  expect(new Set(scopes.map((text) => text.replace(/.* in /, '')))).toEqual(
    new Set(['"backward/loss/layer"', '"backward/loss"']),
  )
})

test('name the nodes of the file', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', vector)
  const y = builder.within('decoder.1', () => tanh(exp(x)))
  const { graph } = decodeModel(encode(builder.build({ y, z: mul(y, 2) }), 'test'))
  expect(graph?.node.map(({ name }) => name)).toEqual(['decoder.1/Exp.0', 'decoder.1/y', 'z'])
})
