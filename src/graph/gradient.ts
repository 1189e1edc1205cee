import { DiaboloError } from '../base/errors.js'
import { showType } from '../base/shape.js'
import type { Node, Value } from './types.js'

/** How the sweep adds two cotangents and makes a zero one; operators live downstream of this folder, so they are given. */
export interface Arithmetic {
  readonly add: (a: Value, b: Value) => Value
  readonly zeros: (like: Value) => Value
  readonly one: (like: Value) => Value
}

/**
 * Reverse-mode sweep: emits ∂loss/∂x for each x of `wrt` into the loss's own graph.
 * Only nodes on a path from some x to the loss are visited, and only the gradients on such paths are emitted, each in the
 * scope of the node that it is the gradient of.
 *
 * @param loss  float32 []
 * @returns     one value per x, of x's shape; zeros where the loss does not depend on x
 */
export function gradients(loss: Value, wrt: readonly Value[], { add, zeros, one }: Arithmetic): Value[] {
  if (loss.shape.length !== 0 || loss.dtype !== 'float32') {
    throw new DiaboloError('E_GRAPH', {
      at: 'gradients',
      expected: 'a loss of type float32 []',
      found: showType(loss),
      hint: 'reduce the loss to one number first',
    })
  }
  const nodes = [...loss.builder.nodes]
  const active = dependents(nodes, wrt)
  const cotangents = new Map<Value, Value>([[loss, one(loss)]])

  for (const node of nodes.reverse()) {
    const y = node.outputs.find((output) => cotangents.has(output))
    const dy = y && cotangents.get(y)
    if (!y || !dy || !active.has(y)) continue
    const thunks = rule(node)({ inputs: node.inputs, outputs: node.outputs, y, dy, attrs: node.attrs })
    node.inputs.forEach((x, i) => {
      const thunk = thunks[i]
      if (!thunk || !active.has(x)) return
      loss.builder.within(node.scope, () => {
        const dx = thunk()
        const before = cotangents.get(x)
        cotangents.set(x, before ? add(before, dx) : dx)
      })
    })
  }
  return wrt.map((x) => cotangents.get(x) ?? zeros(x))
}

/** Every value that depends on one of the roots, the roots included. */
function dependents(nodes: readonly Node[], roots: readonly Value[]): Set<Value> {
  const found = new Set(roots)
  for (const node of nodes) {
    if (node.inputs.some((input) => found.has(input))) for (const output of node.outputs) found.add(output)
  }
  return found
}

function rule({ op }: Node) {
  if (op.vjp) return op.vjp
  throw new DiaboloError('E_GRAPH', {
    at: op.name,
    expected: 'an operator with a gradient on the path from a parameter to the loss',
    found: 'one without',
    hint: 'keep the parameter out of this operator, or use a differentiable form',
  })
}
