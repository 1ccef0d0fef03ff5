// The letters that are to be sent: kept in the database until a mail server took them, so that neither a page waits nor a restart forgets.
import { EventEmitter } from 'node:events'
import mongoose from 'mongoose'
import type { ObjectId } from 'mongodb'
import type { Locale } from '../config/i18n.ts'

/**
 * A letter and whom it concerns. It holds no link: the token of one is made when the letter is sent and lies nowhere else.
 * A letter to somebody whose address changes meanwhile says itself where it goes.
 */
export type Letter =
  | { kind: 'verify-email'; userId: string }
  // The address as it was typed: whether anybody has it is found out when it is sent, never by the page (ASVS 6.3.8).
  | { kind: 'password-reset'; email: string }
  | { kind: 'password-changed'; userId: string }
  | { kind: 'username-changed'; userId: string; before: string }
  // To the new address, with the link; and to the one it would replace, so that its owner hears of it in time.
  | { kind: 'email-change'; userId: string; email: string }
  | { kind: 'email-change-asked'; userId: string; email: string }
  | { kind: 'email-changed'; userId: string; to: string; email: string }

export type OutboxEntry = {
  _id: ObjectId
  letter: Letter
  locale: Locale
  createdAt: Date
  /** When it is to be tried next; a process that takes it moves this on, so that no other sends it too. */
  dueAt: Date
  attempts: number
}

/** Tells whoever sends in this process that something was put in. */
export const outboxEvents = new EventEmitter<{ queued: [] }>()

/** Put a letter into the outbox, in the reader's language. Throws if it can't be kept. */
export async function queueLetter(letter: Letter, locale: Locale): Promise<void> {
  const now = new Date()
  await outbox().insertOne({ letter, locale, createdAt: now, dueAt: now, attempts: 0 } as never)
  outboxEvents.emit('queued')
}

/** Forget the letters to a person whose account is gone. */
export async function dropLetters(userId: string): Promise<void> {
  await outbox().deleteMany({ 'letter.userId': userId })
}

/** The collection of letters that wait. */
export function outbox() {
  return mongoose.connection.collection<OutboxEntry>('outbox')
}
