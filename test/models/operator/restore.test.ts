// What was read at different moments comes back as if it had been one, and a restore that does not get to its end changes nothing.
import { Readable } from 'node:stream'
import { BSON, ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkDatabase } from '../../../cli/doctor/database.ts'
import { documentIn, type Entry } from '../../../lib/files/backup.ts'
import { readKept } from '../../../models/operator/backup.ts'
import { deleteAccount } from '../../../models/account/deletion.ts'
import { NO_PASSWORD } from '../../../lib/password.ts'
import { openSessionStore } from '../../../lib/session/open.ts'
import { isRestoreUnfinished, openStage, swap } from '../../../models/operator/restore/stage.ts'
import { restore } from '../../../models/operator/restore.ts'
import { findByName, keysOf } from '../../../models/user.ts'
import { findFlaws } from '../../consistency.ts'
import { sessionsOf, usersOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on' })
})
beforeEach(async () => {
  for (const name of ['users', 'attempts', 'activities', 'reservations']) {
    await collection(name).deleteMany({})
  }
})
afterAll(() => site.close())

const collection = (name: string) => site.database.collection<{ _id: unknown }>(name)
const signal = new AbortController().signal
const options = { signal, onBatch: () => undefined }
const hash = `$argon2id$v=19$m=19456,t=2,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`
const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000)
const namesIn = async () => (await usersOf(site).distinct('username')).sort()

