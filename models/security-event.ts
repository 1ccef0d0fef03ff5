// What the log of security records (ASVS 16.3; docs/operations.md). A model's result names its events; middleware/log records them.

/** Every event, with the level of its line in the log: what was refused is a warning. */
export const SECURITY_EVENTS = {
  'sign-in': 'info',
  'sign-in-failed': 'warn',
  'second-factor-asked': 'info',
  'sign-out': 'info',
  registered: 'info',
  throttled: 'warn',
  'session-ended': 'info',
  'captcha-failed': 'warn',
  'csrf-refused': 'warn',
  'cross-site-refused': 'warn',
  'password-changed': 'info',
  'password-removed': 'info',
  'password-check-failed': 'warn',
  'identity-confirmed': 'info',
  'password-reset': 'info',
  'email-change-asked': 'info',
  'email-changed': 'info',
  'email-verified': 'info',
  'username-changed': 'info',
  'two-factor-on': 'info',
  'two-factor-off': 'info',
  'recovery-codes-renewed': 'info',
  'recovery-code-used': 'info',
  'not-me': 'info',
  'passkey-added': 'info',
  'passkey-removed': 'info',
  'passkey-copied': 'warn',
  'device-trusted': 'info',
  'trust-ended': 'info',
  'data-exported': 'info',
  'account-deleted': 'info',
} as const

/** One event. Nothing that was typed belongs here: people type passwords into any field. */
export type SecurityEvent = {
  event: keyof typeof SECURITY_EVENTS
  /** The account; where it is missing, that of whoever is signed in. */
  userId?: string | undefined
  /** The class of a failure, for operators alone: an answer that gave it away would say who has an account (ASVS 6.3.8). */
  reason?: string
  /** The limit that was reached, by its name in config/limits.ts. */
  limit?: string
  /** Who or what ended sessions, or that a passkey signed in; how many ended, and the key of the one if it was one. */
  by?: string
  count?: number
  ended?: string
}
