// The mails that are caught instead of sent while there is no mail server: the newest of them, to be looked at on /dev/mail.
import mongoose from 'mongoose'
import { ObjectId } from 'mongodb'
import type { Mail } from '../../lib/mail/smtp.ts'

const MAX_MAILS = 200

export type CaughtMail = Mail & { _id: ObjectId; at: Date }

/** Keep a mail. The oldest go when there are more than two hundred. */
export async function catchMail(mail: Mail): Promise<void> {
  await mailbox().insertOne({ ...mail, _id: new ObjectId(), at: new Date() })
  const old = await mailbox()
    .find({}, { projection: { _id: 1 } })
    .sort({ _id: -1 })
    .skip(MAX_MAILS)
    .toArray()
  if (old.length > 0) await mailbox().deleteMany({ _id: { $in: old.map(({ _id }) => _id) } })
}

/** The caught mails, the newest first. */
export async function findCaughtMails(): Promise<CaughtMail[]> {
  return mailbox().find().sort({ _id: -1 }).toArray()
}

/** One of them; undefined if there is none under this id. */
export async function findCaughtMail(id: string): Promise<CaughtMail | undefined> {
  return (await mailbox().findOne({ _id: new ObjectId(id) })) ?? undefined
}

/** Throw all of them away. */
export async function emptyMailbox(): Promise<void> {
  await mailbox().deleteMany({})
}

function mailbox() {
  return mongoose.connection.collection<CaughtMail>('caught-mails')
}
