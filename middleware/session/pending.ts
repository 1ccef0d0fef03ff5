// A sign-in that is half done: the session knows who showed the right password, and no page does before the second factor.
import type { Request } from 'express'
import type { SessionData } from 'express-session'
import { PENDING_TTL } from '../../config/session.ts'
import type { Member } from '../../models/user.ts'
import { regenerate, save } from '../session.ts'

/** What the sign-in has to keep until it is done: the name that was typed, whether to stay signed in, and where to go. */
export type SignInForm = { typedName: string; remember: boolean; next: string }
export type PendingSignIn = SignInForm & { member: Member }

// Flat, and not under "userId" of the session itself: whatever asks who is signed in finds nobody.
type Stored = SignInForm & Omit<Member, 'id'> & { userId: string }

declare module 'express-session' {
  interface SessionData {
    pending: Stored
  }
}

/**
 * Let the session wait ten minutes for the second factor of this member, and wait until that is stored. It gets a new id
 * (ASVS 7.2.4), as it will once more in `signIn`.
 */
export async function beginPending(req: Request, member: Member, form: SignInForm): Promise<void> {
  const { id: userId, ...rest } = member
  await regenerate(req)
  Object.assign(req.session, {
    pending: { ...form, ...rest, userId },
    endsAt: new Date(Date.now() + PENDING_TTL),
  } satisfies Partial<SessionData>)
  req.session.cookie.maxAge = PENDING_TTL
  await save(req)
}

/** The sign-in that waits in this session; undefined if there is none. The store has seen to its ten minutes. */
export function pendingOf(req: Request): PendingSignIn | undefined {
  const { pending } = req.session as Partial<SessionData>
  if (!pending) return undefined
  const { typedName, remember, next, userId: id, ...rest } = pending
  return { typedName, remember, next, member: { id, ...rest } }
}
