// A sign-in that is overtaken: whatever happens to the account between its password's check and its session leaves nobody signed in.
import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SessionStore } from '../../../lib/session/store.ts'
import { deleteAccount } from '../../../models/account/deletion.ts'
import { lockUser } from '../../../models/operator/users.ts'
import { MAX_SESSIONS } from '../../../models/session.ts'
import { sessionOf, sessionsOf, usersOf } from '../../documents.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { newPerson } from '../../visitor.ts'

type Change = (userId: string, store: SessionStore) => Promise<unknown>

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const changed =
  (fields: Record<string, unknown>): Change =>
  (userId) =>
    usersOf(site).updateOne({ _id: new ObjectId(userId) }, { $set: fields })

describe('POST /login', () => {
  it.each<[string, Change]>([
    ['is locked', (userId, store) => lockUser(store, userId)],
    ['is deleted', (userId, store) => deleteAccount(store, userId)],
    ['gets another password', changed({ passwordChangedAt: new Date() })],
    ['gets another address', changed({ email: 'another@example.com' })],
    ['gets another name', changed({ username: 'another' })],
  ])('signs nobody in to an account that %s meanwhile', async (_what, change) => {
    const { username } = newPerson()
    const visitor = site.visitor()
    await visitor.register({ username })
    const owner = await idOf(username)
    const spy = beforeSessionIsStored(owner, (store) => change(owner, store))

    await visitor.signIn({ username })

    spy.mockRestore()
    const left = await sessionsOf(site).countDocuments({ owner, ended: { $exists: false } })
    expect(left).toBe(0)
    expect((await visitor.get('/account')).status).toBe(303)
  })

  it('keeps no more of a browser’s name than 256 characters', async () => {
    const { username } = newPerson()
    const visitor = site.visitor()
    await visitor.register({ username })
    const _csrf = await visitor.token()
    await visitor.get('/captcha')
    const form = { _csrf, username, password: validPassword, captcha: CAPTCHA }

    await visitor.post('/login', form, { 'User-Agent': 'x'.repeat(1000) })

    const stored = await sessionOf(site, visitor)
    expect((stored?.session as { agent?: string } | undefined)?.agent).toHaveLength(256)
    await visitor.get('/account/activity') // once its event is stored
    const { events } =
      (await site.database
        .collection<{ _id: string; events: { agent: string }[] }>('activities')
        .findOne({ _id: await idOf(username) })) ?? {}
    expect(events?.at(-1)?.agent).toHaveLength(256)
  })

  it(`ends the oldest session of somebody who has ${MAX_SESSIONS}, and logs it`, async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()
    const owner = await idOf(username)
    const [stored] = await sessionsOf(site)
      .find({ owner } as never)
      .toArray()
    const others = Array.from({ length: MAX_SESSIONS - 1 }, (_, index) => ({
      ...stored,
      _id: `${index}`.padStart(64, '0'),
      createdAt: new Date(),
    }))
    await sessionsOf(site).insertMany(others as never)

    await site.visitor().signIn({ username })

    expect((await visitor.get('/account')).status).toBe(303)
    const line = site.log.find((one) => one.includes('too-many')) ?? '{}'
    expect(JSON.parse(line)).toMatchObject({ event: 'session-ended', userId: owner, count: 1 })
  })
})

/** Do something in the moment in which the session of a sign-in is about to be stored. */
function beforeSessionIsStored(owner: string, act: (store: SessionStore) => Promise<unknown>) {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own store below
  const { set } = SessionStore.prototype
  const spy = vi.spyOn(SessionStore.prototype, 'set').mockImplementation(function (
    this: SessionStore,
    ...words
  ) {
    const [, session] = words
    if (session.userId === owner) {
      spy.mockRestore()
      void act(this).then(() => set.apply(this, words))
    } else {
      set.apply(this, words)
    }
  })
  return spy
}

async function idOf(username: string): Promise<string> {
  return String((await usersOf(site).findOne({ username }))?._id)
}
