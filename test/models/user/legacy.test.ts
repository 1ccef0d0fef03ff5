// Documents that another site left in the database: they get keys at start, and nobody can take their names.
import md5 from 'md5'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addKeysToLegacyUsers } from '../../../models/user/legacy.ts'
import { keysOf } from '../../../models/user.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { errorsOf } from '../../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterEach(async () => {
  await users().deleteMany({})
})
afterAll(() => site.close())

const users = () => site.database.collection('users')
const reservations = () =>
  site.database.collection<{ _id: string; userId: string; until: Date }>('reservations')
const oldUser = (username: string, email: string) => ({
  username,
  email,
  password: md5(validPassword),
})

describe('addKeysToLegacyUsers()', () => {
  it('gives every old document the keys that make its name and email unique', async () => {
    await users().insertMany([
      oldUser('ZhangSan', 'ZhangSan@qq.com'),
      { username: '李四', password: md5(validPassword) },
    ])

    expect(await addKeysToLegacyUsers()).toBe(0)

    const keys = await users().find().project({ _id: 0, usernameKey: 1, emailKey: 1 }).toArray()
    expect(keys).toEqual([
      { usernameKey: 'zhangsan', emailKey: 'zhangsan@qq.com' },
      { usernameKey: '李四' },
    ])
  })

  it('lets the first of two documents with one name have it and counts the other', async () => {
    await users().insertMany([oldUser('alice', 'a@example.com'), oldUser('ALICE', 'b@example.com')])

    expect(await addKeysToLegacyUsers()).toBe(1)
  })

  it('gives new keys to whoever has those of an older version, and to the names that it reserved', async () => {
    const old = { usernameKey: 'straße', emailKey: 'x@münchen.de', createdAt: new Date() }
    await users().insertOne({ ...oldUser('Straße', 'x@münchen.de'), ...old })
    await reservations().insertOne({ _id: 'größe', userId: 'u', until: new Date(2100, 1) })

    expect(await addKeysToLegacyUsers()).toBe(0)

    expect(await users().findOne()).toMatchObject({
      usernameKey: 'strasse',
      emailKey: 'x@xn--mnchen-3ya.de',
      keys: ['strasse', 'x@xn--mnchen-3ya.de'],
    })
    expect(await reservations().find().toArray()).toMatchObject([{ _id: 'grösse', userId: 'u' }])
    expect((await site.visitor().signIn({ username: 'x@MÜNCHEN.de' })).status).toBe(303)
  })

  it('leaves nobody out whose name or address has become the same as another one’s', async () => {
    const stranger = { ...oldUser('eve', 'Old@example.com'), createdAt: new Date() }
    await users().insertMany([
      { ...oldUser('Straße', 'a@example.com'), usernameKey: 'straße', emailKey: 'a@example.com' },
      { ...oldUser('STRASSE', 'b@example.com'), usernameKey: 'strasse', createdAt: new Date() },
      oldUser('old@example.com', 'c@example.com'),
      { ...stranger, usernameKey: 'eve', emailKey: 'old@example.com' },
    ])

    const left = [await addKeysToLegacyUsers(), await addKeysToLegacyUsers()]

    expect(left).toEqual([2, 2]) // STRASSE without its name, eve without her address
    for (const name of ['Straße', 'A@example.com', 'STRASSE', 'B@example.com', 'eve']) {
      expect((await site.visitor().signIn({ username: name })).status).toBe(303)
    }
    const visitor = site.visitor()
    await visitor.signIn({ username: 'old@example.com' })
    expect((await visitor.get('/home')).text).toContain('c@example.com')
  })
})

describe('POST /register', () => {
  it('refuses a name and an email that a document from elsewhere has, before it has keys', async () => {
    await users().insertOne(oldUser('ZhangSan', 'zhangsan@qq.com'))

    const answer = await site.visitor().register({ username: 'ZhangSan', email: 'zhangsan@qq.com' })

    expect(Object.keys(errorsOf(answer))).toEqual(['username', 'email'])
  })

  it('refuses another spelling of such a name once it has keys', async () => {
    await users().insertOne(oldUser('ZhangSan', 'zhangsan@qq.com'))
    await addKeysToLegacyUsers()

    const answer = await site.visitor().register({ username: 'zhangsan' })

    expect(Object.keys(errorsOf(answer))).toEqual(['username'])
  })
})

describe('POST /login', () => {
  it('signs in the owner of a document without keys, who then has them', async () => {
    await users().insertOne(oldUser('ZhangSan', 'zhangsan@qq.com'))

    const answer = await site.visitor().signIn({ username: 'ZhangSan' })

    expect(answer.status).toBe(303)
    expect(await users().findOne({ usernameKey: 'zhangsan' })).toMatchObject({
      emailKey: 'zhangsan@qq.com',
      password: expect.stringMatching(/^\$argon2id\$/) as string,
    })
  })

  it('signs in the one with the key where an old document has the very same name', async () => {
    const one = oldUser('alice', 'a@example.com')
    const keys = keysOf({ username: 'alice', email: 'b@example.com' })
    await users().insertMany([one, { ...oldUser('alice', 'b@example.com'), ...keys }])
    const visitor = site.visitor()

    await visitor.signIn({ username: 'alice' })

    expect((await visitor.get('/home')).text).toContain('b@example.com')
  })

  it('signs in the owner of a document whose name somebody else has the key of', async () => {
    await users().insertMany([oldUser('alice', 'a@example.com'), oldUser('ALICE', 'b@example.com')])
    await addKeysToLegacyUsers()

    const answer = await site.visitor().signIn({ username: 'b@example.com' })

    expect(answer.status).toBe(303)
  })
})
