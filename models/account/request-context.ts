// A member's request, as models see it: whose it is, from where, in which session and language.
import type { Locale } from '../../config/i18n.ts'
import type { SessionStore } from '../../lib/session/store.ts'
import type { Caller } from '../sign-in/throttle.ts'
import type { Member } from '../user.ts'

export type RequestContext = {
  member: Member
  caller: Caller
  store: SessionStore
  sessionId: string
  locale: Locale
}
