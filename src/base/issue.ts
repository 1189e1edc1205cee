import type { z } from 'zod'

/** What a schema found wrong, in words for people: `rows: Invalid input: expected number, received nothing`. */
export const issueOf = (error: z.ZodError | undefined): string => {
  const [issue] = error?.issues ?? []
  return [...(issue?.path ?? []), issue?.message ?? 'something else'].join(': ').replace(/undefined$/, 'nothing')
}
