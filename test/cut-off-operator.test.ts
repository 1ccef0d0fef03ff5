// The database is cut off at each write of what an operator does: run again, it is done as a whole, and nobody is half there before.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import md5 from 'md5'
import { BSON, ObjectId } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { prepareDatabase } from '../bin/connect.ts'
import { createLogger } from '../config/logger.ts'
import { writeAtomically } from '../lib/files/atomic.ts'
import { writeBackup, type Entry } from '../lib/files/backup.ts'
import { readRows } from '../lib/files/rows.ts'
import { verifyPassword } from '../lib/password.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { collections, keptCollections } from '../models/database/collections.ts'
import { readKept } from '../models/operator/backup.ts'
import { demoAccounts, makeDemo } from '../models/operator/demo.ts'
import { importUsers, type ImportReport } from '../models/operator/import.ts'
import { upgradePasswords } from '../models/operator/password-upgrade.ts'
import { restore } from '../models/operator/restore.ts'
import { isRestoreUnfinished } from '../models/operator/restore/stage.ts'
import { lockUser, unlockUser } from '../models/operator/users.ts'
import { keysOf, User, type UserDocument } from '../models/user.ts'
import { findFlaws } from './consistency.ts'
import { openCutSite, reload, rows, WRITES, type CutSite } from './cut-off.ts'
import { validPassword } from './helper.ts'
import { temporaryFolder } from './temporary-folder.ts'

const { signal } = new AbortController()
const onBatch = () => undefined
const hash = md5(validPassword)

let cutSite: CutSite
beforeAll(async () => {
  cutSite = await openCutSite()
})
afterEach(async () => {
  await cutSite.mend()
  await empty()
})
afterAll(() => cutSite.close())

describe('What an operator does, cut off at any of its writes', () => {
  it('sesame user lock, unlock: finished by doing it again', async () => {
    let user: UserDocument
    let visitor: ReturnType<typeof cutSite.site.visitor>
    const prepare = async () => {
      ;({ user, visitor } = await cutSite.member())
    }
    const locks = await cutSite.cutWorkAtEach({
      prepare,
      act: () => lockUser(cutSite.store, user._id.toString()),
      check: async () => {
        expect((await visitor.get('/account')).status).toBe(303)
        expect((await reload(user)).lockedAt).toBeInstanceOf(Date)
      },
    })
    const unlocks = await cutSite.cutWorkAtEach({
      prepare,
      act: () => unlockUser(user._id.toString()),
      check: async () => {
        expect(await rows('attempts').countDocuments({ key: /^account/ })).toBe(0)
      },
    })

    expect([locks, unlocks]).toEqual([2, 2])
  })

  it('sesame import: each row is a whole user or none, and run again it takes the others', async () => {
    const names = Array.from({ length: 1100 }, (_, index) => `u${index}`)
    const lines = [...names, ''].map((username) =>
      JSON.stringify({ username, email: `${username}@example.com`, password: hash }),
    )
    let before = 0
    let report: ImportReport
    const count = await cutSite.cutWorkAtEach({
      prepare: empty,
      act: async () => {
        before = await rows('users').countDocuments()
        const source = readRows(Readable.from([lines.join('\n')].map((text) => Buffer.from(text))))
        const options = { verified: true, dryRun: false, signal, onRefused: onBatch, onBatch }
        report = await importUsers(source, options)
      },
      check: async () => {
        const { rows: read, taken, skipped, refused } = report
        expect([read, taken, skipped, refused]).toEqual([1101, 1100 - before, before, 1])
        const whole = { keys: { $size: 2 }, password: hash, emailVerifiedAt: { $type: 'date' } }
        expect(await User.collection.countDocuments(whole)).toBe(1100)
        expect(await User.collection.countDocuments()).toBe(1100)
      },
    })

    expect(count).toBe(2)
  })

  it('sesame password upgrade: each password is an old or a new one, and run again all are new', async () => {
    const passwords = async () => rows('users').distinct('password')
    const count = await cutSite.cutWorkAtEach({
      prepare: async () => {
        await empty()
        const old = ['a', 'b', 'c'].map((username) => ({ ...person(username), password: hash }))
        await User.collection.insertMany(old)
      },
      act: () => upgradePasswords(signal, onBatch),
      left: async () => {
        for (const one of await passwords()) {
          expect((await verifyPassword(validPassword, one)).ok).toBe(true)
        }
        return false
      },
      check: async () => {
        expect((await passwords()).filter((one) => one === hash)).toEqual([])
      },
    })

    expect(count).toBe(1)
  })

  it('sesame demo: run again, the five accounts are there as they were, and nothing of those before', async () => {
    const count = await cutSite.cutWorkAtEach({
      prepare: async () => {
        await empty()
        // One of them is left, renamed by a tester; it is deleted first.
        await User.collection.insertOne({ ...person('alice-before'), demo: true })
      },
      act: () => makeDemo(cutSite.store),
      check: async () => {
        const users = await User.find().lean<UserDocument[]>()
        const names = users.map(({ username }) => username).sort()
        const locked = users.filter(({ lockedAt }) => lockedAt).map(({ username }) => username)
        expect(names).toEqual(demoAccounts.map(({ username }) => username).sort())
        expect(locked).toEqual(['locked-lin'])
        const mia = users.find(({ username }) => username === 'many-mia')?._id.toString()
        const owners = (await rows('sessions').find().toArray()) as { owner?: string }[]
        expect(owners.map(({ owner }) => owner)).toEqual(Array.from({ length: 12 }, () => mia))
        for (const name of ['sessions', 'reservations']) await rows(name).deleteMany({})
        expect(await findFlaws()).toEqual([])
      },
    })

    expect(count).toBeGreaterThan(14)
  })

  it('sesame restore: everything is as it was, or as in the backup, or said to be unfinished; run again it is done', async () => {
    const [ann, bob] = [person('ann'), person('bob')]
    const old = { _id: new ObjectId(), username: 'old', password: hash } // as another site wrote it
    const later = { ...person('ann'), email: bob.email }
    const expire = new Date(Date.now() + 3_600_000)
    const content: Record<string, object[]> = {
      activities: [{ _id: ann._id.toString(), events: [] }, { _id: later._id.toString() }],
      attempts: [{ _id: new ObjectId(), key: 'account:0123', points: 9, expire }],
      users: [ann, bob, old, Object.assign(later, keysOf(later))],
      reservations: [{ _id: 'ann-before', userId: later._id.toString(), until: expire }],
    }
    const entries = Object.entries(content).flatMap(([name, all]) =>
      all.map((document): Entry => ({ name, bson: BSON.serialize(document) })),
    )
    let before: string[]
    let after: string[] = []
    const work = {
      prepare: async () => {
        await empty()
        await cutSite.member()
        before = await idsOfAll()
      },
      act: () => restore(Readable.from(entries), { signal, onBatch }),
      left: async () => {
        const sessions = await rows('sessions').countDocuments()
        const isUntouched = sessions > 0
        expect([(await idsOfAll()).join() === before.join(), sessions]).toEqual(
          isUntouched ? [true, 2] : [expect.any(Boolean), 0],
        )
        if (!isUntouched && !(await isRestoreUnfinished())) expect(await findFlaws()).toEqual([])
        const names = (await rows('users').distinct('username')).length
        expect([1, 3]).toContain(names) // never some of both
        return isUntouched
      },
      check: async () => {
        after = await idsOfAll()
        expect(await findFlaws()).toEqual([])
      },
    }
    // Not at each index as well, which a start builds: see below.
    const changes = WRITES.filter((name) => name !== 'createIndexes')
    const count = await cutSite.cutWorkAtEach(work, changes)

    expect(after).toHaveLength(6)
    expect(count).toBeGreaterThan(25)
  })

  it('sesame backup: no file, not even a partial one, or the whole', async () => {
    const folder = await temporaryFolder()
    const head = { createdAt: new Date(), database: 'x', pepper: null }
    let number = 0
    const count = await cutSite.cutWorkAtEach(
      {
        prepare: async () => {
          await empty()
          await cutSite.member()
          number++
        },
        act: () =>
          writeAtomically(join(folder, `${number}`), writeBackup(head, readKept()), signal),
        left: async () => {
          const isWhole = number > keptCollections().length
          expect(await readdir(folder)).toHaveLength(isWhole ? 1 : 0)
          await rm(join(folder, `${number}`), { force: true })
          return false
        },
        check: () => rm(join(folder, `${number}`)),
      },
      ['find'],
    )

    expect(count).toBe(keptCollections().length)
  })
})

