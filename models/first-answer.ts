// The answer to a form, kept for seconds: of a form that is sent twice, the second gets the first one's.
import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import mongoose from 'mongoose'
import { SECOND } from '../config/time.ts'
import { createEncryption, type Encryption } from '../lib/session/encryption.ts'

/** Where a form led to, or the page that it was answered with, and the cookies that were set with it. */
export type FormAnswer = {
  what: { location: string } | { page: string; status: number }
  cookies: string[]
}

/** A form that was sent: its id in the database, and what its answer is encrypted with. */
export type SentForm = { id: string; encryption: Encryption }

type Kept = { _id: string; expires: Date; answer?: string }

const TTL = 10 * SECOND
const WAIT = 5 * SECOND // for an answer that is not there yet: above most sign-ins of a busy site
const POLL = 50 // milliseconds
const DUPLICATE_KEY = 11000

/**
 * Name a form by all that was sent. The database holds neither what was sent nor the key that its answer is encrypted with: an
 * answer sets the cookie of a session or shows recovery codes, and whoever steals the database must not find them.
 */
export function nameForm(sent: unknown, secret: string): SentForm {
  const hash = createHmac('sha512', secret).update(JSON.stringify(sent)).digest('hex')
  const half = hash.length / 2
  // Derived once, not slowly: this key is no password that somebody could guess.
  return { id: hash.slice(0, half), encryption: createEncryption(hash.slice(half), 1) }
}

/** Claim a form; false if it was sent before. Of parallel requests, in whatever process, one gets it. */
export async function claimForm({ id }: SentForm): Promise<boolean> {
  try {
    await answers().insertOne({ _id: id, expires: new Date(Date.now() + TTL) })
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code !== DUPLICATE_KEY) throw error
    return false
  }
}

/** Keep the answer to a form that was claimed, from now on for ten seconds. */
export async function keepAnswer({ id, encryption }: SentForm, answer: FormAnswer): Promise<void> {
  const encrypted = await encryption.encrypt(JSON.stringify(answer), id)
  const expires = new Date(Date.now() + TTL)
  await answers().updateOne({ _id: id }, { $set: { answer: encrypted, expires } })
}

/** Give up a form that was claimed and had no effect: it is judged anew when it comes again. */
export async function releaseForm({ id }: SentForm): Promise<void> {
  await answers().deleteOne({ _id: id })
}

/** The first one's answer, also if it is yet to come; undefined if it is not kept, takes too long, or is too long ago. */
export async function findAnswer({ id, encryption }: SentForm): Promise<FormAnswer | undefined> {
  const giveUpAt = Date.now() + WAIT
  while (Date.now() < giveUpAt) {
    const found = await answers().findOne({ _id: id, expires: { $gt: new Date() } })
    if (!found) return undefined
    if (found.answer !== undefined)
      return JSON.parse(await encryption.decrypt(found.answer, id)) as FormAnswer
    await sleep(POLL)
  }
  return undefined
}

/** Delete the answers that are kept no longer. */
export async function purgeAnswers(): Promise<void> {
  await answers().deleteMany({ expires: { $lt: new Date() } })
}

function answers() {
  return mongoose.connection.collection<Kept>('answers')
}
