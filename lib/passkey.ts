// Passkeys (WebAuthn): what a browser is asked for, and whether its answer is right. @simplewebauthn/server checks the bytes.
import { generateKeyPairSync } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import type { PasskeySite } from '../config/passkeys.ts'
import { CHALLENGE_TTL } from '../config/session.ts'
import { brand } from '../config/site.ts'
import type { PasskeyCreation, PasskeyUse } from './passkey/answer.ts'

/** What is known of a passkey when it has been made. */
export type NewPasskey = {
  id: string
  /** COSE, in base64url. */
  publicKey: string
  counter: number
  transports: string[]
  aaguid: string
  synced: boolean
  userVerified: boolean
}
/** What a browser is told of a passkey that is there. */
export type KnownPasskey = Pick<NewPasskey, 'id' | 'transports'>

// ES256 and RS256: every authenticator has one of them.
const ALGORITHMS = [-7, -257]

/** What a browser is asked for to make a passkey: one that it finds without a name, and that checks who uses it, if it can. */
export function creationOptions(
  site: PasskeySite,
  user: { id: string; username: string },
  challenge: string,
  known: KnownPasskey[],
): PublicKeyCredentialCreationOptionsJSON {
  return {
    rp: { id: site.id, name: brand.shortName },
    user: { id: userHandle(user.id), name: user.username, displayName: user.username },
    challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: CHALLENGE_TTL,
    excludeCredentials: known.map(descriptor),
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
    attestation: 'none', // which maker's it is makes no difference here
  }
}

/**
 * What a browser is asked for to use a passkey: any that it has for this site, or one of those that are named. Beside a password
 * it is enough that somebody is there (`discouraged`); alone it has to be them.
 */
export function useOptions(
  site: PasskeySite,
  challenge: string,
  known: KnownPasskey[] = [],
  userVerification: 'required' | 'discouraged' = 'required',
): PublicKeyCredentialRequestOptionsJSON {
  return {
    rpId: site.id,
    challenge,
    timeout: CHALLENGE_TTL,
    userVerification,
    allowCredentials: known.map(descriptor),
  }
}

/** How authenticators name a user: the id, in base64url. It says nothing of whose it is. */
export function userHandle(userId: string): string {
  return Buffer.from(userId).toString('base64url')
}

/** The passkey that was made; undefined if the answer is not right. */
export async function verifyCreation(
  site: PasskeySite,
  challenge: string,
  response: PasskeyCreation,
): Promise<NewPasskey | undefined> {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server') // few people ever need it
  const { registrationInfo: made } = await orNothing(
    verifyRegistrationResponse({
      response,
      ...expected(site, challenge),
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  if (!made) return undefined
  return {
    id: made.credential.id,
    publicKey: Buffer.from(made.credential.publicKey).toString('base64url'),
    counter: made.credential.counter,
    transports: response.response.transports,
    aaguid: made.aaguid,
    synced: made.credentialBackedUp,
    userVerified: made.userVerified,
  }
}

/**
 * What the authenticator said when the passkey with this key was used; undefined if the answer is not right. Without a key it
 * takes the same time and is never right, so that nobody can measure which passkeys are known. Compare the counter yourself.
 */
export async function verifyUse(
  site: PasskeySite,
  challenge: string,
  response: PasskeyUse,
  publicKey: string | undefined,
): Promise<Pick<NewPasskey, 'counter' | 'synced' | 'userVerified'> | undefined> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const key = publicKey === undefined ? decoyKey() : Buffer.from(publicKey, 'base64url')
  const { verified, authenticationInfo: used } = await orNothing(
    verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      ...expected(site, challenge),
      credential: { id: response.id, publicKey: new Uint8Array(key), counter: 0 },
    }),
  )
  if (!verified || !used || publicKey === undefined) return undefined
  const { newCounter: counter, credentialBackedUp: synced, userVerified } = used
  return { counter, synced, userVerified }
}

function descriptor({ id, transports }: KnownPasskey) {
  return {
    id,
    type: 'public-key',
    transports: transports as AuthenticatorTransport[],
  } as const
}

function expected({ id, origin }: PasskeySite, challenge: string) {
  const requireUserVerification = false // each caller decides what one without it is good for
  return {
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification,
  }
}

// The library throws at whatever is wrong with an answer, which a visitor may have made up.
async function orNothing<T extends object>(checking: Promise<T>): Promise<Partial<T>> {
  return checking.catch(() => ({}))
}

let decoy: Buffer | undefined

// A key of a kind that most passkeys have (COSE: EC2, ES256, P-256), whose other half nobody keeps.
function decoyKey(): Buffer {
  if (!decoy) {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const [head, between] = ['a5010203262001215820', '225820'].map((hex) => Buffer.from(hex, 'hex'))
    decoy = Buffer.concat(
      [head, Buffer.from(x, 'base64url'), between, Buffer.from(y, 'base64url')].filter(
        (part) => part !== undefined,
      ),
    )
  }
  return decoy
}
