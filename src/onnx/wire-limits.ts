import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { DiaboloError } from '../base/errors.js'

/** How much a file may hold beside the bytes of its tensors. A model that Diabolo writes has a few hundred messages. */
export interface WireLimits {
  /** Messages within messages. */
  readonly depth: number
  readonly messages: number
  /** Members of lists: numbers, names, texts. */
  readonly elements: number
  /** Bytes of text. */
  readonly text: number
}

/** A bound that was passed. */
type Excess = keyof WireLimits

/** What is known of a field that can take memory. */
interface Field {
  readonly message?: DescMessage | undefined
  readonly isText: boolean
  readonly isList: boolean
  /** Bytes of a number where a list packs them; 1 where that varies. */
  readonly packed?: number
}

/** Protobuf's wire types. */
const [VARINT, FIXED64, DELIMITED, FIXED32] = [0, 1, 2, 5]

/**
 * Goes over a message's bytes before they are decoded, since decoding makes objects of them: two bytes can become an object
 * of a hundred. Nothing is allocated.
 *
 * @returns whether the bytes can be such a message at all
 * @throws E_UNSAFE naming the bound that is passed
 */
export function withinLimits(bytes: Uint8Array, message: DescMessage, limits: WireLimits, at: string): boolean {
  const left = { ...limits }
  const spend = (what: Excess, amount = 1): void => {
    left[what] -= amount
    if (left[what] >= 0) return
    throw new DiaboloError('E_UNSAFE', {
      at,
      expected: `at most ${limits[what]} ${MEANING[what]}`,
      found: 'more',
      hint: 'load only models that Diabolo saved',
    })
  }
  return new Walk(bytes, spend).message(message, 0, bytes.length)
}

const MEANING: Readonly<Record<Excess, string>> = {
  depth: 'messages within one another',
  messages: 'messages',
  elements: 'members of lists',
  text: 'bytes of text',
}

class Walk {
  readonly #bytes: Uint8Array
  readonly #spend: (what: Excess, amount?: number) => void
  #at = 0

  constructor(bytes: Uint8Array, spend: (what: Excess, amount?: number) => void) {
    this.#bytes = bytes
    this.#spend = spend
  }

  message(message: DescMessage, from: number, to: number): boolean {
    const fields = fieldsOf(message)
    this.#spend('depth')
    this.#spend('messages')
    for (this.#at = from; this.#at < to; ) {
      const tag = this.#varint(to)
      if (tag === undefined || tag < 8) return false
      if (!this.#field(fields.get(Math.floor(tag / 8)), tag % 8, to)) return false
    }
    this.#spend('depth', -1)
    return this.#at === to
  }

  /** @returns whether there was a field of this wire type */
  #field(field: Field | undefined, wireType: number, to: number): boolean {
    if (wireType !== DELIMITED) {
      if (field?.isList) this.#spend('elements')
      if (wireType === VARINT) return this.#varint(to) !== undefined
      this.#at += wireType === FIXED64 ? 8 : 4
      return (wireType === FIXED64 || wireType === FIXED32) && this.#at <= to
    }
    const length = this.#varint(to)
    if (length === undefined || length > to - this.#at) return false
    const end = this.#at + length
    if (field?.message) return this.message(field.message, this.#at, end)
    if (field?.isText) this.#spend('text', length)
    if (field?.isList) this.#spend('elements', field.packed === undefined ? 1 : Math.ceil(length / field.packed))
    this.#at = end
    return true
  }

  /** At most ten bytes, seven bits each; only lengths and tags are looked at, and those that matter are exact. */
  #varint(to: number): number | undefined {
    let value = 0
    for (let i = 0; i < 10 && this.#at < to; i++) {
      const byte = this.#bytes[this.#at++] as number
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) return value
    }
    return undefined
  }
}

const known = new WeakMap<DescMessage, ReadonlyMap<number, Field>>()

function fieldsOf(message: DescMessage): ReadonlyMap<number, Field> {
  const fields = known.get(message) ?? new Map(message.fields.map((field) => [field.number, fieldOf(field)]))
  known.set(message, fields)
  return fields
}

/** @see https://protobuf.dev/programming-guides/encoding/ */
function fieldOf(field: DescField): Field {
  const isList = field.fieldKind === 'list'
  const { scalar } = field
  const isText = scalar === ScalarType.STRING
  const isBytes = scalar === ScalarType.BYTES
  const isNumber = field.message === undefined && !isText && !isBytes
  return {
    message: field.message,
    isText,
    isList,
    ...(isList && isNumber && { packed: (scalar !== undefined && WIDTH.get(scalar)) || 1 }),
  }
}

/** Bytes of a number, where all of a type have as many. */
const WIDTH: ReadonlyMap<ScalarType, number> = new Map([
  [ScalarType.DOUBLE, 8],
  [ScalarType.FIXED64, 8],
  [ScalarType.SFIXED64, 8],
  [ScalarType.FLOAT, 4],
  [ScalarType.FIXED32, 4],
  [ScalarType.SFIXED32, 4],
])