describe('A start that is cut off while it builds an index or gives keys to users of old', () => {
  const prepare = async () => {
    await empty()
    const legacy = { username: 'Old Ann', email: 'old@example.com', password: hash }
    await User.collection.insertOne({ ...legacy })
    const reserved = { _id: 'Straße', userId: '', until: new Date(Date.now() + 3_600_000) }
    await rows('reservations').insertOne(reserved)
    for (const name of Object.keys(collections)) await rows(name).dropIndexes()
  }
  const expectPrepared = async () => {
    expect(await findFlaws()).toEqual([])
    expect(await rows('reservations').distinct('_id')).toEqual(['strasse'])
  }

  it('does the rest by itself once the database answers again, and the log tells of it', async () => {
    let count = 0
    for (let isCut = true; isCut;) {
      await prepare()
      const { logger, lines } = keepLog()
      const wasCut = cutSite.cutAt(count + 1)
      let isOver = false
      const start = prepareDatabase(logger).finally(() => (isOver = true))
      await vi.waitUntil(() => wasCut() || isOver, { timeout: 60_000, interval: 1 })
      isCut = wasCut()
      if (isCut) count++
      await cutSite.mend()

      await start

      await expectPrepared()
      expect(lines.some((line) => line.includes('is tried again'))).toBe(isCut)
    }

    expect(count).toBeGreaterThan(Object.values(collections).filter((one) => one.indexes).length)
  })

  it('ends with a sentence that says what to do if the database stays away, and the next one does the rest', async () => {
    await prepare()
    const { logger, lines } = keepLog()
    cutSite.cutAt(5)

    const problem: unknown = await prepareDatabase(logger).catch((error: unknown) => error)

    expect(problem).toBeInstanceOf(StartProblem)
    expect((problem as StartProblem).message).toContain('start the site again')
    expect(lines).toHaveLength(4)
    await cutSite.mend()
    await prepareDatabase(logger)
    await expectPrepared()
  })
})

function keepLog() {
  const lines: string[] = []
  const settings = { logLevel: 'warn', production: true } as const
  return { lines, logger: createLogger(settings, { write: (line) => lines.push(line) }) }
}

async function empty(): Promise<void> {
  for (const name of [...keptCollections(), 'sessions', 'tokens', 'outbox']) {
    await rows(name).deleteMany({})
  }
}

async function idsOfAll(): Promise<string[]> {
  const all = await Promise.all(keptCollections().map((name) => rows(name).distinct('_id')))
  return all.flat().map(String).sort()
}

function person(username: string) {
  const email = `${username}@example.com`
  const password = `$argon2id$v=19$m=19456,t=2,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`
  return { _id: new ObjectId(), username, email, ...keysOf({ username, email }), password }
}
