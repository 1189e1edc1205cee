/** Every failure a person can meet: one stable code each, with what it means. Documented in `docs/errors.md`. */
export const ERROR_CODES = {
  E_USAGE: 'the command line or a call was written wrongly',
  E_UNKNOWN: 'a name that does not exist',
  E_OPTION: 'an option has a value it cannot take',
  E_SPEC: 'a model description is not valid',
  E_SHAPE: 'shapes do not fit together',
  E_GRAPH: 'a graph breaks a rule of the intermediate representation',
  E_DATA: 'a data set cannot be used',
  E_VALUE: 'a value in the data is not a finite number',
  E_FORMAT: 'a file is not in the format it should be in',
  E_TRUNCATED: 'a file ends too early',
  E_CHECKSUM: 'a file is not the one it should be',
  E_MISSING: 'a file or folder does not exist',
  E_EXISTS: 'a file or folder exists already',
  E_WRITE: 'a file or folder cannot be written',
  E_OFFLINE: 'something must be downloaded and cannot be',
  E_UNSAFE: 'a file from outside asks for something that is not allowed',
  E_RESUME: 'a checkpoint does not belong to this training',
  E_LOCKED: 'another process works on it',
  E_DIVERGED: 'training left the finite numbers',
  E_RUNTIME: 'the runtime refused or failed',
  E_DEVICE: 'the device asked for is not there',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

export interface ErrorDetails {
  /** Where: a file, an option, a layer, a row. */
  readonly at: string
  readonly expected: string
  readonly found: string
  /** What to do about it. */
  readonly hint: string
  readonly cause?: unknown
}

/** The one error type of this library: a stable code, the place, what was expected, what was found, and the remedy. */
export class DiaboloError extends Error {
  override readonly name: string = 'DiaboloError'
  readonly code: ErrorCode
  readonly at: string
  readonly expected: string
  readonly found: string
  readonly hint: string

  constructor(code: ErrorCode, { at, expected, found, hint, cause }: ErrorDetails) {
    super(`${at}: expected ${expected}, found ${found}`, cause === undefined ? {} : { cause })
    this.code = code
    this.at = at
    this.expected = expected
    this.found = found
    this.hint = hint
  }

  toJSON() {
    const { code, message, at, expected, found, hint } = this
    return { code, message, at, expected, found, hint }
  }
}
