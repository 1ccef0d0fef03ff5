// Encrypts single fields of the database with ENCRYPTION_KEYS, so that a stolen database alone gives none of them away.
import { createEncryption, type Encryption } from './session/encryption.ts'

const PURPOSE = 'sesame fields'

// The keys of the whole process, set once at start; each is derived when it is first needed, which takes a tenth of a second.
let keys: string[] = []
const derived = new Map<string, Encryption>()

/** Encrypt with the first of these from now on, and decrypt with all. */
export function useEncryptionKeys(secrets: string[]): void {
  keys = secrets
}

/** Encrypt a text with the first key, bound to its owner: put into another one's document it can't be decrypted. */
export async function encryptField(text: string, ownerId: string): Promise<string> {
  const [first] = keys
  if (first === undefined) throw new Error('There is no key to encrypt with: ENCRYPTION_KEYS')
  return encryptionOf(first).encrypt(text, ownerId)
}

/** Decrypt a text with whichever key it was encrypted with. Throws if none of them fits, or it is another owner's. */
export async function decryptField(encrypted: string, ownerId: string): Promise<string> {
  for (const key of keys) {
    const text = await encryptionOf(key)
      .decrypt(encrypted, ownerId)
      .catch(() => undefined)
    if (text !== undefined) return text
  }
  throw new Error('No key of ENCRYPTION_KEYS decrypts a field that was stored')
}

function encryptionOf(key: string): Encryption {
  const encryption = derived.get(key) ?? createEncryption(key, undefined, PURPOSE)
  derived.set(key, encryption)
  return encryption
}
