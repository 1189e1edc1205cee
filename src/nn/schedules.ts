import { z } from 'zod'

/** The part of a run, from its start, over which the rate rises linearly from nearly 0. */
const warmup = z.number().min(0).max(1).default(0)

export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant'), warmup }),
  z.strictObject({ name: z.literal('cosine'), warmup, final: z.number().min(0).max(1).default(0) }),
  z.strictObject({
    name: z.literal('step'),
    warmup,
    /** Parts of the run after each of which the rate is multiplied by `factor`. */
    at: z.array(z.number().gt(0).lt(1)).default([0.5, 0.75]),
    factor: z.number().positive().max(1).default(0.1),
  }),
])

export type ScheduleSpec = z.infer<typeof scheduleSchema>

/**
 * What the learning rate is multiplied by.
 *
 * @param step   steps taken before this one, from 0
 * @param total  steps of the whole phase
 */
export function rateFactor(spec: ScheduleSpec, step: number, total: number): number {
  const rise = spec.warmup * total
  if (step < rise) return (step + 1) / (rise + 1)
  const progress = (step - rise) / Math.max(1, total - rise)
  switch (spec.name) {
    case 'constant':
      return 1
    case 'cosine':
      return spec.final + ((1 - spec.final) * (1 + Math.cos(Math.PI * progress))) / 2
    case 'step':
      return spec.factor ** spec.at.filter((part) => step >= part * total).length
  }
}
