// The session: express-session over MongoDB, and the moments in which it begins, gets a new id, and ends.
import { promisify } from 'node:util'
import type { Request, RequestHandler } from 'express'
import session, { type SessionData } from 'express-session'
import type { Settings } from '../config/env.ts'
import { CAPTCHA_TTL, cookieFlags, cookieName } from '../config/session.ts'
import { DAY, HOUR } from '../config/time.ts'
import type { SessionStore } from '../lib/session/store.ts'
import { endOldestSessions, type Captcha } from '../models/session.ts'
import type { Challenge } from '../models/sign-in/challenge.ts'
import { isStillMember, unchanged, type Member } from '../models/user.ts'
import { record } from './log/security-events.ts'
import { rememberDevice, tellIfNewDevice } from './session/device.ts'
import { settingsOf } from './settings.ts'

declare module 'express-session' {
  interface SessionData {
    userId: string
    username: string
    email: string
    signedInAt: Date
    /** When the member last showed who they are, by a sign-in or at /confirm. Using the session does not move it. */
    confirmedAt: Date
    /** The absolute timeout: the session ends then, however active it is. */
    endsAt: Date
    remember: boolean
    /** From where and with what browser the member signed in, for /account/sessions. */
    address: string
    agent: string
    /** The name of an account that was made in this session, for the sign-in that follows. */
    registeredAs: string
    /** The address that a link was just asked for: the next page says where to look for it. */
    mailedTo: string
    captcha: Captcha
    [key: `captcha-${string}`]: Captcha
    [key: `challenge-${string}`]: Challenge
  }
}

const MAX_AGENT_LENGTH = 256 // characters of a User-Agent header: it is the visitor's, and may be anything

/** Load the visitor's session, if the cookie names one. Nothing is stored and no cookie sent until something is put in. */
export function sessions(settings: Settings, store: SessionStore): RequestHandler {
  return session({
    name: cookieName(settings, 'sid'),
    secret: settings.sessionSecrets, // the first signs, all verify
    cookie: cookieFlags(settings),
    saveUninitialized: false,
    resave: false,
    store,
  })
}

/** The session id that the visitor's cookie names, if its signature is ours; whether there is such a session is another question. */
export function sentSessionId(req: Request): string | undefined {
  return (req.signedCookies as Record<string, string>)[cookieName(settingsOf(req), 'sid')]
}

/** True if this request's session is the one that its cookie names, and not a new one. */
export function hasSentSession(req: Request): boolean {
  return sentSessionId(req) === req.sessionID
}

/** The store behind this request's session. */
export function storeOf(req: Request): SessionStore {
  return req.sessionStore as unknown as SessionStore
}

/**
 * Make this the session of a member and wait until it is stored; the account knows this device from now on.
 * It gets a new id: one that somebody planted in this browser before is worth nothing afterwards (fixation, ASVS 7.2.4).
 */
export async function signIn(req: Request, member: Member, remember: boolean): Promise<void> {
  const { sessionRememberDays, sessionAbsoluteHours } = settingsOf(req)
  const longest = remember ? sessionRememberDays * DAY : sessionAbsoluteHours * HOUR
  const signedInAt = new Date()
  await regenerate(req)
  Object.assign(req.session, {
    userId: member.id,
    username: member.username,
    email: member.email,
    signedInAt,
    confirmedAt: signedInAt,
    endsAt: new Date(signedInAt.getTime() + longest),
    remember,
    address: req.ip ?? '',
    agent: agentOf(req),
  } satisfies Partial<SessionData>)
  if (remember) req.session.cookie.maxAge = longest
  record(req, await endOldestSessions(storeOf(req), member.id))
  // Before the session is stored: where this is cut off, nobody is signed in whom the owner has not heard of.
  await tellIfNewDevice(req, member.id, agentOf(req))
  await save(req)
  // Whoever changes the password, locks or deletes the account ends its sessions; this one may have come a moment later.
  if (!(await rememberDevice(req, unchanged(member)))) await signOut(req)
}

/**
 * Give the session a new id and wait until it is stored; the old one is deleted (ASVS 7.2.4).
 * Whoever had come to know the old id, which may be why the password was changed, holds nothing any more.
 * What it held and both its timeouts stay.
 */
export async function renewSession(req: Request, member: Member): Promise<void> {
  const { cookie, ...data } = req.session
  await regenerate(req)
  Object.assign(req.session, data)
  if (cookie.originalMaxAge !== null) req.session.cookie.maxAge = cookie.originalMaxAge
  await save(req)
  // Whoever locked or deleted the account meanwhile ended the old session and could not know of this one.
  if (!(await isStillMember(member))) await signOut(req)
}

/**
 * End the session: its document is deleted and its cookie cleared (ASVS 7.4.1). Pages need not be dropped: the browser keeps
 * none (`no-store` in middleware/session/current-user.ts), and public/js/site.js loads one that it shows again (14.3.1).
 */
export async function signOut(req: Request): Promise<void> {
  await promisify(req.session.destroy.bind(req.session))()
  clearSessionCookie(req)
}

/** Take the cookie of a session away that is there no more. */
export function clearEndedSession(req: Request): void {
  if (sentSessionId(req) !== undefined && !hasSentSession(req)) clearSessionCookie(req)
}

/** Take the cookie away with the flags it was set with: with others a browser would keep it. */
export function clearSessionCookie(req: Request): void {
  const settings = settingsOf(req)
  req.res?.cookie(cookieName(settings, 'sid'), '', { ...cookieFlags(settings), maxAge: 0 })
}

/** What the browser calls itself, cut to what is kept of it. */
export function agentOf(req: Request): string {
  return (req.get('User-Agent') ?? '').slice(0, MAX_AGENT_LENGTH)
}

/** Store the session now: an answer may only begin once what it builds on is kept. */
export async function save(req: Request): Promise<void> {
  await promisify(req.session.save.bind(req.session))()
}

/** Go on as an anonymous visitor with an empty session under a new id; the old document is deleted. */
export async function regenerate(req: Request): Promise<void> {
  await promisify(req.session.regenerate.bind(req.session))()
}

/** Let an anonymous visitor's session live no longer than a captcha: it holds little else. */
export function keepShort(req: Request): void {
  if (!req.user) req.session.cookie.maxAge = CAPTCHA_TTL
}
