// Encrypts what is kept in the database, the data of sessions above all, each bound to the document that it lies in.
import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

/** Encrypts a text. Both name the document's id; with another one than it was written for, it throws. */
export type Encryption = {
  encrypt: (text: string, id: string) => Promise<string>
  decrypt: (text: string, id: string) => Promise<string>
}

const ALGORITHM = 'aes-256-gcm'
const KEY_LENGTH = 32 // bytes
const IV_LENGTH = 12 // bytes
const TAG_LENGTH = 16 // bytes
const ITERATIONS = 310_000 // once in a process: a short setting is no easier to guess than a password

/**
 * AES-256-GCM under a key derived from the secret. The document's id is additional data: whoever can write in the database,
 * but does not have the key, can't put the data of an administrator's session into one of their own.
 */
export function createEncryption(
  secret: string,
  iterations = ITERATIONS,
  purpose = 'sesame sessions', // another purpose has another key, though the secret be the same
): Encryption {
  const derived = promisify(pbkdf2)(secret, purpose, iterations, KEY_LENGTH, 'sha256')
  return {
    encrypt: async (text, id) => {
      const iv = randomBytes(IV_LENGTH)
      const cipher = createCipheriv(ALGORITHM, await derived, iv).setAAD(Buffer.from(id))
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, encrypted, cipher.getAuthTag()]).toString('base64')
    },

    decrypt: async (text, id) => {
      const bytes = Buffer.from(text, 'base64')
      const iv = bytes.subarray(0, IV_LENGTH)
      const options = { authTagLength: TAG_LENGTH } // a shorter one would be easier to forge
      const decipher = createDecipheriv(ALGORITHM, await derived, iv, options)
      decipher.setAAD(Buffer.from(id)).setAuthTag(bytes.subarray(-TAG_LENGTH))
      const encrypted = bytes.subarray(IV_LENGTH, -TAG_LENGTH)
      return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString()
    },
  }
}
