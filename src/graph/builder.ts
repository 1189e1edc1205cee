import { DiaboloError } from '../base/errors.js'
import { type DType, showType, type TensorType } from '../base/shape.js'
import { type AnyTensor, ARRAY_OF, type Tensor } from '../base/tensor.js'
import type { Attrs, Graph, Node, Operator, Source, Value } from './types.js'

/** Collects nodes as they are emitted; each is typed at once, so a graph that exists is well-typed. */
export class GraphBuilder {
  readonly #inputs: Value[] = []
  readonly #nodes: Node[] = []
  readonly #scalars = new Map<string, Value>()
  #count = 0
  #scope = ''

  /** Nodes so far, in emission order. */
  get nodes(): readonly Node[] {
    return this.#nodes
  }

  input(name: string, type: TensorType): Value {
    const value = this.#value(type, { kind: 'input', name })
    this.#inputs.push(value)
    return value
  }

  constant(tensor: AnyTensor, name?: string): Value {
    return this.#value(tensor, { kind: 'constant', tensor, name })
  }

  /** A scalar constant; the same number gives the same value. */
  scalar(number: number, dtype: DType = 'float32'): Value {
    if (dtype === 'string') throw notText(number)
    const key = `${dtype} ${Object.is(number, -0) ? '-0' : number}`
    let value = this.#scalars.get(key)
    if (!value) {
      const data = new ARRAY_OF[dtype](1)
      data[0] = dtype === 'int64' ? BigInt(number) : number
      value = this.constant({ dtype, shape: [], data } as Tensor)
      this.#scalars.set(key, value)
    }
    return value
  }

  /** What is emitted meanwhile belongs to a scope, and to the ones around it: `backward/encoder.0`. */
  within<T>(scope: string, emitting: () => T): T {
    const around = this.#scope
    this.#scope = [around, scope].filter((name) => name !== '').join('/')
    try {
      return emitting()
    } finally {
      this.#scope = around
    }
  }

  emit<A extends Attrs>(op: Operator<A>, inputs: readonly Value[], attrs: A): readonly Value[] {
    for (const input of inputs) {
      if (input.builder === this) continue
      throw new DiaboloError('E_GRAPH', {
        at: op.name,
        expected: 'inputs from one graph',
        found: `${showType(input)} from another`,
        hint: 'pass the value in as an input of the graph that uses it',
      })
    }
    const types = op.shape(inputs, attrs)
    const outputs: Value[] = []
    const node: Node = { op: op as unknown as Operator, inputs, attrs, outputs, scope: this.#scope }
    types.forEach((type, index) => {
      outputs.push(this.#value(type, { kind: 'node', node, index }))
    })
    this.#nodes.push(node)
    return outputs
  }

  build(outputs: Readonly<Record<string, Value>>): Graph {
    return {
      inputs: [...this.#inputs],
      nodes: [...this.#nodes],
      outputs: Object.entries(outputs).map(([name, value]) => ({ name, value })),
    }
  }

  #value({ dtype, shape }: TensorType, source: Source): Value {
    return { id: this.#count++, builder: this, dtype, shape, source }
  }
}

const notText = (number: number) =>
  new DiaboloError('E_GRAPH', {
    at: 'a number among operands',
    expected: 'numbers beside it',
    found: `text beside ${number}`,
    hint: 'compare text with a constant of text',
  })

/** A value, or a number that becomes a scalar constant beside one. */
export type Operand = Value | number

/**
 * Emits an operator with one output. Numbers take the type of the values they stand beside.
 *
 * @throws E_GRAPH when there is no value among the operands to tell the graph
 */
export function emit<A extends Attrs>(op: Operator<A>, operands: readonly Operand[], attrs: A): Value {
  const leader = operands.find((operand) => typeof operand !== 'number')
  if (!leader) {
    throw new DiaboloError('E_GRAPH', {
      at: op.name,
      expected: 'at least one value of a graph',
      found: 'numbers only',
      hint: 'compute with numbers outside the graph',
    })
  }
  const { builder, dtype } = leader
  const inputs = operands.map((operand) => (typeof operand === 'number' ? builder.scalar(operand, dtype) : operand))
  return builder.emit(op, inputs, attrs)[0] as Value
}
