// Tells keys apart in bills and events, without showing anything of them.

import type { Secret } from '../core/secret.js'

/** Half of a word is enough to tell an app's keys apart, and too little to find a key by. */
const shownDigits = 8

/**
 * Names keys by an HMAC (SHA-256) under a secret of the app's, so that nobody can find out by trying whether a key is a
 * certain one. Without a secret the names are random for each handler: they mean nothing to another process.
 */
export class KeyFingerprints {
  readonly #hmac: ReturnType<typeof globalThis.crypto.subtle.importKey>
  readonly #known = new WeakMap<Secret, Promise<string>>()

  constructor(secret: string | undefined) {
    const bytes =
      secret === undefined
        ? globalThis.crypto.getRandomValues(new Uint8Array(32))
        : new TextEncoder().encode(secret)
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    this.#hmac = globalThis.crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
    this.#hmac.catch(() => undefined) // whoever asks for a fingerprint hears of it
  }

  /** Eight hexadecimal digits. */
  of(secret: Secret): Promise<string> {
    let found = this.#known.get(secret)
    if (found === undefined) {
      found = this.#sign(secret.reveal())
      this.#known.set(secret, found)
    }
    return found
  }

  async #sign(key: string): Promise<string> {
    const signature = await globalThis.crypto.subtle.sign(
      'HMAC',
      await this.#hmac,
      new TextEncoder().encode(key),
    )
    const digits = [...new Uint8Array(signature)].map((byte) => byte.toString(16).padStart(2, '0'))
    return digits.join('').slice(0, shownDigits)
  }
}
