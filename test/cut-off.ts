// A site whose wire to the database a test cuts at any write of an operation, and the people on it.
import type { Document } from 'mongodb'
import mongoose from 'mongoose'
import { expect, inject } from 'vitest'
import { connectOptions, embeddedWrites } from '../config/database.ts'
import { isDatabaseAway } from '../lib/mongodb/away.ts'
import type { SessionStore } from '../lib/session/store.ts'
import { finishUnfinished } from '../models/account/finish.ts'
import { buildIndexes } from '../models/database/indexes.ts'
import { issueToken } from '../models/mail/token.ts'
import { memberOf, User, type UserDocument } from '../models/user.ts'
import { openSite } from './helper.ts'
import { signedCookie } from './member.ts'
import { openProxy } from './proxy.ts'

const OF_DOCUMENTS = ['insert', 'update', 'delete', 'findAndModify']
const OF_COLLECTIONS = ['create', 'createIndexes', 'drop', 'renameCollection']

/** The commands that change something. */
export const WRITES = [...OF_DOCUMENTS, ...OF_COLLECTIONS]

export type Attempt = {
  act: () => Promise<{ status: number }>
  /** Look at what is left where it was cut off, before anything finishes it. */
  left?: () => Promise<void>
  check: (status: number) => Promise<void>
}
export type Work = {
  prepare: () => Promise<unknown>
  act: () => Promise<unknown>
  /** Look at what is left where it was cut off. True if all is as before, so that the next one tries it again. */
  left?: () => Promise<boolean>
  /** Look at what is there once it has been done again. */
  check: () => Promise<void>
}

/** Open a site on such a wire. Call it once in each test file and close it at the end. */
export async function openCutSite() {
  const wire = await openProxy(inject('mongoUrl'))
  await mongoose.connect(wire.url, {
    ...connectOptions,
    minHeartbeatFrequencyMS: 20, // the driver looks again so soon whether the wire is mended
    dbName: `test-cut-off-${process.pid}`,
    writeConcern: embeddedWrites,
    monitorCommands: true,
  })
  await buildIndexes()
  const site = await openSite()
  await site.postman.stop() // letters stay in the outbox, where they are counted
  const store = site.app.get('session store') as SessionStore

  /**
   * Cut the wire when the write with this number, or another command of these names, begins. Tells whether there was one. Of
   * commands to the same collection in a row the first two count: a cut at the third leaves what one at the second does.
   */
  const cutAt = (number: number, names = WRITES): (() => boolean) => {
    let count = 0
    let last = ''
    let inARow = 0
    mongoose.connection.getClient().on('commandStarted', ({ commandName, command }) => {
      if (!names.includes(commandName) || isPurge(command)) return
      const kind = `${commandName} ${String(command[commandName])}`
      inARow = kind === last ? inARow + 1 : 1
      last = kind
      if (inARow <= 2 && ++count === number) void wire.cut()
    })
    return () => count >= number
  }

  const mend = async (): Promise<void> => {
    mongoose.connection.getClient().removeAllListeners('commandStarted')
    await wire.mend()
    // A command asks the driver to look again at once; a page would wait until it does by itself.
    const ping = () => mongoose.connection.db?.command({ ping: 1 }).catch(() => undefined)
    await expect.poll(ping).toMatchObject({ ok: 1 })
  }

  /** Do what was cut off, as a minute later, in this process or in another one. */
  const finish = async (): Promise<void> => {
    await rows('unfinished').updateMany({}, { $set: { dueAt: new Date(0) } })
    await finishUnfinished(store)
    expect(await rows('unfinished').countDocuments()).toBe(0)
  }

  return {
    site,
    store,
    cutAt,
    mend,
    /** Cut a request at its first write, a new one at its second, and so on, until one came through. Returns how many were cut. */
    cutAtEach: async (prepare: () => Promise<Attempt>): Promise<number> => {
      for (let number = 1; ; number++) {
        const { act, left, check } = await prepare()
        const wasCut = cutAt(number)
        const { status } = await act()
        await mend()
        await left?.()
        await finish()
        expect([303, 503]).toContain(status)
        await check(status)
        if (!wasCut()) {
          expect(status).toBe(303)
          return number - 1
        }
      }
    },
    /** Cut what an operator does at each of its writes in the same way, and do it again each time. Returns how many were cut. */
    cutWorkAtEach: async ({ prepare, act, left, check }: Work, names?: string[]) => {
      for (let number = 1; ; number++) {
        await prepare()
        const wasCut = cutAt(number, names)
        const error: unknown = await act().then(
          () => undefined,
          (error: unknown) => error,
        )
        const isCut = wasCut()
        await mend()
        expect(isDatabaseAway(error)).toBe(isCut) // so that the command says what to do
        if ((await left?.()) && isCut) continue
        await act()
        await finish()
        await check()
        if (!isCut) return number - 1
      }
    },
    /** A new member, the browser they use, and another one in which they are signed in as well. */
    member: async (fields: Partial<UserDocument> = {}) => {
      const visitor = site.visitor()
      const { username = '' } = await visitor.becomeMember()
      await User.updateOne({ username }, { $set: fields })
      const user = await User.findOne({ username }).orFail().lean<UserDocument>()
      const elsewhere = site.visitor()
      const cookie = await signedCookie(site.app, memberOf(user))
      elsewhere.agent.jar.setCookie(cookie, '127.0.0.1', '/')
      return { visitor, user, elsewhere }
    },
    close: async () => {
      await site.close()
      await wire.cut()
    },
  }
}

// Once a minute, whatever a test is at: a cut of it would cut nothing of the test's.
function isPurge({ deletes }: Document): boolean {
  const [first] = (deletes ?? []) as { q: object }[]
  return first !== undefined && 'purgeAt' in first.q
}

export type CutSite = Awaited<ReturnType<typeof openCutSite>>

export async function find(username: string): Promise<UserDocument | null> {
  return User.findOne({ username }).lean<UserDocument | null>()
}

export async function reload({ _id }: UserDocument): Promise<UserDocument> {
  return User.findById(_id).orFail().lean<UserDocument>()
}

export async function linkFor(
  { _id, emailKey }: UserDocument,
  purpose: Parameters<typeof issueToken>[0],
  newEmail?: string,
): Promise<string> {
  const seen = { ...(emailKey ? { emailKey } : {}), ...(newEmail ? { newEmail } : {}) }
  return issueToken(purpose, _id.toString(), seen)
}

/** The kinds of the letters that wait for a user. */
export async function lettersOf(user: UserDocument | null): Promise<unknown[]> {
  return rows('outbox').distinct('letter.kind', { 'letter.userId': user?._id.toString() })
}

export function rows(name: string) {
  return mongoose.connection.collection<{ _id: string }>(name)
}