describe('A restore', () => {
  it('leaves out what tells of nobody, or of a time that is over, and keeps the rest as it was', async () => {
    const [ann, gone] = [person('ann'), new ObjectId()]
    const attempts = ['account:0123', 'name:0123 192.0.2.1', 'address:192.0.2.1'].map((key) => ({
      _id: new ObjectId(),
      key,
      points: 100,
      expire: inDays(9),
    }))
    const over = { _id: new ObjectId(), key: 'captcha:x', points: 9, expire: inDays(-1) }
    const old = { username: 'old', password: hash } // as another site wrote it
    const passkey = { id: 'one', publicKey: 'x', counter: 0, userVerified: true }
    const details = { company: 'Lantern Ltd' } // of a field of models/user/fields.ts
    const keyless = { ...person('keyless'), password: NO_PASSWORD, passkeys: [passkey], details }

    const restored = await restoreAll({
      activities: [{ _id: ann._id.toString(), events: [] }, { _id: gone.toString() }],
      attempts: [...attempts, over],
      users: [ann, { _id: new ObjectId(), ...old }, keyless],
      reservations: [
        { _id: 'ann-before', userId: ann._id.toString(), until: inDays(9) },
        { _id: 'of-nobody', userId: gone.toString(), until: inDays(9) },
        { _id: 'ann', userId: gone.toString(), until: inDays(9) },
        { _id: 'over', userId: ann._id.toString(), until: inDays(-1) },
      ],
    })

    expect(restored).toMatchObject({ leftOut: 2, counts: { users: 3, attempts: 3, activities: 1 } })
    expect(await findFlaws()).toEqual([])
    for (const one of [ann, keyless]) {
      expect(await usersOf(site).findOne({ _id: one._id })).toEqual(one)
    }
    expect((await findByName('old'))?.usernameKey).toBe('old')
    expect(await collection('reservations').find().sort({ _id: 1 }).toArray()).toMatchObject([
      { _id: 'ann-before', userId: ann._id.toString() },
      { _id: 'of-nobody', userId: '' },
    ])
    const keys = await collection('attempts').distinct('key')
    expect(keys.sort()).toEqual(attempts.map(({ key }) => key).sort())
  })

  it('gives what two claim to the one who was read later', async () => {
    const [ann, bob, eve] = [person('ann'), person('bob'), person('eve')]
    const since = { ...person('Ann'), email: bob.email }
    Object.assign(since, keysOf(since))
    const counter = { key: 'account:0123', expire: inDays(9) }

    const restored = await restoreAll({
      activities: [{ _id: ann._id.toString(), events: [] }],
      attempts: [
        { _id: new ObjectId(), ...counter, points: 9 },
        { _id: new ObjectId(), ...counter, points: 1 },
      ],
      users: [ann, bob, eve, since],
    })

    expect(restored?.conflicts).toEqual({ dropped: ['ann'], withoutAddress: ['bob'] })
    expect(await findFlaws()).toEqual([])
    expect(await namesIn()).toEqual(['Ann', 'bob', 'eve'])
    expect((await findByName(bob.email))?.username).toBe('Ann')
    expect((await findByName('bob'))?.email).toBeUndefined()
    expect(await collection('activities').countDocuments()).toBe(0)
    expect(await collection('attempts').find().toArray()).toMatchObject([{ points: 1 }])
  })

  it('leaves nobody out whose name, from another site, somebody else has as an address by now', async () => {
    const old = { ...person('x'), username: 'c@example.com' }
    Object.assign(old, keysOf(old))

    const restored = await restoreAll({ users: [old, person('c')] })

    expect(restored?.conflicts).toEqual({ dropped: [], withoutAddress: [] })
    expect(await namesIn()).toEqual(['c', 'c@example.com'])
    expect((await findByName('c@example.com'))?.email).toBe('x@example.com')
    expect((await findByName('C@example.com'))?.username).toBe('c')
  })

  it('of what was read while an account went and its name was taken again fits together', async () => {
    const visitor = site.visitor()
    const { username = '', email = '' } = await visitor.registerAndSignIn()
    await site.visitor().registerAndSignIn()
    const id = (await findByName(username))?._id.toString() ?? ''
    const entries: Entry[] = []

    for await (const entry of readKept()) {
      entries.push(entry)
      if (entry.name === 'users' && String(documentIn(entry)._id) === id) {
        await deleteAccount(openSessionStore(site.settings, site.database), id)
        await collection('reservations').deleteMany({}) // as if its name were free again
        await site.visitor().register({ username, email, password: validPassword })
      }
    }
    await restore(Readable.from(entries), options)

    expect(entries.length).toBeGreaterThan(4)
    expect(await findFlaws()).toEqual([])
    expect((await site.visitor().signIn({ username })).status).toBe(303)
  })

  it('that fails, is stopped or is cut off has changed nothing, and can be run again; the doctor finds what was cut off', async () => {
    await site.visitor().becomeMember()
    const [before, entries] = [await namesIn(), [...(await read()), ...many(30)]]
    const stopping = new AbortController()
    const failing = async function* () {
      yield* entries.slice(0, -1)
      await Promise.reject(new Error('A fault'))
    }

    const stopped = await restore(Readable.from(entries), {
      signal: stopping.signal,
      onBatch: () => {
        stopping.abort()
      },
    })
    const afterStop = await isRestoreUnfinished()
    await expect(restore(failing(), options)).rejects.toThrow('A fault')
    const full = restore(Readable.from(entries), { ...options, bytes: 1e18 })
    await expect(full).rejects.toThrow(/^The disk .* bytes are free, and 2,000,000,\S+ bytes are/)
    const afterFailing = await isRestoreUnfinished()
    await openStage() // and then the power went
    const [names, sessions] = [await namesIn(), await sessionsOf(site).countDocuments()]
    const found = await checkDatabase()
    await restore(Readable.from(entries), options)

    expect([stopped, afterStop, afterFailing]).toEqual([undefined, false, false])
    expect(names).toEqual(before)
    expect(sessions).toBeGreaterThan(0)
    expect(found.find(({ check }) => check === 'restore')).toMatchObject({ state: 'wrong' })
    expect((await checkDatabase()).find(({ check }) => check === 'restore')).toBeUndefined()
    expect(await usersOf(site).countDocuments()).toBe(before.length + 30)
    expect(await findFlaws()).toEqual([])
  })

  it('does not put in place what another one has begun anew', async () => {
    await site.visitor().becomeMember()
    const before = await namesIn()
    const mark = await openStage()
    const other = await openStage()

    await expect(swap(mark)).rejects.toThrow('Another restore has begun')
    expect(await namesIn()).toEqual(before)
    await swap(other)
    expect(await namesIn()).toEqual([])
  })
})

function person(username: string) {
  const email = `${username}@example.com`
  return { _id: new ObjectId(), username, email, ...keysOf({ username, email }), password: hash }
}

const many = (count: number) =>
  Array.from({ length: count }, (_, i) => entryOf('users', person(`p${i}`)))

const entryOf = (name: string, document: object): Entry => ({
  name,
  bson: BSON.serialize(document),
})

async function read(): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of readKept()) entries.push(entry)
  return entries
}

function restoreAll(content: Record<string, object[]>) {
  const entries = Object.entries(content).flatMap(([name, all]) =>
    all.map((document) => entryOf(name, document)),
  )
  return restore(Readable.from(entries), options)
}
