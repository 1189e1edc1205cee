import type { TensorType } from '../base/shape.js'
import type { AnyTensor } from '../base/tensor.js'
import type { GraphBuilder } from './builder.js'

/** A tensor that will be: its type, and where it comes from. */
export interface Value extends TensorType {
  readonly id: number
  readonly builder: GraphBuilder
  readonly source: Source
}

export type Source =
  | { readonly kind: 'input'; readonly name: string }
  /** A constant with a name keeps it in the file and is never folded away: a parameter of a finished model. */
  | { readonly kind: 'constant'; readonly tensor: AnyTensor; readonly name?: string | undefined }
  | { readonly kind: 'node'; readonly node: Node; readonly index: number }

/** One application of an operator. */
export interface Node {
  readonly op: Operator
  readonly inputs: readonly Value[]
  readonly attrs: Attrs
  readonly outputs: readonly Value[]
  /** What it belongs to, `backward/encoder.0`; empty where nobody said. It names the node in the file, and means nothing else. */
  readonly scope: string
}

/** A computation: nodes in an order in which each uses only what stands before it. */
export interface Graph {
  readonly inputs: readonly Value[]
  readonly nodes: readonly Node[]
  readonly outputs: readonly Output[]
}

export interface Output {
  readonly name: string
  readonly value: Value
}

/**
 * How an attribute is written in ONNX: as an attribute of the node, as an int64 constant that follows the node's inputs
 * (`input`: where newer operator sets moved it), as the empty name in the place of an optional input (`absent`: its value
 * is that name, `''`), or not at all (`count`: the node's own arity says it).
 */
export type AttrKind = 'int' | 'float' | 'ints' | 'text' | 'dtype' | 'graph' | 'input' | 'absent' | 'count'
export type Attr = number | readonly number[] | string | Graph
export type Attrs = Readonly<Record<string, Attr>>

/** Numbers for the reference kernels: float64 whatever the type says, so that finite differences mean something. */
export interface Array64 extends TensorType {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

/** Runs a graph in float64; operators with a body are given it. */
export type Interpret = (graph: Graph, feeds: readonly Array64[]) => readonly Array64[]

export interface VjpArgs<A extends Attrs> {
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  /** The output that the loss depends on; operators with a gradient have one. */
  readonly y: Value
  /** ∂loss/∂y, of y's shape. */
  readonly dy: Value
  readonly attrs: A
}

/** One thunk per input, called only when that gradient is asked for; `null` where there is none (indices, shapes). */
export type VjpRule<A extends Attrs> = (args: VjpArgs<A>) => readonly ((() => Value) | null)[]

/** An ONNX operator: what the compiler must know to type it, differentiate it, check it and write it. */
export interface Operator<A extends Attrs = Attrs> {
  /** The operator's ONNX name; of our own for an internal operator. */
  readonly name: string
  /** The operator set that brought this form of it; 0 for an internal operator, which lowering must expand. */
  readonly since: number
  readonly attrs: { readonly [K in keyof A]: AttrKind }
  /** Output types from input types. Throws E_SHAPE when the inputs do not fit. */
  readonly shape: (inputs: readonly TensorType[], attrs: A) => readonly TensorType[]
  /** The definition in plain loops, in float64; `outputs` are the types that `shape` gives for these inputs. */
  readonly kernel: (
    inputs: readonly Array64[],
    attrs: A,
    outputs: readonly TensorType[],
    interpret: Interpret,
  ) => readonly Float64Array[]
  /** Reverse-mode rule; `null` for operators that are constant almost everywhere or whose results are not real numbers. */
  readonly vjp: VjpRule<A> | null
  /** The input that the result equals, where there is one (x · 1, x + 0); lets the simplifier drop the node. */
  readonly identity?: (inputs: readonly Value[], attrs: A) => Value | undefined
  /** For operators with a body: how many of the node's inputs the body declares; it captures the rest by name. */
  readonly formals?: (attrs: A) => number
}
