// Members with a second factor, for tests that are not about setting one up.
import { randomUUID } from 'node:crypto'
import type { SessionStore } from '../lib/session/store.ts'
import { codeAt } from '../lib/totp.ts'
import type { RequestContext } from '../models/account/request-context.ts'
import { beginTwoFactor, confirmTwoFactor, findTwoFactor } from '../models/account/two-factor.ts'
import { findByName, memberOf, User } from '../models/user.ts'
import type { Site } from './helper.ts'
import { signedCookie } from './member.ts'
import type { Visitor } from './visitor.ts'

const STEP = 30_000 // milliseconds

/** What a model knows of a member's request. */
export async function contextOf(site: Site, username: string): Promise<RequestContext> {
  const user = await findByName(username)
  if (!user) throw new Error(`There is no ${username}`)
  const store = site.app.get('session store') as SessionStore
  const caller = { networks: [], isCounted: false }
  return { member: memberOf(user), caller, store, sessionId: randomUUID(), locale: 'en' }
}

/** Give this user an app; all sessions end. The app's secret, its present code, and the recovery codes. */
export async function giveApp(site: Site, username: string) {
  const context = await contextOf(site, username)
  await beginTwoFactor(context)
  const secret = (await findTwoFactor(context.member.id)).pending?.secret ?? ''
  const confirmed = await confirmTwoFactor({ code: codeAt(secret) }, context)
  if (!confirmed.ok) throw new Error('The app was not confirmed')
  await User.updateOne({ _id: context.member.id }, { $set: { 'twoFactor.lastStep': 0 } }) // as if it were long ago
  return { secret, code: () => codeAt(secret), codes: confirmed.value.codes, context }
}

/** Somebody who is signed in and has an app. */
export async function memberWithApp(site: Site) {
  const visitor = site.visitor()
  const { username = '' } = await visitor.becomeMember()
  const app = await giveApp(site, username)
  await enterAs(site, visitor, username)
  return { ...app, visitor, username }
}

/** Sign a browser in as this user without the forms. */
export async function enterAs(site: Site, visitor: Visitor, username: string): Promise<void> {
  const { member } = await contextOf(site, username)
  visitor.agent.jar.setCookie(await signedCookie(site.app, member), '127.0.0.1', '/')
}

/** The code of the step after this one, which counts too. */
export function nextCode(secret: string): string {
  return codeAt(secret, Date.now() + STEP)
}

/** Six digits that are none of the app's codes of now. */
export function wrongCode(secret: string): string {
  const right = [-STEP, 0, STEP].map((later) => codeAt(secret, Date.now() + later))
  return ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code)) ?? ''
}
