// What connect-mongo's store offers, used directly, as another library or a script would: it all still works on ours.
import type { SessionData } from 'express-session'
import { MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { storageId } from '../../../lib/session/storage-id.ts'
import { SessionStore } from '../../../lib/session/store.ts'
import { cacheThatIsOn, callsOf, openStore, sessionOf, type OpenStore } from './store.ts'

const EVENTS = ['create', 'update', 'set', 'touch', 'destroy', 'get', 'all'] as const
const since = new Date('2026-01-02T03:04:05.678Z')

describe.each<[string, string | undefined, boolean]>([
  ['readable', undefined, false],
  ['encrypted', 'a key for tests', false],
  ['in memory too', undefined, true],
])('SessionStore, %s', (_kind, key, inMemory) => {
  let open: OpenStore
  let emitted: string[]
  beforeEach(async () => {
    open = await openStore(key, inMemory ? cacheThatIsOn() : undefined)
    emitted = []
    for (const event of EVENTS) open.store.on(event, () => emitted.push(event))
  })
  afterEach(() => open.close())

  const set = (id: string, data: object) => open.calls.set(id, sessionOf(data))

  it('set() keeps a plain object and get() gives it back, dates and all', async () => {
    const data = { user: 'alice', since, list: [1, { deep: since }], nothing: null, no: false }

    await set('one', data)

    expect(await open.calls.get('one')).toMatchObject(data)
    expect(await open.calls.get('another')).toBeNull()
    expect(emitted).toEqual(['create', 'set', 'get', 'get'])
  })

  it('set() again under the same id replaces the whole', async () => {
    await set('one', { user: 'alice', since })

    await set('one', { user: 'bob' })

    const { cookie, ...data } = (await open.calls.get('one')) ?? {}
    expect(data).toEqual({ user: 'bob' })
    expect(cookie).toBeDefined()
    expect(emitted).toEqual(['create', 'set', 'update', 'set', 'get'])
  })

  it('get(), a change and set() keep the change', async () => {
    await set('one', { user: 'alice', since })
    const loaded = (await open.calls.get('one')) as SessionData & { user?: string; seen?: Date }
    delete loaded.user
    loaded.seen = since

    await open.calls.set('one', loaded)

    expect(Object.keys((await open.calls.get('one')) ?? {}).sort()).toEqual([
      'cookie',
      'seen',
      'since',
    ])
    expect(emitted).toEqual(['create', 'set', 'get', 'update', 'set', 'get'])
  })

  it('touch() moves the end, and of a session that is not there does nothing', async () => {
    await set('one', { user: 'alice' })
    const soon = new Date(Date.now() + 1000)
    await open.raw.updateOne({}, { $set: { expires: soon } })

    for (const id of ['one', 'another']) {
      await open.calls.touch(id, sessionOf({ user: 'alice' }))
    }

    const found = await open.raw.find().toArray()
    expect(found.map(({ expires }) => expires > soon)).toEqual([true])
    expect(emitted).toEqual(['create', 'set', 'touch'])
  })

  it('length() counts what all() lists: neither what has ended nor what has expired', async () => {
    for (const id of ['one', 'two', 'three']) await set(id, { user: id })
    await open.store.end({ _id: storageId('one') }, 'elsewhere')
    await open.raw.updateOne({ _id: storageId('two') }, { $set: { expires: new Date(0) } })

    expect([await open.calls.length(), (await open.calls.all()).length]).toEqual([1, 1])
  })

  it('all() and length() tell what there is', async () => {
    await set('one', { user: 'alice', since })
    await set('two', { user: 'bob', since })

    const all = await open.calls.all()

    expect(await open.calls.length()).toBe(2)
    const users = all.map((one) => one as SessionData & { user: string; since: Date })
    expect(users.map(({ user }) => user).sort()).toEqual(['alice', 'bob'])
    expect(users[0]?.since).toEqual(since)
    expect(emitted.at(-1)).toBe('all')
  })

  it('destroy() takes one away, clear() all', async () => {
    for (const id of ['one', 'two', 'three']) await set(id, { user: id })

    await open.calls.destroy('one')
    expect([await open.calls.get('one'), await open.calls.length()]).toEqual([null, 2])
    expect(emitted).toContain('destroy')

    await open.calls.clear()
    expect(await open.calls.length()).toBe(0)
  })

  it.each(['a.b', '$set'])('set() refuses the key %j, new or added, and says why', async (name) => {
    await set('one', { user: 'alice' })
    const loaded = Object.assign((await open.calls.get('one')) ?? {}, {
      [name]: 1,
    }) as unknown as SessionData

    const added = open.calls.set('one', loaded)

    await expect(added).rejects.toThrow(`A session can't keep the key "${name}"`)
    await expect(set('two', { [name]: 1 })).rejects.toThrow(/has a dot or begins with \$/)
    expect(await open.calls.length()).toBe(1)
  })

  it('works without callbacks', async () => {
    open.store.set('one', sessionOf({ user: 'alice' }))
    await open.next('set')

    open.store.destroy('one')
    await open.next('destroy')

    expect(await open.calls.get('one')).toBeNull()
  })

  it('close() closes the client', async () => {
    await open.store.close()

    await expect(open.calls.get('one')).rejects.toThrow()
  })
})

describe('SessionStore.create()', () => {
  it('makes a store of ours', async () => {
    const { calls, raw, close } = await openStore()
    const client = await MongoClient.connect(inject('mongoUrl'))

    const made = SessionStore.create({ client, databaseName: raw.dbName, idle: 60_000 })

    await callsOf(made).set('one', sessionOf({ user: 'alice' }))
    expect(made).toBeInstanceOf(SessionStore)
    expect(await calls.get('one')).toMatchObject({ user: 'alice' })
    await made.close()
    await close()
  })
})
