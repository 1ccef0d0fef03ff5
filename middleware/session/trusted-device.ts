// The cookie of a browser on which its owner is not asked for a code of the app.
import { randomBytes } from 'node:crypto'
import type { Request } from 'express'
import { cookieFlags, cookieName, TRUST_TTL } from '../../config/session.ts'
import { trustDevice } from '../../models/account/two-factor/trusted-device.ts'
import { agentOf } from '../session.ts'
import { settingsOf } from '../settings.ts'

const ID_BYTES = 18 // 144 random bits: nobody guesses one

/** What this browser was given, if the cookie's signature is ours. */
export function sentTrust(req: Request): string | undefined {
  return (req.signedCookies as Record<string, string>)[cookieName(settingsOf(req), 'trusted')]
}

/**
 * Let this browser do without a code for thirty days, and wait until that is stored. It always gets a new cookie: one that
 * somebody with an account of their own left in a shared browser would otherwise open the account of whoever comes next.
 */
export async function trustBrowser(req: Request, userId: string): Promise<void> {
  const settings = settingsOf(req)
  const cookie = randomBytes(ID_BYTES).toString('base64url')
  await trustDevice(userId, cookie, { address: req.ip ?? '', agent: agentOf(req) })
  const flags = { ...cookieFlags(settings), maxAge: TRUST_TTL, signed: true }
  req.res?.cookie(cookieName(settings, 'trusted'), cookie, flags)
}
