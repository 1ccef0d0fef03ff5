// Names that somebody has just given up: nobody else gets one at once and is taken for its old owner.
import mongoose from 'mongoose'
import { limits } from '../../config/limits.ts'
import { DAY } from '../../config/time.ts'
import { nameKey } from './name-key.ts'

const RESERVED_FOR = limits.reservedDays * DAY // milliseconds
const MAX_NAMES = 5 // names that one user may keep reserved: more would be hoarding

type Reservation = { _id: string; userId: string; until: Date }

/** Reserve the key of a name for whoever gives it up, before that happens. False if they keep too many already. */
export async function reserveName(key: string, userId: string): Promise<boolean> {
  const now = new Date()
  await purgeReservations()
  if ((await reservations().countDocuments({ userId })) >= MAX_NAMES) return false
  const until = new Date(now.getTime() + RESERVED_FOR)
  await reservations().updateOne({ _id: key }, { $set: { userId, until } }, { upsert: true })
  return true
}

/** Reserve a name that was given up, in case the reservation is not there any more. One that is there stays as it is. */
export async function keepReserved(key: string, userId: string): Promise<void> {
  const until = new Date(Date.now() + RESERVED_FOR)
  await reservations().updateOne(
    { _id: key },
    { $setOnInsert: { userId, until } },
    { upsert: true },
  )
}

/** True if the key of a name is reserved for somebody else than this user. */
export async function isReservedForOthers(key: string, userId?: string): Promise<boolean> {
  const found = await reservations().findOne({ _id: key, until: { $gt: new Date() } })
  return found !== null && found.userId !== userId
}

/** End the reservation of a name that its owner took back, or did not give up after all. */
export async function endReservation(key: string, userId: string): Promise<void> {
  await reservations().deleteOne({ _id: key, userId })
}

/** The names that are reserved for a user, as their keys. */
export async function findReservations(userId: string): Promise<{ name: string; until: Date }[]> {
  const found = await reservations().find({ userId }).toArray()
  return found.map(({ _id, until }) => ({ name: _id, until }))
}

/** Forget whose the reserved names were, but keep them reserved: whoever deleted an account must not be impersonated either. */
export async function disownReservations(userId: string): Promise<void> {
  await reservations().updateMany({ userId }, { $set: { userId: '' } })
}

/** Give the reservations that an older version made the keys of today. */
export async function renewReservations(): Promise<void> {
  for await (const { _id: old, userId, until } of reservations().find()) {
    const key = nameKey(old)
    if (key === old) continue
    const reservation = { $setOnInsert: { userId, until } }
    await reservations().updateOne({ _id: key }, reservation, { upsert: true })
    await reservations().deleteOne({ _id: old })
  }
}

/** Delete the reservations that are over. */
export async function purgeReservations(): Promise<void> {
  await reservations().deleteMany({ until: { $lt: new Date() } })
}

function reservations() {
  return mongoose.connection.collection<Reservation>('reservations')
}
