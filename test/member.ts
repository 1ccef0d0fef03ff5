// Members for tests that are not about signing in: stored by the models, with a session and a signed cookie.
// Registering and signing in through the forms takes six requests, two hashes and two pictures.
import { createHmac, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Express } from 'express'
import session, { type SessionData } from 'express-session'
import mongoose from 'mongoose'
import type { Settings } from '../config/env.ts'
import { cookieFlags, cookieName } from '../config/session.ts'
import { HOUR } from '../config/time.ts'
import { hashPassword } from '../lib/password.ts'
import { openSessionStore } from '../lib/session/open.ts'
import { keysOf, memberOf, User, type Member } from '../models/user.ts'

type Person = { username: string; email: string; password: string }

const hashes = new Map<string, Promise<string>>()

/** Store a user, as a registration does. One hash, made with the real parameters, is the hash of all who have the same password. */
export async function storeUser(app: Express, person: Person): Promise<Member> {
  const { username, email } = person
  const password = await hashOf(person.password, settingsOf(app))
  const user = { username, email, ...keysOf(person), password, createdAt: new Date() }
  return memberOf(await User.create(user))
}

/** Sign a user in, as middleware/session.ts does: the line of the cookie that names the new session. */
export async function signedCookie(app: Express, member: Member): Promise<string> {
  const settings = settingsOf(app)
  const sessionId = randomBytes(24).toString('base64url')
  const signedInAt = new Date()
  const store = openSessionStore(settings, mongoose.connection)
  const data: SessionData = {
    cookie: Object.assign(new session.Cookie(), cookieFlags(settings)),
    userId: member.id,
    username: member.username,
    email: member.email,
    signedInAt,
    confirmedAt: signedInAt,
    endsAt: new Date(signedInAt.getTime() + settings.sessionAbsoluteHours * HOUR),
    remember: false,
    address: '127.0.0.1',
    agent: '',
  } as SessionData
  await promisify((done: (error?: unknown) => void) => {
    store.set(sessionId, data, done)
  })()
  const value = encodeURIComponent(`s:${sessionId}.${signatureOf(sessionId, settings)}`)
  return `${cookieName(settings, 'sid')}=${value}; path=/; HttpOnly`
}

function hashOf(password: string, { passwordPepper = '' }: Settings): Promise<string> {
  const key = `${passwordPepper} ${password}`
  const hash = hashes.get(key) ?? hashPassword(password)
  hashes.set(key, hash)
  return hash
}

function signatureOf(sessionId: string, { sessionSecrets: [secret = ''] }: Settings): string {
  return createHmac('sha256', secret).update(sessionId).digest('base64').replace(/=+$/, '')
}

function settingsOf(app: Express): Settings {
  return app.get('settings') as Settings
}
