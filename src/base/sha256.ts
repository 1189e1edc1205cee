import { DiaboloError } from './errors.js'

/**
 * The SHA-256 of bytes, in hexadecimal; computed off this thread.
 *
 * @throws E_RUNTIME in a browser's page that did not come over a secure connection: it has no hashes
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle
  if (!subtle) {
    throw new DiaboloError('E_RUNTIME', {
      at: 'SHA-256',
      expected: 'a page from https:// or from localhost',
      found: 'a page that the browser gives no cryptography',
      hint: 'serve the page over https, or leave checkpoints out',
    })
  }
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
