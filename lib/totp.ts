// The codes of authenticator apps (RFC 6238): SHA-1, six digits, thirty seconds, because that is what every app can do.
import { Secret, TOTP } from 'otpauth'
import { brand } from '../config/site.ts'

const STEP = 30_000 // milliseconds
const SECRET_BYTES = 20 // as long as the hash (RFC 4226, 4)
const NEIGHBOURS = 1 // steps that a phone's clock may be ahead or behind

/** A new random secret, in the base32 that people can type into an app. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32
}

/** The address that an app takes the secret from, as a QR code or a link; the app shows the name beside the code. */
export function totpAddress(secret: string, name: string): string {
  return totpOf(secret, name).toString()
}

/** The step, thirty seconds counted from 1970, whose code this is: the present one, or one beside it. Undefined if none. */
export function stepOfCode(secret: string, code: string, now = Date.now()): number | undefined {
  const totp = totpOf(secret)
  const delta = totp.validate({ token: code, timestamp: now, window: NEIGHBOURS })
  return delta === null ? undefined : totp.counter({ timestamp: now }) + delta
}

/** When the app showed the code of this step. */
export function timeOfStep(step: number): Date {
  return new Date(step * STEP)
}

/** The code of an app at this time. */
export function codeAt(secret: string, now = Date.now()): string {
  return totpOf(secret).generate({ timestamp: now })
}

function totpOf(secret: string, label = ''): TOTP {
  return new TOTP({
    issuer: brand.shortName,
    label,
    period: STEP / 1000,
    secret: Secret.fromBase32(secret),
  })
}
