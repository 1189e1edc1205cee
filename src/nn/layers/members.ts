import { z } from 'zod'
import { DiaboloError } from '../../base/errors.js'
import { showShape, sizeOf } from '../../base/shape.js'
import { mul, reduceMean, reshape } from '../../ops/index.js'
import type { LayerKind } from './kind.js'

export const copySchema = z.strictObject({
  type: z.literal('copy'),
  /** Networks that each get the whole sample. */
  members: z.int().min(1),
})

/** The sample once for each member: [width] → [members, width]. */
export const copy: LayerKind<z.infer<typeof copySchema>> = {
  outputShape: ({ members }, input) => [members, sizeOf(input)],
  parameters: () => [],
  emit: ({ members }, x) => {
    const [batch = 1, ...sample] = x.shape
    const ones = { dtype: 'float32', shape: [1, members, 1], data: new Float32Array(members).fill(1) } as const
    return mul(reshape(x, [batch, 1, sizeOf(sample as readonly number[])]), x.builder.constant(ones))
  },
}

export const averageSchema = z.strictObject({ type: z.literal('average') })

/** What the members say on average: [members, width] → [width]. */
export const average: LayerKind<z.infer<typeof averageSchema>> = {
  outputShape: (_, input) => {
    membersOf(input)
    return input.slice(1)
  },
  parameters: () => [],
  emit: (_, x) => reduceMean(x, { axes: [1] }),
}

/**
 * How many members there are in [members, values].
 *
 * @throws E_SHAPE when the input is something else, or there are not as many as wanted
 */
export function membersOf(input: readonly number[], wanted?: number): number {
  const [members] = input
  if (input.length === 2 && members !== undefined && (wanted ?? members) === members) return members
  throw new DiaboloError('E_SHAPE', {
    at: 'a layer of members',
    expected: `[${wanted ?? 'members'}, values]`,
    found: showShape(input),
    hint: 'put a "copy" layer with as many members before it, and an "average" layer after the last of them',
  })
}
