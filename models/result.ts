// What a model answers when it may refuse: a value, or the errors of the fields that a person can mend. Accidents throw.
import type { Refusal } from '../lib/form.ts'
import type { SecurityEvent } from './security-event.ts'

/** How many seconds it is until another attempt makes sense; `isLocked` where a reset by mail opens the account sooner. */
export type Wait = { seconds: number; isLocked: boolean }

/** `events` is what the log of security records of it; `wait` is there where there were too many attempts. */
export type Accepted<T> = { ok: true; value: T; events: SecurityEvent[] }
export type Refused = Refusal & { events: SecurityEvent[]; wait?: Wait }
export type Result<T> = Accepted<T> | Refused

/** It was done. */
export function accept<T>(value: T, ...events: SecurityEvent[]): Accepted<T> {
  return { ok: true, value, events }
}

/** It was not done; the errors are keys of sentences, by field. */
export function refuse(errors: Refusal['errors'], ...events: SecurityEvent[]): Refused {
  return { ok: false, errors, events }
}
