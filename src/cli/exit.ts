import type { DiaboloError, ErrorCode } from '../base/errors.js'

/** Exit codes, as shells expect them. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const

const USAGE: ReadonlySet<ErrorCode> = new Set(['E_USAGE', 'E_UNKNOWN', 'E_OPTION', 'E_SPEC'])

export const exitCodeOf = ({ code }: Pick<DiaboloError, 'code'>): number => (USAGE.has(code) ? EXIT.usage : EXIT.failed)
