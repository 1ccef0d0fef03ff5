// The session: express-session over MongoDB, and the two moments that change whose it is.
import { promisify } from 'node:util'
import type { Request, RequestHandler } from 'express'
import session, { type SessionData } from 'express-session'
import type { Connection } from 'mongoose'
import type { Settings } from '../config/env.ts'
import { cookieFlags, cookieName, DAY, MINUTE } from '../config/session.ts'
import { createSessionStore } from '../lib/session-store.ts'
import type { Member } from '../models/user.ts'
import { settingsOf } from './settings.ts'

declare module 'express-session' {
  interface SessionData {
    userId: string
    username: string
    email: string
    signedInAt: Date
    remember: boolean
    captcha: { text: string; expires: Date }
  }
}

/** Load the visitor's session, if the cookie names one. Nothing is stored and no cookie sent until something is put in. */
export function sessions(settings: Settings, database: Connection): RequestHandler {
  return session({
    name: cookieName(settings, 'sid'),
    secret: settings.sessionSecrets, // the first signs, all verify
    cookie: cookieFlags(settings),
    saveUninitialized: false,
    resave: false,
    store: createSessionStore({
      client: database.getClient(),
      databaseName: database.name,
      idleSeconds: (settings.sessionIdleMinutes * MINUTE) / 1000,
    }),
  })
}

/**
 * Make this the session of a member and wait until it is stored.
 * It gets a new id: one that somebody planted in this browser before is worth nothing afterwards (fixation, ASVS 7.2.4).
 */
export async function signIn(req: Request, member: Member, remember: boolean): Promise<void> {
  await regenerate(req)
  Object.assign(req.session, {
    userId: member.id,
    username: member.username,
    email: member.email,
    signedInAt: new Date(),
    remember,
  } satisfies Partial<SessionData>)
  if (remember) req.session.cookie.maxAge = settingsOf(req).sessionRememberDays * DAY
  await save(req)
}

/** End the session: its document is deleted, its cookie cleared, and pages kept by the browser are dropped (ASVS 7.4.1, 14.3.1). */
export async function signOut(req: Request): Promise<void> {
  await promisify(req.session.destroy.bind(req.session))()
  const settings = settingsOf(req)
  req.res?.cookie(cookieName(settings, 'sid'), '', { ...cookieFlags(settings), maxAge: 0 })
  req.res?.set('Clear-Site-Data', '"cache"')
}

/** Store the session now: an answer may only begin once what it builds on is kept. */
export async function save(req: Request): Promise<void> {
  await promisify(req.session.save.bind(req.session))()
}

/** Go on as an anonymous visitor with an empty session under a new id; the old document is deleted. */
export async function regenerate(req: Request): Promise<void> {
  await promisify(req.session.regenerate.bind(req.session))()
}
