// What lies in the database: readable and searchable documents, or with a key nothing that tells anything but whose it is.
import { randomBytes } from 'node:crypto'
import type { SessionData } from 'express-session'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storageId } from '../../../lib/session/storage-id.ts'
import {
  endOtherSessions,
  findUserSessions,
  renameInSessions,
  findEndReason,
} from '../../../models/session.ts'
import { createEncryption } from '../../../lib/session/encryption.ts'
import { sessionKey, sessionOf, sessionsOf } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'
import { newPerson, page } from '../../visitor.ts'
import { callsOf, openStore, sessionOf as session } from './store.ts'

const KEY = 'an encryption key for tests, long enough'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('A session without SESSION_ENCRYPTION_KEY', () => {
  it('can be found by name and read in a shell', async () => {
    const member = site.visitor()
    const { username } = await member.registerAndSignIn()

    const found = await sessionsOf(site).findOne({ 'session.username': username })

    expect(found?._id).toBe(sessionKey(member))
    expect(found?.session.signedInAt).toBeInstanceOf(Date)
  })

  it('is found by its owner through an index', async () => {
    const indexes = await sessionsOf(site).listIndexes().toArray()

    expect(indexes.map(({ key }) => key as object)).toContainEqual({ owner: 1, createdAt: -1 })
  })
})

describe('A session with SESSION_ENCRYPTION_KEY', () => {
  it('holds nothing readable but whose it is and when it ends', async () => {
    const encrypted = await openSite({ SESSION_ENCRYPTION_KEY: KEY })
    const member = encrypted.visitor()
    const person = newPerson()
    await member.registerAndSignIn(person)

    const stored = await sessionOf(encrypted, member)

    expect((await member.get('/account')).text).toContain(person.email)
    expect(Object.keys(stored ?? {}).sort()).toEqual(
      ['_id', 'createdAt', 'endsAt', 'expires', 'lastActive', 'owner', 'purgeAt', 'session', 'version'], // oxfmt-ignore
    )
    const everything = [
      JSON.stringify(stored),
      Buffer.from(stored?.session as unknown as string, 'base64'),
    ]
    for (const secret of [person.username, '127.0.0.1', 'signedInAt', 'cookie']) {
      expect(everything.filter((text) => text.includes(secret))).toEqual([])
    }
  })

  it.each([
    ['another key', KEY, 'another encryption key, long enough too'],
    ['no key any more', KEY, ''],
    ['a key where there was none', '', KEY],
  ])('is over without an error where the site is started with %s', async (_how, was, is) => {
    const before = await openSite({ SESSION_ENCRYPTION_KEY: was })
    const member = before.visitor()
    const { username = '' } = await member.registerAndSignIn()
    const Cookie = `sid=${member.cookie('sid') ?? ''}`
    const after = await openSite({ SESSION_ENCRYPTION_KEY: is })

    const answer = await after.visitor().get('/account', { Cookie })

    expect([answer.status, answer.headers.location]).toEqual([303, '/login?next=%2Faccount'])
    const again = after.visitor()
    expect((await again.signIn({ username })).status).toBe(303)
    const places = page(await again.get('/account/sessions'))
    expect(places.querySelectorAll('.places > li')).toHaveLength(1)
  })
})

describe('A store with another key', () => {
  it('knows no place, renames and ends without an error, and does not say why it is over', async () => {
    const { calls, another, close } = await openStore(KEY)
    const data = { userId: 'alice', username: 'alice' }
    await calls.set('one', session(data))

    for (const other of [another('another key'), another()]) {
      expect(await findUserSessions(other, 'alice', 'two')).toEqual([])
      await renameInSessions(other, 'alice', { username: 'Alicia' })
      expect(await findEndReason(other, 'one')).toBeUndefined()
    }

    expect(await endOtherSessions(another(), 'alice', 'two', 'elsewhere')).toBe(1)
    await close()
  })
})

describe('A session whose time has run out', () => {
  it.each([
    ['readable', undefined],
    ['encrypted', KEY],
  ])('%s: is no place of its owner any more', async (_kind, key) => {
    const { calls, store, raw, close } = await openStore(key)
    for (const id of ['one', 'two']) await calls.set(id, session({ userId: 'alice' }))

    await raw.updateOne({ _id: storageId('one') }, { $set: { expires: new Date() } })

    const places = await findUserSessions(store, 'alice', 'two')
    expect(places.map(({ isThisOne }) => isThisOne)).toEqual([true])
    expect(await calls.get('one')).toBeNull()
    await close()
  })
})

describe('The data of another session', () => {
  it('is worth nothing in a document of one’s own, nor are both counted', async () => {
    const { calls, raw, close } = await openStore(KEY)
    await calls.set('admin', session({ userId: 'admin' }))
    await calls.set('mine', session({ userId: 'alice' }))
    const admin = await raw.findOne({ owner: 'admin' })

    await raw.updateOne({ owner: 'alice' }, { $set: { session: admin?.session } as object })

    expect(await calls.get('mine')).toBeNull()
    expect(await calls.get('admin')).toMatchObject({ userId: 'admin' })
    expect([await calls.length(), (await calls.all()).length]).toEqual([1, 1])
    await close()
  })
})

describe('Many changes to different keys at once', () => {
  it.each([
    ['readable', undefined],
    ['encrypted', KEY],
  ])('%s: all survive, also from two processes', async (_kind, key) => {
    const { calls, another, close } = await openStore(key)
    const both = [calls, callsOf(another(key))] as const
    await calls.set('one', session({}))
    const names = Array.from({ length: 20 }, () => `key-${randomBytes(4).toString('hex')}`)
    const loaded = await Promise.all(names.map((_name, turn) => both[turn % 2 ? 1 : 0].get('one')))

    await Promise.all(
      loaded.map((one, turn) => {
        const changed = Object.assign(one ?? {}, { [names[turn] ?? '']: turn })
        return both[turn % 2 ? 1 : 0].set('one', changed as unknown as SessionData)
      }),
    )

    const { cookie: _cookie, ...kept } = (await calls.get('one')) ?? {}
    expect(kept).toEqual(Object.fromEntries(names.map((name, turn) => [name, turn])))
    await close()
  })
})

describe('Encryption', () => {
  it('writes the same data differently each time', async () => {
    const { encrypt } = createEncryption(KEY, 1)

    expect(await encrypt('the same', 'one')).not.toBe(await encrypt('the same', 'one'))
  })
})
