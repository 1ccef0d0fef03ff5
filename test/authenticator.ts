// An authenticator in software: it makes passkeys and signs challenges with them (ES256), as the browser's own would.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { userHandle } from '../lib/passkey.ts'
import { page, type Visitor } from './visitor.ts'
import type { Response } from 'supertest'

const [PRESENT, VERIFIED, ATTESTED] = [0x01, 0x04, 0x40]
const AAGUID = Buffer.from('bada5566a7aa401fbd9645619a55120d', 'hex') // 1Password

/** What a site asks of an authenticator, as far as this one listens. */
export type Options = {
  challenge: string
  rp?: { id: string }
  rpId?: string
  user?: { id: string }
  allowCredentials?: { id: string }[]
}

export class Authenticator {
  readonly id = randomBytes(16).toString('base64url')
  counter = 0
  /** False for one that only notices that somebody touches it. */
  verifies = true
  origin = 'http://localhost:3000'
  private handle = ''
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  /** Make a passkey: the form field with the answer. */
  create({ challenge, rp, user }: Options): string {
    this.handle = user?.id ?? ''
    const data = Buffer.concat([
      this.state(rp?.id ?? '', ATTESTED),
      AAGUID,
      Buffer.from([0, 16]),
      Buffer.from(this.id, 'base64url'),
      this.publicKey(),
    ])
    // CBOR: { fmt: "none", attStmt: {}, authData: a byte string whose length takes one byte }
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
      Buffer.from([data.length]),
      data,
    ])
    const clientDataJSON = this.clientData('webauthn.create', challenge)
    return this.answer({ clientDataJSON, attestationObject: encode(attestationObject) })
  }

  /** Use the passkey: the form field with the answer. */
  use({ challenge, rpId = '' }: Options): string {
    const data = this.state(rpId, 0)
    const clientDataJSON = this.clientData('webauthn.get', challenge)
    const hash = sha256(Buffer.from(clientDataJSON, 'base64url'))
    const signature = sign('sha256', Buffer.concat([data, hash]), this.keys.privateKey)
    return this.answer({
      clientDataJSON,
      authenticatorData: encode(data),
      signature: encode(signature),
      userHandle: this.handle,
    })
  }

  /** Say that it belongs to somebody else. */
  claim(userId: string): void {
    this.handle = userHandle(userId)
  }

  private answer(response: object): string {
    const { id } = this
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response,
    })
  }

  private clientData(type: string, challenge: string): string {
    return encode(Buffer.from(JSON.stringify({ type, challenge, origin: this.origin })))
  }

  private state(rpId: string, more: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.counter)
    const flags = PRESENT | more | (this.verifies ? VERIFIED : 0)
    return Buffer.concat([sha256(Buffer.from(rpId)), Buffer.from([flags]), counter])
  }

  // COSE: EC2, ES256, P-256.
  private publicKey(): Buffer {
    const { x = '', y = '' } = this.keys.publicKey.export({ format: 'jwk' })
    return Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ])
  }
}

/** What the page asks of an authenticator. */
export function optionsOn(response: Response): Options {
  const form = page(response).querySelector('form[data-options]')
  return JSON.parse(form?.getAttribute('data-options') ?? '{}') as Options
}

/** Add a passkey at the account of a member, as the page asks for it; the answer to its form. */
export async function addPasskey(
  visitor: Visitor,
  authenticator = new Authenticator(),
): Promise<{ authenticator: Authenticator; answer: Response }> {
  const options = optionsOn(await visitor.get('/account/passkeys'))
  const credential = authenticator.create(options)
  return { authenticator, answer: await visitor.fill('/account/passkeys', { credential }) }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64url')
}
