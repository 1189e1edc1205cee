import { describe, expect, test } from 'vitest'
import { DiaboloError, ERROR_CODES } from '../../src/base/errors.js'

const details = { at: 'layer 3', expected: '[batch, 784]', found: '[batch, 783]', hint: 'add a column' }

describe('an error', () => {
  const error = new DiaboloError('E_SHAPE', details)

  test('says where, what was expected, what was found', () => {
    expect(error.message).toBe('layer 3: expected [batch, 784], found [batch, 783]')
    expect(String(error)).toBe('DiaboloError: layer 3: expected [batch, 784], found [batch, 783]')
    expect(error).toBeInstanceOf(Error)
    expect(error.stack).toContain('errors.test')
  })

  test('as JSON has its code and its parts, and nothing of the machine it happened on', () => {
    const message = 'layer 3: expected [batch, 784], found [batch, 783]'
    expect(JSON.parse(JSON.stringify(error))).toEqual({ code: 'E_SHAPE', message, ...details })
    expect(JSON.parse(JSON.stringify({ error }))).toEqual({ error: { code: 'E_SHAPE', message, ...details } })
  })

  test('keeps its cause, where there is one', () => {
    const cause = new RangeError('premature EOF')
    expect(new DiaboloError('E_FORMAT', { ...details, cause }).cause).toBe(cause)
    expect(error).not.toHaveProperty('cause')
    expect(new DiaboloError('E_FORMAT', { ...details, cause }).toJSON()).not.toHaveProperty('cause')
  })
})

test('codes are named alike, and each says what it means', () => {
  for (const [code, meaning] of Object.entries(ERROR_CODES)) {
    expect(code).toMatch(/^E_[A-Z]+$/)
    expect(meaning).toMatch(/^[a-z].{10,}[^.]$/)
  }
  expect(new Set(Object.values(ERROR_CODES)).size).toBe(Object.keys(ERROR_CODES).length)
})
