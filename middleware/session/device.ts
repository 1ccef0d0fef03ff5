// The cookie by which a browser is known on which somebody has signed in; it signs nobody in.
import { randomBytes } from 'node:crypto'
import type { Request } from 'express'
import { cookieFlags, cookieName, DEVICE_TTL } from '../../config/session.ts'
import { tellOfNewDevice } from '../../models/mail/notice.ts'
import { isNewDevice, keepDevice, type Account } from '../../models/sign-in/device.ts'
import { localeOf } from '../locale.ts'
import { settingsOf } from '../settings.ts'

const ID_BYTES = 18 // 144 random bits: nobody guesses one

/** The id that this browser was given, if the cookie's signature is ours. */
export function sentDevice(req: Request): string | undefined {
  return (req.signedCookies as Record<string, string>)[cookieName(settingsOf(req), 'device')]
}

/** Tell the owner by letter that somebody signs in with this browser, if the account does not know it. Throws if it can't be kept. */
export async function tellIfNewDevice(req: Request, userId: string, agent: string): Promise<void> {
  if (req.res && (await isNewDevice(userId, sentDevice(req)))) {
    await tellOfNewDevice(userId, { address: req.ip ?? '', agent }, localeOf(req.res))
  }
}

/**
 * Let this browser be known to the account of whoever has just proved to be its owner, and wait until that is stored. One id
 * serves all who share the browser: each account keeps whether it knows it. False if there is no such account any more.
 */
export async function rememberDevice(req: Request, account: Account): Promise<boolean> {
  const settings = settingsOf(req)
  const device = sentDevice(req) ?? randomBytes(ID_BYTES).toString('base64url')
  if (!(await keepDevice(account, device))) return false
  const flags = { ...cookieFlags(settings), maxAge: DEVICE_TTL, signed: true }
  req.res?.cookie(cookieName(settings, 'device'), device, flags)
  return true
}
