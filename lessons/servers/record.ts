// Which pair of servers a machine runs for the lesson: in the database, where each process of the site finds it.
import { hostname } from 'node:os'
import mongoose from 'mongoose'
import { z } from 'zod'
import { DAY } from '../../config/time.ts'

// Numbers and nothing else: a port that is a text could turn the address that is made with it into another one.
const record = z.object({
  pair: z.string(),
  servers: z.array(
    z.object({
      name: z.string(),
      pid: z.int().positive(),
      port: z.int().min(1).max(65_535),
      isDead: z.boolean().optional(),
    }),
  ),
  expires: z.date(),
})

/** One pair; no other ever has the same `pair`. A server is marked as dead once somebody saw it end. */
export type PairRecord = z.output<typeof record>
type Stored = PairRecord & { _id: string }

const HOST = hostname() // several machines with one database have a pair each

/** This machine's pair, in use or not. */
export async function findPair(): Promise<PairRecord | undefined> {
  return read(await records().findOne({ _id: HOST }))
}

/** This machine's pair, which from now on stays for so many milliseconds more; undefined if its time is over. */
export async function usePair(milliseconds: number): Promise<PairRecord | undefined> {
  const used = { $set: { expires: inFuture(milliseconds) } }
  return read(await records().findOneAndUpdate(inUse(), used))
}

/** Have this pair be the machine's. False if there is one in use: of many processes that start a pair one gets it. */
export async function claimPair(
  pair: Omit<PairRecord, 'expires'>,
  milliseconds: number,
): Promise<boolean> {
  const expires = inFuture(milliseconds)
  await records().deleteMany({ expires: { $lt: new Date(Date.now() - DAY) } }) // of machines that are gone
  await findPair() // a record that is none would lie in the way for ever
  try {
    const free = { _id: HOST, expires: { $lte: new Date() } }
    await records().replaceOne(free, { ...pair, expires }, { upsert: true })
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code !== 11000) throw error
    return false
  }
}

/** Give a pair up, so that the next process that needs one starts another; or only if its time is over. */
export async function dropPair(pair: string, when?: 'if unused'): Promise<void> {
  const unused = when ? { expires: { $lte: new Date() } } : {}
  await records().deleteOne({ _id: HOST, pair, ...unused })
}

/** Note that a server of a pair has ended. */
export async function markDead(pair: string, name: string): Promise<void> {
  const server = { _id: HOST, pair, 'servers.name': name }
  await records().updateOne(server, { $set: { 'servers.$.isDead': true } })
}

async function read(found: unknown): Promise<PairRecord | undefined> {
  const { data } = record.safeParse(found)
  if (found && !data) await records().deleteOne({ _id: HOST })
  return data
}

function inUse() {
  return { _id: HOST, expires: { $gt: new Date() } }
}

function inFuture(milliseconds: number): Date {
  return new Date(Date.now() + milliseconds)
}

function records() {
  return mongoose.connection.collection<Stored>('lesson-servers-pairs')
}
