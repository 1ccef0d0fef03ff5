// The letters that are to be sent: kept in the database until a mail server took them, so that neither a page waits nor a restart forgets.
import { EventEmitter } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import mongoose from 'mongoose'
import { ObjectId } from 'mongodb'
import type { Locale } from '../../config/i18n.ts'
import { DAY, HOUR, MINUTE } from '../../config/time.ts'
import type { Device } from '../../lib/http/device.ts'
import { nameKey } from '../user/name-key.ts'
import { tokenTtl } from './token.ts'

/** What becomes of a factor beside the password. */
export type TwoFactorChange =
  | 'two-factor-on'
  | 'two-factor-off'
  | 'recovery-codes-renewed'
  | 'passkey-added'
  | 'passkey-removed'

/**
 * A letter and whom it concerns. It holds no link: the token of one is made when the letter is sent and lies nowhere else.
 * A letter to somebody whose address changes meanwhile says itself where it goes.
 */
export type Letter =
  | { kind: 'verify-email'; userId: string }
  // The address as it was typed: whether anybody has it is found out when it is sent, never by the page (ASVS 6.3.8).
  | { kind: 'password-reset'; email: string }
  | { kind: 'password-changed' | 'password-removed'; userId: string }
  | { kind: TwoFactorChange; userId: string }
  | { kind: 'username-changed'; userId: string; before: string }
  | { kind: 'account-locked'; userId: string }
  | { kind: 'new-device'; userId: string; address: string; device?: Device | undefined }
  | { kind: 'recovery-code-used' | 'recovery-codes-used-up'; userId: string; left: number }
  // To the new address, with the link; and to the one it would replace, so that its owner hears of it in time.
  | { kind: 'email-change'; userId: string; email: string }
  | { kind: 'email-change-asked'; userId: string; email: string }
  | { kind: 'email-changed'; userId: string; to: string; email: string }
  // To the address that the account had: nobody is left whose id could tell it.
  | { kind: 'account-deleted'; email: string }

export type OutboxEntry = {
  _id: ObjectId
  letter: Letter
  locale: Locale
  createdAt: Date
  /** When it is to be tried next; a process that takes it moves this on, so that no other sends it too. */
  dueAt: Date
  attempts: number
  /** Set while a process is sending it. */
  takenAt?: Date
}

const LEASE = 2 * MINUTE // above the longest sending: a letter whose sender died is tried again then
const FIRST_PAUSE = 5000 // milliseconds; it doubles with each failure
const MAX_PAUSE = HOUR
const LETTERS_LIVE = 3 * DAY
const LOOK_AGAIN = 25 // milliseconds

/** `queued`: this process put a letter in, so its postman looks. */
export const outboxEvents = new EventEmitter<{ queued: [] }>().setMaxListeners(0)

/**
 * Put a letter into the outbox, in the recipient's language; once, however often, if it has an id. Throws if it can't be stored.
 */
export async function queueLetter(
  letter: Letter,
  locale: Locale,
  _id = new ObjectId(),
): Promise<void> {
  const now = new Date()
  const entry = { letter, locale, createdAt: now, dueAt: now, attempts: 0 }
  try {
    await outbox().insertOne({ _id, ...entry })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 11000) throw error // it is there already
  }
  outboxEvents.emit('queued')
}

/** Take a letter that is due: of all processes one gets it. Undefined if none is. */
export async function takeLetter(): Promise<OutboxEntry | undefined> {
  const now = new Date()
  const taken = await outbox().findOneAndUpdate(
    { dueAt: { $lte: now } },
    { $set: { dueAt: new Date(now.getTime() + LEASE), takenAt: now }, $inc: { attempts: 1 } },
    { sort: { dueAt: 1 }, returnDocument: 'after' },
  )
  return taken ?? undefined
}

/** Remove a letter that was sent, or that nobody waits for any more. */
export async function removeLetter({ _id }: OutboxEntry): Promise<void> {
  await outbox().deleteOne({ _id })
}

/** Put a letter back that could not be sent: tried again after 5 s, 10 s, 20 s … up to an hour. */
export async function putBack({ _id, attempts }: OutboxEntry): Promise<void> {
  const pause = Math.min(FIRST_PAUSE * 2 ** (attempts - 1), MAX_PAUSE)
  const dueAt = new Date(Date.now() + pause)
  await outbox().updateOne({ _id }, { $set: { dueAt }, $unset: { takenAt: '' } })
}

/** True if the letter makes no sense any more: whoever wanted a new password that long ago has tried again, or remembers it. */
export function isTooLate({ letter, createdAt }: OutboxEntry): boolean {
  const lives = letter.kind === 'password-reset' ? tokenTtl[letter.kind] : LETTERS_LIVE
  return Date.now() - createdAt.getTime() > lives
}

/** When the next letter is due; undefined if none waits. */
export async function nextDue(): Promise<Date | undefined> {
  return (await outbox().findOne({}, { sort: { dueAt: 1 } }))?.dueAt
}

/** Wait until no letter is due or being sent, at most this many milliseconds. Those that are put off are not waited for. */
export async function untilHandled(timeout: number): Promise<void> {
  const giveUpAt = Date.now() + timeout
  const isBusy = () => ({ $or: [{ dueAt: { $lte: new Date() } }, { takenAt: { $exists: true } }] })
  while (Date.now() < giveUpAt && (await outbox().findOne(isBusy()))) await setTimeout(LOOK_AGAIN)
}

/** The letters that wait for a user: those that concern the account, and the requests for a link to its address, however typed. */
export async function findLetters(userId: string, address: string): Promise<OutboxEntry[]> {
  const found = await outbox()
    .find({ $or: [{ 'letter.userId': userId }, { 'letter.kind': 'password-reset' }] })
    .toArray()
  const key = nameKey(address)
  return found.filter(({ letter }) => 'userId' in letter || nameKey(letter.email) === key)
}

/** Delete the letters to a user whose account is gone. */
export async function dropLetters(userId: string, address: string): Promise<void> {
  const letters = await findLetters(userId, address)
  await outbox().deleteMany({ _id: { $in: letters.map(({ _id }) => _id) } })
}

/** The collection of letters that wait. */
export function outbox() {
  return mongoose.connection.collection<OutboxEntry>('outbox')
}
