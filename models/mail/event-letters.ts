// Which events the owner of an account hears of by letter, and why not of the others.
import type { SecurityEvent } from '../security-event.ts'
import type { Letter } from './outbox.ts'

/** The letters that tell of an event, or why there is none. */
type Decision = { letters: Letter['kind'][] } | { none: string }

const NOTHING_WAS_DONE = { none: 'nothing was done, and anybody could repeat it without end' }
const OPENS_NOTHING = { none: 'it closes something and opens nothing' }

/** A decision for each event. A new one does not compile before it has been decided. */
export const EVENT_LETTERS: Record<SecurityEvent['event'], Decision> = {
  'sign-in': { letters: ['new-device'] }, // on a device that the account does not know
  'sign-in-failed': { letters: ['account-locked'] }, // once too many have locked the account
  'second-factor-asked': { none: 'the owner is asked too, at every sign-in' },
  'sign-out': OPENS_NOTHING,
  registered: { letters: ['verify-email'] },
  throttled: NOTHING_WAS_DONE,
  'session-ended': OPENS_NOTHING,
  'captcha-failed': NOTHING_WAS_DONE,
  'csrf-refused': NOTHING_WAS_DONE,
  'cross-site-refused': NOTHING_WAS_DONE,
  'password-changed': { letters: ['password-changed'] },
  'password-removed': { letters: ['password-removed'] },
  'password-check-failed': { none: 'nothing was done, and the owner mistypes too' },
  'identity-confirmed': { none: 'it changes nothing' },
  'password-reset': { letters: ['password-changed'] },
  'email-change-asked': { letters: ['email-change-asked', 'email-change'] },
  'email-changed': { letters: ['email-changed'] },
  'email-verified': { none: 'only whoever reads the letters can do it' },
  'username-changed': { letters: ['username-changed'] },
  'two-factor-on': { letters: ['two-factor-on'] },
  'two-factor-off': { letters: ['two-factor-off'] },
  'recovery-codes-renewed': { letters: ['recovery-codes-renewed'] },
  'recovery-code-used': { letters: ['recovery-code-used', 'recovery-codes-used-up'] },
  'passkey-added': { letters: ['passkey-added'] },
  'passkey-removed': { letters: ['passkey-removed'] },
  'passkey-copied': { none: 'the sign-in was refused; the owner finds it at the account' },
  'not-me': { letters: ['password-reset'] },
  'device-trusted': { none: 'it is part of a sign-in with a code' },
  'trust-ended': OPENS_NOTHING,
  'data-exported': { none: 'nothing is changed' },
  'account-deleted': { letters: ['account-deleted'] }, // to the address that it had
}
